/** A plan says everything that a change would meet, to each tenant what it may know, and writes nothing. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { makeRoute, makeSubnet } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000

suite('a plan', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  let kept: ReturnType<typeof dump>
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const vpc = (who: Person, cidr?: string) => service.makeVpc(who, `vpc-${++made}`, cidr)
  const active = async (from: string, to: string, who = bob): Promise<string> => {
    const { id } = await requestPeering(service, alice, from, who, to)
    if (who !== alice) assert.equal((await service.ask(who, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    return id
  }
  const sides = (from: string, to: string, toProject = bob.projectId) => ({
    create_peering: { request_vpc_info: { vpc_id: from }, accept_vpc_info: { vpc_id: to, tenant_id: toProject } },
  })
  /** Asks, and fails where the asking has written anything. */
  async function plan(who: Person, change: object) {
    kept = dump(service.folder)
    const { status, body } = await service.ask(who, 'POST', '/causeway/v1/plan', change)
    assert.deepEqual(dump(service.folder), kept)
    assert.equal(status, 200, JSON.stringify(body))
    const { findings, removes, possible } = body.plan
    const told = findings.map(({ severity, code, objects }: Finding) => [
      severity,
      code,
      ...objects.map(({ id }) => id),
    ])
    return { told, possible, removes: removes.map(({ id }: { id: string }) => id), status: body.plan.status, findings }
  }
  interface Finding {
    readonly severity: string
    readonly code: string
    readonly objects: readonly { readonly id: string }[]
  }
  const setLimit = async (who: Person, vpcPeer: number | null) =>
    service.ask(service.admin, 'PUT', `/causeway/v1/projects/${who.projectId}/quotas`, { quotas: { vpcPeer } })
  beforeEach(() => setLimit(alice, null))
  afterEach(() => setLimit(bob, null))

  test('of a create that nothing stands against says so, with the status that it would have', async () => {
    const told = await plan(alice, sides(await vpc(alice, '10.1.0.0/16'), await vpc(bob, '10.2.0.0/16')))
    assert.deepEqual([told.possible, told.told, told.status], [true, [], 'PENDING_ACCEPTANCE'])
    const own = sides(await vpc(alice, '10.3.0.0/16'), await vpc(alice, '10.4.0.0/16'), alice.projectId)
    assert.equal((await plan(alice, own)).status, 'ACTIVE')
  })

  test('tells all at once: the live peering of the pair, the full quota, the overlap, and another peer', async () => {
    const [from, to] = [await vpc(alice), await vpc(bob)]
    const first = await active(from, to)
    const other = await active(from, await vpc(bob))
    await setLimit(alice, 1)
    assert.deepEqual((await plan(alice, sides(from, to))).told, [
      ['refused', 'peering_exists', first],
      ['refused', 'peering_over_quota'],
      ['warning', 'cidr_overlap', from],
      ['warning', 'peer_overlap', other],
    ])
  })

  test('sees secondary blocks, and names the far block only to who may know it', async () => {
    const [from, to] = [await vpc(alice, '10.5.0.0/16'), await vpc(bob, '10.6.0.0/16')]
    for (const [who, id] of [
      [alice, from],
      [bob, to],
    ] as const) {
      const path = `/v3/${who.projectId}/vpc/vpcs/${id}/add-extend-cidr`
      const block = who === alice ? '23.8.0.0/16' : '23.8.0.0/24'
      assert.equal((await service.ask(who, 'PUT', path, { vpc: { extend_cidrs: [block] } })).status, 200)
    }
    const [hers] = (await plan(alice, sides(from, to))).findings
    assert.equal(hers.message, 'The CIDR block 23.8.0.0/16 overlaps one of the other VPC.')
    const asAdmin = sides(from, to)
    Object.assign(asAdmin.create_peering.request_vpc_info, { tenant_id: alice.projectId })
    const [all] = (await plan(service.admin, asAdmin)).findings
    assert.equal(all.message, 'The CIDR block 23.8.0.0/16 overlaps one of the other VPC (23.8.0.0/24).')
  })

  test("never tells of the other side's peers and quota, which that side itself is told", async () => {
    const [from, to] = [await vpc(alice), await vpc(bob)]
    const eve = await service.eve()
    const bobs = await requestPeering(service, bob, to, eve, await vpc(eve))
    await setLimit(bob, 0)
    assert.deepEqual((await plan(alice, sides(from, to))).told, [['warning', 'cidr_overlap', from]])
    const { id } = await requestPeering(service, alice, from, bob, to)
    const accept = { accept_peering: { id } }
    assert.deepEqual((await plan(bob, accept)).told, [
      ['refused', 'peering_over_quota'],
      ['warning', 'cidr_overlap', to],
      ['warning', 'peer_overlap', bobs.id],
    ])
    assert.deepEqual((await plan(alice, accept)).told, [
      ['refused', 'not_the_accepter', id],
      ['warning', 'cidr_overlap', from],
    ])
  })

  test('of an accept tells the status in the way, which time may have changed', async () => {
    const [from, to] = [await vpc(alice, '10.7.0.0/16'), await vpc(bob, '10.8.0.0/16')]
    const { id } = await requestPeering(service, alice, from, bob, to)
    assert.deepEqual((await plan(bob, { accept_peering: { id } })).status, 'ACTIVE')
    service.clock.advance(TTL_MS)
    assert.deepEqual((await plan(bob, { accept_peering: { id } })).told, [['refused', 'peering_wrong_state', id]])
    // Expired, it holds the pair no more.
    assert.deepEqual((await plan(alice, sides(from, to))).told, [])
  })

  test('of new blocks tells the refusal, and each peer that they would overlap', async () => {
    const [mine, theirs] = [await vpc(alice, '10.10.0.0/16'), await vpc(bob, '10.11.0.0/16')]
    const id = await active(mine, theirs)
    assert.deepEqual((await plan(alice, { update_vpc: { id: mine, cidr: '10.0.0.0/8' } })).told, [
      ['warning', 'cidr_overlap', id],
    ])
    const add = { id: mine, extend_cidrs: ['10.12.0.0/16'] }
    assert.deepEqual((await plan(alice, { add_extend_cidrs: add })).told, [['refused', 'extend_cidr_forbidden']])
    const remove = { id: mine, extend_cidrs: ['23.8.0.0/16'] }
    assert.deepEqual((await plan(alice, { remove_extend_cidrs: remove })).told, [['refused', 'extend_cidr_not_found']])
  })

  test('of blocks that go tells every peering that has a route to them, and nothing of the routes', async () => {
    const mine = await vpc(alice, '10.30.0.0/16')
    const blocks = ['23.8.0.0/16', '23.9.0.0/16']
    const path = `/v3/${alice.projectId}/vpc/vpcs/${mine}/add-extend-cidr`
    assert.equal((await service.ask(alice, 'PUT', path, { vpc: { extend_cidrs: blocks } })).status, 200)
    const subnet = await makeSubnet(service, alice, mine, '10.30.1.0/24')
    const ids: string[] = []
    for (const cidr of ['10.31.0.0/16', '10.32.0.0/16']) {
      const theirs = await vpc(bob, cidr)
      const id = await active(mine, theirs)
      await makeRoute(service, bob, theirs, id, '23.9.8.0/24')
      await makeRoute(service, bob, theirs, id, '10.30.0.0/16')
      ids.push(id)
    }
    const routed = ids.map((id) => ['refused', 'vpc_block_routed', id])
    const remove = await plan(alice, { remove_extend_cidrs: { id: mine, extend_cidrs: blocks } })
    assert.deepEqual([remove.possible, remove.told], [false, routed])
    assert.equal(
      remove.findings[0].message,
      `The other side of vpc peering ${ids[0]} has a route to the CIDR block 23.9.0.0/16 of VPC ${mine}.`,
    )
    const other = await plan(alice, { remove_extend_cidrs: { id: mine, extend_cidrs: ['23.8.0.0/16'] } })
    assert.deepEqual([other.possible, other.told], [true, []])
    assert.deepEqual((await plan(alice, { update_vpc: { id: mine, cidr: '10.33.0.0/16' } })).told, [
      ['refused', 'vpc_cidr_displaces_subnet', subnet],
      ...routed,
    ])
    assert.deepEqual((await plan(alice, { update_vpc: { id: mine, cidr: '10.30.0.0/17' } })).told, routed)
  })

  test('of a deletion tells what holds it, or what would go with it', async () => {
    const [mine, theirs] = [await vpc(alice), await vpc(bob)]
    const id = await active(mine, theirs)
    assert.deepEqual((await plan(alice, { delete_vpc: { id: mine } })).told, [['refused', 'vpc_has_peerings', id]])
    assert.deepEqual((await plan(bob, { delete_peering: { id } })).removes, [id])
    await service.ask(alice, 'PUT', `/causeway/v1/peerings/${id}`, { protected: true })
    const held = await plan(bob, { delete_peering: { id } })
    assert.deepEqual([held.told, held.removes], [[['refused', 'peering_protected', id]], []])
    await service.ask(alice, 'PUT', `/causeway/v1/peerings/${id}`, { protected: false })
    await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)
    const { id: strangers } = await requestPeering(service, alice, mine, bob, theirs)
    assert.deepEqual((await plan(bob, { delete_vpc: { id: theirs } })).removes, [theirs, strangers])
  })

  test('of a route tells its refusal, or what it would come to, and what it would take from others', async () => {
    const [mine, theirs] = [await vpc(alice, '10.20.0.0/16'), await vpc(bob, '10.21.0.0/16')]
    const id = await active(mine, theirs)
    const route = (destination: string, nexthop = id) => ({ create_route: { vpc_id: mine, destination, nexthop } })
    await makeSubnet(service, alice, mine, '10.20.1.0/24')
    await makeSubnet(service, bob, theirs, '10.21.1.0/24')
    assert.deepEqual((await plan(alice, route('10.20.1.0/25'))).told, [['refused', 'route_destination_local']])
    assert.deepEqual((await plan(alice, route('10.22.0.0/16'))).told, [['warning', 'route_orphan', id]])
    assert.deepEqual((await plan(alice, route('10.21.9.0/24'))).told, [['warning', 'route_unreachable', id]])
    assert.deepEqual((await plan(alice, route('10.21.0.0/16'))).told, [['warning', 'route_missing_return', id]])
    await makeRoute(service, bob, theirs, id, '10.20.0.0/16')
    assert.deepEqual((await plan(alice, route('10.21.0.0/16'))).told, [])
    const wide = await makeRoute(service, alice, mine, id, '10.21.0.0/16')
    const other = await active(mine, await vpc(alice, '10.21.0.0/16'), alice)
    assert.deepEqual((await plan(alice, route('10.21.1.0/24', other))).told, [
      ['warning', 'route_unreachable', other],
      ['warning', 'route_shadows', wide.id],
    ])
    const told = await plan(alice, { delete_route: { id: wide.id } })
    assert.deepEqual([told.told, told.removes], [[['warning', 'route_missing_return', id]], [wide.id]])
    const end = await plan(alice, { delete_peering: { id } })
    assert.deepEqual(end.told, [['warning', 'routes_removed', wide.id]])
    assert.deepEqual(end.removes, [id, wide.id])
  })

  test('is as blind as the change itself: a stranger finds nothing', async () => {
    const eve = await service.eve()
    const [mine, theirs] = [await vpc(alice), await vpc(bob)]
    const id = await active(mine, theirs)
    const ask = (change: object) => service.ask(eve, 'POST', '/causeway/v1/plan', change)
    for (const change of [{ accept_peering: { id } }, { delete_peering: { id } }, { delete_vpc: { id: mine } }]) {
      assert.equal((await ask(change)).status, 404)
    }
    assert.deepEqual((await plan(eve, sides(mine, theirs))).told, [['refused', 'request_vpc_not_found', mine]])
  })

  test('takes exactly one change', async () => {
    const both = { accept_peering: { id: NOBODYS_ID }, delete_peering: { id: NOBODYS_ID } }
    for (const change of [{}, both, { unknown: {} }]) {
      const { status, body } = await service.ask(alice, 'POST', '/causeway/v1/plan', change)
      assert.equal(status, 400)
      assert.match(body.error_msg, /'change' is required: exactly one of create_peering, /)
    }
  })
})
