import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID, PEERINGS, peeringBody } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)
const TABLE = { resource_type: 'routetable', resource_count: 1 }

suite('the VPC API v3: create, update, delete', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ startAt: START })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const pathOf = (who: Person, id = '') => `/v3/${who.projectId}/vpc/vpcs${id && `/${id}`}`
  const create = (who: Person, vpc: unknown, dry_run?: unknown) =>
    service.ask(who, 'POST', pathOf(who), { ...(dry_run !== undefined && { dry_run }), vpc })
  const update = (who: Person, id: string, vpc: unknown, dry_run?: unknown) =>
    service.ask(who, 'PUT', pathOf(who, id), { ...(dry_run !== undefined && { dry_run }), vpc })
  const show = (who: Person, id: string) => service.ask(who, 'GET', pathOf(who, id))
  const remove = (who: Person, id: string) => service.ask(who, 'DELETE', pathOf(who, id))
  async function make(vpc: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { status, body } = await create(alice, { name: '', cidr: '10.0.0.0/16', ...vpc })
    assert.equal(status, 201, JSON.stringify(body))
    return body.vpc.id
  }
  const makeSubnet = async (vpc_id: string, n: number): Promise<string> => {
    const subnet = { name: 'one', cidr: `10.0.${n}.0/24`, gateway_ip: `10.0.${n}.1`, vpc_id }
    const { status, body } = await service.ask(alice, 'POST', `/v1/${alice.projectId}/subnets`, { subnet })
    assert.equal(status, 200, JSON.stringify(body))
    return body.subnet.id
  }

  test('a life: 201, 200, 204, with every field, and v1 sees the same VPC', async () => {
    const tags = [
      { key: 'env', value: 'test' },
      { key: 'bare', value: '' },
    ]
    const created = await create(alice, {
      ...{ name: 'blue 蓝', description: 'd', cidr: '192.168.0.0/16', enterprise_project_id: 'e-1' },
      ...{ tags: [tags[0], { key: 'bare' }], status: 'PENDING', id: NOBODYS_ID },
    })
    const { id } = created.body.vpc
    const vpc = {
      id,
      ...{ name: 'blue 蓝', description: 'd', cidr: '192.168.0.0/16', extend_cidrs: [], status: 'ACTIVE' },
      ...{ project_id: alice.projectId, enterprise_project_id: 'e-1', cloud_resources: [TABLE], tags },
      ...{ created_at: '2026-03-04T05:06:07Z', updated_at: '2026-03-04T05:06:07Z' },
    }
    const request_id = created.headers.get('x-request-id')
    assert.deepEqual([created.status, created.body], [201, { request_id, vpc }])
    assert.deepEqual((await show(alice, id)).body.vpc, vpc)
    const v1 = `/v1/${alice.projectId}/vpcs/${id}`
    const { name, description, cidr, enterprise_project_id } = (await service.ask(alice, 'GET', v1)).body.vpc
    assert.deepEqual([name, description, cidr, enterprise_project_id], ['blue 蓝', 'd', '192.168.0.0/16', 'e-1'])

    service.clock.advance(1000)
    const updated = await update(alice, id, { name: 'green', description: '', tags: [], enterprise_project_id: 'e-2' })
    const after = { ...vpc, name: 'green', description: '', updated_at: '2026-03-04T05:06:08Z' }
    assert.deepEqual([updated.status, updated.body.vpc], [200, after])
    await service.restart()
    assert.deepEqual((await show(alice, id)).body.vpc, after)
    assert.deepEqual((await update(alice, id, { name: 'blue' })).body.vpc, { ...after, name: 'blue' })
    assert.deepEqual((await update(alice, id, { description: 'x' })).body.vpc.name, 'blue')

    const removed = await remove(alice, id)
    assert.deepEqual([removed.status, removed.body], [204, undefined])
    for (const answer of [await show(alice, id), await remove(alice, id), await update(alice, id, { name: 'x' })]) {
      assertRefused(answer, 404, 'VPC.9904')
    }
    assert.equal((await service.ask(alice, 'GET', v1)).status, 404)
  })

  test('cloud_resources counts the route tables and the subnets of this VPC, in every answer that has a VPC', async () => {
    const [id, other] = [await make(), await make()]
    await makeSubnet(other, 1)
    const subnets = [await makeSubnet(id, 1), await makeSubnet(id, 2)]
    const expected = [TABLE, { resource_type: 'virsubnet', resource_count: 2 }]
    const extend = { vpc: { extend_cidrs: ['23.8.0.0/16'] } }
    for (const { body } of [
      await show(alice, id),
      await update(alice, id, { name: 'x' }),
      await update(alice, id, { name: 'y' }, true),
      await service.ask(alice, 'PUT', `${pathOf(alice, id)}/add-extend-cidr`, { ...extend, dry_run: true }),
      await service.ask(alice, 'PUT', `${pathOf(alice, id)}/add-extend-cidr`, extend),
      await service.ask(alice, 'PUT', `${pathOf(alice, id)}/remove-extend-cidr`, extend),
    ]) {
      assert.deepEqual(body.vpc.cloud_resources, expected)
    }
    const { body } = await service.ask(alice, 'GET', `${pathOf(alice)}?id=${id}&id=${other}`)
    const counts = body.vpcs.map((vpc: { cloud_resources: unknown }) => vpc.cloud_resources)
    assert.deepEqual(counts, [expected, [TABLE, { resource_type: 'virsubnet', resource_count: 1 }]])
    for (const subnet of subnets) {
      const path = `/v1/${alice.projectId}/vpcs/${id}/subnets/${subnet}`
      assert.equal((await service.ask(alice, 'DELETE', path)).status, 204)
    }
    assert.deepEqual((await show(alice, id)).body.vpc.cloud_resources, [TABLE])
    assert.equal((await remove(alice, id)).status, 204)
  })

  test('a dry run that passes is 202 SYS.0202, answers what would be, and writes nothing', async () => {
    const id = await make({ name: 'dry' })
    const before = dump(service.folder)
    const created = await create(alice, { name: 'dry too', cidr: '10.1.0.0/16', tags: [{ key: 'k' }] }, true)
    assert.deepEqual([created.status, created.body.error_code], [202, 'SYS.0202'])
    const { name, tags, cloud_resources } = created.body.vpc
    assert.deepEqual([name, tags, cloud_resources], ['dry too', [{ key: 'k', value: '' }], [TABLE]])
    const updated = await update(alice, id, { name: 'wet' }, true)
    assert.deepEqual([updated.status, updated.body.error_code], [202, 'SYS.0202'])
    assert.deepEqual(updated.body.vpc, { ...(await show(alice, id)).body.vpc, name: 'wet' })
    assert.deepEqual(dump(service.folder), before)
    assertRefused(await show(alice, created.body.vpc.id), 404, 'VPC.9904')
    assert.equal((await create(alice, { name: 'dry too', cidr: '10.1.0.0/16' }, false)).status, 201)
  })

  test('every refusal has its code, in a dry run as well, and none leaves anything behind', async () => {
    const [id, taken] = [await make({ name: 'kept' }), 'taken']
    await make({ name: taken })
    const good = { name: 'n', cidr: '10.0.0.0/16' }
    const tag = { key: 'k', value: 'v' }
    const creates = [
      [{ cidr: '10.0.0.0/16' }, 'VPC.9901'],
      [{ name: 'n' }, 'VPC.9901'],
      [{ ...good, cidr: '8.8.8.0/24' }, 'VPC.9911'],
      [{ ...good, cidr: '10.0.0.0/25' }, 'VPC.9911'],
      [{ ...good, cidr: '10.0.0.1/16' }, 'VPC.9911'],
      [{ ...good, cidr: 'blue' }, 'VPC.9911'],
      [{ ...good, cidr: 7 }, 'VPC.9901'],
      [{ ...good, enterprise_project_id: 'a b' }, 'VPC.9901'],
      [{ ...good, tags: ['k*v'] }, 'VPC.9901'],
      [{ ...good, tags: [{ value: 'v' }] }, 'VPC.9901'],
      [{ ...good, tags: [{ key: '' }] }, 'VPC.9901'],
      [{ ...good, tags: [tag, tag] }, 'VPC.9901'],
      [{ ...good, tags: Array.from({ length: 21 }, (_, n) => ({ key: `${n}` })) }, 'VPC.9901'],
    ] as const
    const both = [
      [{ ...good, name: 'x'.repeat(65) }, 'VPC.9901'],
      [{ ...good, name: 'a/b' }, 'VPC.9901'],
      [{ ...good, name: null }, 'VPC.9901'],
      [{ ...good, name: taken }, 'VPC.0115'],
      [{ ...good, description: 'x'.repeat(256) }, 'VPC.9901'],
      [{ ...good, description: 'a<b' }, 'VPC.9901'],
    ] as const
    const before = dump(service.folder)
    for (const dryRun of [undefined, false, true]) {
      for (const [vpc, code] of [...creates, ...both]) assertRefused(await create(alice, vpc, dryRun), 400, code)
      for (const [{ cidr: _, ...vpc }, code] of both) assertRefused(await update(alice, id, vpc, dryRun), 400, code)
      for (const vpc of [{}, { cidr: '10.0.0.0/16' }, { name: 'x', cidr: '10.0.0.0/8' }, { tags: [tag] }]) {
        assertRefused(await update(alice, id, vpc, dryRun), 400, 'VPC.9901')
      }
    }
    for (const dryRun of ['true', 1, null]) assertRefused(await create(alice, good, dryRun), 400, 'VPC.9901')
    assert.deepEqual(dump(service.folder), before)
  })

  test('a body that is no envelope is 400 VPC.9901', async () => {
    const id = await make()
    const headers = { 'x-auth-token': alice.token }
    for (const text of ['', '{', '[]', '{}', '{"vpc":null}', '{"vpc":[]}', '{"dry_run":true}']) {
      assertRefused(await send(service.url, 'POST', pathOf(alice), text, headers), 400, 'VPC.9901')
      assertRefused(await send(service.url, 'PUT', pathOf(alice, id), text, headers), 400, 'VPC.9901')
    }
  })

  test('more than the quota is 409 VPC.9905, in a dry run as well', async () => {
    const path = `/causeway/v1/projects/${bob.projectId}/quotas`
    await service.ask(service.admin, 'PUT', path, { quotas: { vpc: 1 } })
    assert.equal((await create(bob, { name: '', cidr: '10.0.0.0/16' })).status, 201)
    for (const dryRun of [false, true]) {
      assertRefused(await create(bob, { name: '', cidr: '10.0.0.0/16' }, dryRun), 409, 'VPC.9905')
    }
    await service.ask(service.admin, 'PUT', path, { quotas: { vpc: null } })
  })

  test('a VPC with a subnet or a live peering is not deleted: 409 VPC.9907', async () => {
    const [id, peer] = [await make(), await make()]
    const subnet = await makeSubnet(id, 1)
    assertRefused(await remove(alice, id), 409, 'VPC.9907')
    await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${id}/subnets/${subnet}`)
    const { body } = await service.ask(alice, 'POST', PEERINGS, peeringBody(id, peer, alice.projectId))
    for (const each of [id, peer]) assertRefused(await remove(alice, each), 409, 'VPC.9907')
    await service.ask(alice, 'DELETE', `${PEERINGS}/${body.peering.id}`)
    for (const each of [id, peer]) assert.equal((await remove(alice, each)).status, 204)
  })

  test("an unknown id, a malformed one and somebody else's are 404 VPC.9904, in a dry run as well", async () => {
    const foreign = await service.makeVpc(bob, 'bobs')
    for (const id of [NOBODYS_ID, 'blue', foreign]) {
      for (const dryRun of [false, true]) assertRefused(await update(alice, id, { name: 'x' }, dryRun), 404, 'VPC.9904')
      assertRefused(await remove(alice, id), 404, 'VPC.9904')
    }
    assert.equal((await show(bob, foreign)).body.vpc.name, 'bobs')
  })
})

/** Fails unless it is a refusal in v3's form, of this status and code. */
function assertRefused({ status, body }: Answer, expected: number, code: string): void {
  assert.deepEqual({ status, code: body?.error_code }, { status: expected, code }, JSON.stringify(body))
}
