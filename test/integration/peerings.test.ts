import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startTestService, type TestService } from '../support/service.ts'

suite('the life of a peering', () => {
  let service: TestService
  before(async () => {
    service = await startTestService()
  })
  after(() => service[Symbol.asyncDispose]())

  test('request, list, accept, rename, delete: both sides see the same', async () => {
    const { alice, bob, ask } = service
    const a = await service.makeVpc(alice, 'a')
    const b = await service.makeVpc(bob, 'b', '10.1.0.0/16')
    const created = await ask(alice, 'POST', '/v2.0/vpc/peerings', {
      peering: {
        name: 'a to b',
        request_vpc_info: { vpc_id: a },
        accept_vpc_info: { vpc_id: b, tenant_id: bob.projectId },
      },
    })
    assert.equal(created.status, 201)
    assert.equal(created.body.peering.status, 'PENDING_ACCEPTANCE')
    const { id } = created.body.peering
    const listed = await ask(bob, 'GET', '/v2.0/vpc/peerings?status=PENDING_ACCEPTANCE')
    assert.deepEqual(listed.body, { peerings: [created.body.peering] })
    const refused = await ask(alice, 'PUT', `/v2.0/vpc/peerings/${id}/accept`)
    assert.equal(refused.status, 403)
    const accepted = await service.askSigned(bob, 'PUT', `/v2.0/vpc/peerings/${id}/accept`)
    assert.equal(accepted.status, 200)
    assert.equal(accepted.body.status, 'ACTIVE')
    const renamed = await ask(alice, 'PUT', `/v2.0/vpc/peerings/${id}`, { peering: { name: 'ü' } })
    assert.equal(renamed.body.peering.name, 'ü')
    assert.equal((await ask(await service.eve(), 'GET', `/v2.0/vpc/peerings/${id}`)).status, 404)
    await service.restart()
    const shown = await ask(bob, 'GET', `/v2.0/vpc/peerings/${id}`)
    assert.deepEqual(shown.body, renamed.body)
    const deleted = await ask(bob, 'DELETE', `/v2.0/vpc/peerings/${id}`)
    assert.equal(deleted.status, 204)
    assert.equal(deleted.body, undefined)
    assert.equal((await ask(alice, 'GET', `/v2.0/vpc/peerings/${id}`)).status, 404)
  })
})
