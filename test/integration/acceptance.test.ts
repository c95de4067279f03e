/** Acceptance rules: a VPC's owner has answered beforehand, and the create's answer says how. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('the rules by which a VPC answers requests', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const vpc = (who: Person, cidr?: string) => service.makeVpc(who, `vpc-${++made}`, cidr)
  const pathOf = (id: string) => `/causeway/v1/vpcs/${id}/acceptance`
  async function ruled(...rules: readonly object[]): Promise<string> {
    const id = await vpc(bob)
    const { status, body } = await service.ask(bob, 'PUT', pathOf(id), { acceptance: { rules } })
    assert.deepEqual([status, body], [200, { acceptance: { rules } }])
    return id
  }
  const statusFrom = async (who: Person, from: string, to: string) =>
    (await requestPeering(service, who, from, bob, to)).status

  test('a VPC has none at first, and they are shown as they were set', async () => {
    const id = await vpc(bob)
    assert.deepEqual((await service.ask(bob, 'GET', pathOf(id))).body, { acceptance: { rules: [] } })
    const rules = [{ tenant_id: alice.projectId, cidr: '10.0.0.0/8', action: 'accept' }, { action: 'reject' }]
    await service.ask(bob, 'PUT', pathOf(id), { acceptance: { rules } })
    assert.deepEqual((await service.ask(bob, 'GET', pathOf(id))).body, { acceptance: { rules } })
    assert.deepEqual((await service.ask(service.admin, 'GET', pathOf(id))).body, { acceptance: { rules } })
    await service.restart()
    assert.deepEqual((await service.ask(bob, 'GET', pathOf(id))).body, { acceptance: { rules } })
  })

  test('accept makes the peering ACTIVE in the create answer, and both sides see it so', async () => {
    const peering = await requestPeering(service, alice, await vpc(alice), bob, await ruled({ action: 'accept' }))
    assert.equal(peering.status, 'ACTIVE')
    for (const who of [alice, bob]) {
      assert.deepEqual((await service.ask(who, 'GET', `${PEERINGS}/${peering.id}`)).body, { peering })
    }
    // The history says that the accepter's rule did it, and no user.
    const { body } = await service.ask(bob, 'GET', `/causeway/v1/peerings/${peering.id}/history`)
    const told = body.history.map((entry: Record<string, unknown>) => [entry.verb, entry.to, entry.why, entry.user_id])
    assert.deepEqual(told[1], ['accept', 'ACTIVE', 'acceptance_rule', null])
  })

  test('reject answers REJECTED, which holds neither the pair nor a quota', async () => {
    const [from, to] = [await vpc(alice), await ruled({ tenant_id: alice.projectId, action: 'reject' })]
    assert.equal(await statusFrom(alice, from, to), 'REJECTED')
    assert.equal(await statusFrom(alice, from, to), 'REJECTED')
  })

  test('ask, and no rule that fits, leave the request waiting', async () => {
    const eve = await service.eve()
    const to = await ruled({ tenant_id: alice.projectId, cidr: '192.168.0.0/16', action: 'accept' }, { action: 'ask' })
    assert.equal(await statusFrom(alice, await vpc(alice), to), 'PENDING_ACCEPTANCE')
    assert.equal(await statusFrom(alice, await vpc(alice, '192.168.1.0/24'), to), 'ACTIVE')
    assert.equal(await statusFrom(eve, await vpc(eve, '192.168.1.0/24'), to), 'PENDING_ACCEPTANCE')
  })

  test("what is accepted beyond the accepter's quota waits for an answer, and is not lost", async () => {
    const quotas = `/causeway/v1/projects/${bob.projectId}/quotas`
    await service.ask(service.admin, 'PUT', quotas, { quotas: { vpcPeer: 0 } })
    assert.equal(await statusFrom(alice, await vpc(alice), await ruled({ action: 'accept' })), 'PENDING_ACCEPTANCE')
    await service.ask(service.admin, 'PUT', quotas, { quotas: { vpcPeer: null } })
  })

  test('rules are for the requests that come after them, and end with their replacement', async () => {
    const [from, to] = [await vpc(alice), await vpc(bob)]
    const waiting = await requestPeering(service, alice, from, bob, to)
    await service.ask(bob, 'PUT', pathOf(to), { acceptance: { rules: [{ action: 'accept' }] } })
    const { body } = await service.ask(bob, 'GET', `${PEERINGS}/${waiting.id}`)
    assert.equal(body.peering.status, 'PENDING_ACCEPTANCE')
    await service.ask(bob, 'PUT', pathOf(to), { acceptance: { rules: [] } })
    assert.equal(await statusFrom(alice, await vpc(alice), to), 'PENDING_ACCEPTANCE')
  })

  test('a change of the VPC keeps its rules', async () => {
    const to = await ruled({ action: 'accept' })
    await service.ask(bob, 'PUT', `/v1/${bob.projectId}/vpcs/${to}`, { vpc: { description: 'changed' } })
    assert.equal(await statusFrom(alice, await vpc(alice), to), 'ACTIVE')
  })

  test('what is no rule is refused with its place, and nothing is set', async () => {
    const id = await ruled({ action: 'ask' })
    for (const [rule, place] of [
      [{ tenant_id: 'bob', action: 'ask' }, /'acceptance\.rules\.1\.tenant_id' must be a project id/],
      [{ cidr: '10.0.0.1/8', action: 'ask' }, /'acceptance\.rules\.1\.cidr' has host bits set/],
      [{ action: 'maybe' }, /'acceptance\.rules\.1\.action'/],
      [{}, /action/],
    ] as const) {
      const { status, body } = await service.ask(bob, 'PUT', pathOf(id), {
        acceptance: { rules: [{ action: 'ask' }, rule] },
      })
      assert.equal(status, 400)
      assert.match(body.error_msg, place)
    }
    const many = { acceptance: { rules: Array(51).fill({ action: 'ask' }) } }
    assert.equal((await service.ask(bob, 'PUT', pathOf(id), many)).status, 400)
    assert.deepEqual((await service.ask(bob, 'GET', pathOf(id))).body, { acceptance: { rules: [{ action: 'ask' }] } })
    for (const nobodys of [NOBODYS_ID, 'no-id']) {
      for (const who of [bob, service.admin]) {
        assert.equal((await service.ask(who, 'GET', pathOf(nobodys))).status, 404)
      }
    }
  })
})
