/** The routes that the service keeps for a side that asks for them: which they are, and what they follow. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as auto from '../support/automatic.ts'
import { dump } from '../support/dump.ts'
import { PEERINGS } from '../support/peerings.ts'
import { addRoute, defaultTable, listedRoutes, madeIn, makeRoute, makeSubnet, makeTable } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('automatic routes', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  /** Alice's 10.1.0.0/16, bob's 10.2.0.0/16, and their ACTIVE peering. */
  let a: string
  let b: string
  let id: string
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
    for (const { projectId } of [alice, bob]) {
      const quotas = { vpc: -1, vpcPeer: -1, subnet: -1 }
      await service.ask(service.admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, { quotas })
    }
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    a = await service.makeVpc(alice, `a-${made}`, '10.1.0.0/16')
    b = await service.makeVpc(bob, `b-${made}`, '10.2.0.0/16')
    id = await auto.peer(service, alice, a, bob, b)
  })

  const hers = () => auto.destinationsIn(service, alice, a)
  const his = () => auto.destinationsIn(service, bob, b)
  const idOf = async (destination: string) => (await auto.routesIn(service, alice, a)).get(destination)?.id
  const secondary = async (verb: 'add' | 'remove', ...blocks: string[]) =>
    assert.equal((await auto.changeSecondary(service, bob, b, verb, ...blocks)).status, 200)
  const v6Of = async (subnet: string) => {
    const { body } = await service.ask(bob, 'GET', `/v1/${bob.projectId}/subnets/${subnet}`)
    return String(body.subnet.cidr_v6)
  }

  test('are there for nobody who does not ask: an accept, and a peering inside one project, make none', async () => {
    assert.deepEqual([await hers(), await his()], [[], []])
    const own = await service.makeVpc(alice, `own-${made}`, '10.3.0.0/16')
    await auto.peer(service, alice, a, alice, own)
    assert.deepEqual(await hers(), [])
    const { body } = await service.ask(alice, 'GET', auto.viewOf(id))
    assert.deepEqual(body.auto_routes, { requester: false, accepter: null })
  })

  test('come with the flag where the peering is ACTIVE, on the side that asks and on no other', async () => {
    await secondary('add', '23.0.0.0/24')
    const subnet = await makeSubnet(service, bob, b, '10.2.1.0/24', { ipv6_enable: true })
    await makeSubnet(service, bob, b, '10.2.2.0/24')
    await makeTable(service, alice, a, { name: 'custom' })
    await auto.turn(service, alice, id)
    const blocks = ['10.2.0.0/16', '23.0.0.0/24', await v6Of(subnet)]
    assert.deepEqual([await hers(), await his()], [blocks, []])
    assert.deepEqual(madeIn(await defaultTable(service, alice, a)), blocks)
    const tables = dump(service.folder).route as readonly { vpc_id: string; is_default: number; nexthop: string }[]
    const rows = tables.filter(({ vpc_id }) => vpc_id === a)
    assert.ok(rows.every(({ is_default, nexthop }) => is_default === 1 && nexthop === id))
  })

  test('come with the accept where the flag was there before, for both sides', async () => {
    const [c, d] = [await service.makeVpc(alice, '', '10.4.0.0/16'), await service.makeVpc(bob, '', '10.5.0.0/16')]
    const waiting = await auto.peer(service, alice, c, bob, d, true)
    await auto.turn(service, alice, waiting)
    await auto.turn(service, bob, waiting)
    assert.deepEqual(await auto.destinationsIn(service, alice, c), [])
    await auto.accept(service, bob, waiting)
    assert.deepEqual(await auto.destinationsIn(service, alice, c), ['10.5.0.0/16'])
    assert.deepEqual(await auto.destinationsIn(service, bob, d), ['10.4.0.0/16'])
  })

  test('follow the peer’s primary and secondary blocks, and those that stay keep their ids', async () => {
    await auto.turn(service, alice, id)
    const [first, updated] = [await idOf('10.2.0.0/16'), (await defaultTable(service, alice, a)).updated_at]
    service.clock.advance(1000)
    await secondary('add', '23.0.0.0/24', '24.0.0.0/24')
    assert.deepEqual(await hers(), ['10.2.0.0/16', '23.0.0.0/24', '24.0.0.0/24'])
    assert.ok((await defaultTable(service, alice, a)).updated_at > updated)
    assert.equal(await idOf('10.2.0.0/16'), first)
    const second = await idOf('24.0.0.0/24')
    await secondary('remove', '23.0.0.0/24')
    assert.equal((await auto.setPrimary(service, bob, b, '10.9.0.0/16')).status, 200)
    assert.deepEqual(await hers(), ['10.9.0.0/16', '24.0.0.0/24'])
    assert.equal(await idOf('24.0.0.0/24'), second)
    assert.notEqual(await idOf('10.9.0.0/16'), first)
    // Asked for again it changes nothing.
    await auto.turn(service, alice, id)
    assert.equal(await idOf('24.0.0.0/24'), second)
  })

  test('follow IPv6: a subnet that is made with it, gains it, and goes', async () => {
    await auto.turn(service, alice, id)
    const one = await makeSubnet(service, bob, b, '10.2.1.0/24', { ipv6_enable: true })
    const two = await makeSubnet(service, bob, b, '10.2.2.0/24')
    const block = await v6Of(one)
    assert.deepEqual(await hers(), ['10.2.0.0/16', block])
    const path = `/v1/${bob.projectId}/vpcs/${b}/subnets/${two}`
    const gained = await service.ask(bob, 'PUT', path, { subnet: { name: 'two', ipv6_enable: true } })
    assert.equal(gained.status, 200)
    assert.deepEqual(await hers(), ['10.2.0.0/16', block, await v6Of(two)].toSorted())
    assert.equal((await auto.deleteSubnet(service, bob, b, one)).status, 204)
    assert.deepEqual(await hers(), ['10.2.0.0/16', await v6Of(two)])
  })

  test('follow a change that is only asked about, or refused, not at all', async () => {
    await auto.turn(service, alice, id)
    await makeSubnet(service, bob, b, '10.2.1.0/24')
    const stored = dump(service.folder)
    const path = `/v3/${bob.projectId}/vpc/vpcs/${b}/add-extend-cidr`
    const asked = await service.ask(bob, 'PUT', path, { dry_run: true, vpc: { extend_cidrs: ['23.0.0.0/24'] } })
    assert.ok(asked.status < 300, JSON.stringify(asked.body))
    assert.equal((await auto.setPrimary(service, bob, b, '10.9.0.0/16')).status, 400)
    assert.deepEqual(dump(service.folder), stored)
  })

  test('give way to one’s own subnets, which they do not forbid, and come back when these go', async () => {
    assert.equal((await auto.setPrimary(service, bob, b, '10.1.7.0/24')).status, 200)
    await auto.turn(service, alice, id)
    assert.deepEqual(await hers(), ['10.1.7.0/24'])
    const subnet = await makeSubnet(service, alice, a, '10.1.0.0/20')
    assert.deepEqual(await auto.sideOf(service, alice, id, 'requester'), {
      ...{ asks: true, routes: [], leftOut: [['10.1.7.0/24', 'local']] },
    })
    assert.equal((await auto.deleteSubnet(service, alice, a, subnet)).status, 204)
    assert.deepEqual(await hers(), ['10.1.7.0/24'])
    await makeRoute(service, alice, a, id, '10.1.7.0/25')
    const refused = await service.ask(alice, 'POST', `/v1/${alice.projectId}/subnets`, {
      subnet: { name: 's', cidr: '10.1.0.0/20', vpc_id: a, gateway_ip: '10.1.0.1' },
    })
    assert.deepEqual([refused.status, refused.body.code], [409, 'VPC.0210'])
  })

  test('go when they are switched off, exactly they, and all with the peering', async () => {
    const mine = await makeRoute(service, alice, a, id, '10.2.3.0/24')
    const table = await makeTable(service, alice, a, {
      routes: [{ type: 'peering', destination: '10.2.0.0/16', nexthop: id, description: '' }],
    })
    await auto.turn(service, alice, id)
    await auto.turn(service, bob, id)
    await secondary('add', '23.0.0.0/24')
    await auto.turn(service, alice, id, false)
    assert.deepEqual([...(await auto.routesIn(service, alice, a)).values()], [mine])
    assert.deepEqual(await his(), ['10.1.0.0/16'])
    assert.equal((await service.ask(alice, 'GET', `/v1/${alice.projectId}/routetables/${table.id}`)).status, 200)
    const rows = () => (dump(service.folder).route ?? []).filter((row) => JSON.stringify(row).includes(id))
    assert.equal(rows().length, 3)
    await secondary('add', '24.0.0.0/24')
    assert.equal(rows().length, 3)
    assert.equal((await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.deepEqual(rows(), [])
  })

  test('never replace somebody’s own route, which stays as it is, and come where it goes, whichever way', async () => {
    const own = await makeRoute(service, alice, a, id, '10.2.0.0/16')
    await auto.turn(service, alice, id)
    assert.deepEqual(await auto.sideOf(service, alice, id, 'requester'), {
      ...{ asks: true, routes: [['10.2.0.0/16', false]], leftOut: [['10.2.0.0/16', 'taken']] },
    })
    assert.equal((await service.ask(alice, 'DELETE', `/v2.0/vpc/routes/${own.id}`)).status, 204)
    assert.deepEqual((await auto.sideOf(service, alice, id, 'requester')).routes, [['10.2.0.0/16', true]])
    await auto.turn(service, alice, id, false)
    await makeRoute(service, alice, a, id, '10.2.0.0/16')
    await auto.turn(service, alice, id)
    const { id: table } = await defaultTable(service, alice, a)
    const path = `/v1/${alice.projectId}/routetables/${table}`
    const del = [{ destination: '10.2.0.0/16' }]
    const add = [{ type: 'peering', destination: '10.2.4.0/24', nexthop: id }]
    const { status, body } = await service.ask(alice, 'PUT', path, { routetable: { routes: { del, add } } })
    assert.equal(status, 200)
    // Shown by the answer itself already.
    assert.deepEqual(madeIn(body.routetable).toSorted(), ['10.2.0.0/16', '10.2.4.0/24'])
    const { routes } = await auto.sideOf(service, alice, id, 'requester')
    assert.deepEqual(routes.toSorted(), [
      ['10.2.0.0/16', true],
      ['10.2.4.0/24', false],
    ])
  })

  test('of two peers with one block lead to the first that had it, and to the other when that one goes', async () => {
    const twin = await service.makeVpc(bob, `twin-${made}`, '10.2.0.0/16')
    const second = await auto.peer(service, alice, a, bob, twin)
    const nexthop = async () => (await auto.routesIn(service, alice, a)).get('10.2.0.0/16')?.nexthop
    await auto.turn(service, alice, second)
    await auto.turn(service, alice, id)
    assert.equal(await nexthop(), second)
    assert.deepEqual((await auto.sideOf(service, alice, id, 'requester')).leftOut, [['10.2.0.0/16', 'taken']])
    assert.deepEqual((await auto.sideOf(service, alice, second, 'requester')).leftOut, [])
    await auto.turn(service, alice, second, false)
    assert.equal(await nexthop(), id)
    await auto.turn(service, alice, second)
    assert.equal((await service.ask(bob, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.equal(await nexthop(), second)
    assert.equal((await auto.setPrimary(service, bob, twin, '10.8.0.0/16')).status, 200)
    assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), ['10.8.0.0/16'])
  })

  test('lead to each other’s blocks where both VPCs are one’s own, after one call', async () => {
    const own = await service.makeVpc(alice, `own-${made}`, '10.3.0.0/16')
    const inside = await auto.peer(service, alice, a, alice, own)
    await auto.turn(service, alice, inside)
    assert.deepEqual(await hers(), ['10.3.0.0/16'])
    assert.deepEqual(await auto.destinationsIn(service, alice, own), ['10.1.0.0/16'])
  })

  test('are there after a restart, and follow on', async () => {
    await auto.turn(service, alice, id)
    const route = await idOf('10.2.0.0/16')
    await service.restart()
    await secondary('add', '23.0.0.0/24')
    assert.deepEqual(await hers(), ['10.2.0.0/16', '23.0.0.0/24'])
    assert.equal(await idOf('10.2.0.0/16'), route)
  })

  test('and the plain ones of a VPC without any are refused, and made, as ever', async () => {
    await auto.turn(service, bob, id)
    assert.equal((await addRoute(service, alice, a, id, '10.2.0.0/16')).status, 201)
    assert.equal((await addRoute(service, alice, a, id, '10.2.0.0/16')).status, 409)
  })
})
