/** Who may ask for automatic routes, what is shown to whom, and what nobody may do with them. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as auto from '../support/automatic.ts'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID, PEERINGS } from '../support/peerings.ts'
import { addRoute, assertNothingDone, defaultTable, entry, makeRoute, makeSubnet, tablesOf } from '../support/routes.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000

suite('automatic routes', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let admin: Person
  let a: string
  let b: string
  let id: string
  let made = 0
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob, admin } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    a = await service.makeVpc(alice, `a-${made}`, '10.1.0.0/16')
    b = await service.makeVpc(bob, `b-${made}`, '10.2.0.0/16')
    id = await auto.peer(service, alice, a, bob, b)
  })

  const view = async (who: Person) => (await service.ask(who, 'GET', auto.viewOf(id))).body.auto_routes
  const hers = () => auto.destinationsIn(service, alice, a)
  const his = () => auto.destinationsIn(service, bob, b)
  const put = (who: Person, body: unknown) => service.ask(who, 'PUT', auto.viewOf(id), body)
  const hersByDestination = async (destination: string) => {
    const route = (await auto.routesIn(service, alice, a)).get(destination)
    assert.ok(route)
    return route
  }

  test('are shown to the side that asks and to an admin, and the other side is told nothing, not by an ETag', async () => {
    const etag = async (who: Person) => (await service.ask(who, 'GET', auto.viewOf(id))).headers.get('etag')
    const before = [await etag(alice), await etag(bob), await etag(admin)]
    await auto.turn(service, alice, id)
    assert.deepEqual(await view(alice), { requester: true, accepter: null })
    assert.deepEqual(await view(bob), { requester: null, accepter: false })
    assert.deepEqual(await view(admin), { requester: true, accepter: false })
    const since = [await etag(alice), await etag(bob), await etag(admin)]
    assert.deepEqual(
      since.map((each, at) => each === before[at]),
      [false, true, false],
    )
    const untold = { asks: null, routes: undefined, leftOut: undefined }
    assert.deepEqual(await auto.sideOf(service, bob, id, 'requester'), untold)
    assert.deepEqual(await auto.sideOf(service, bob, id, 'accepter'), { asks: false, routes: [], leftOut: [] })
    const told = { asks: true, routes: [['10.2.0.0/16', true]], leftOut: [] }
    for (const who of [alice, admin]) assert.deepEqual(await auto.sideOf(service, who, id, 'requester'), told)
  })

  test('are asked for by each side for itself alone, and by an admin who takes part in neither for both', async () => {
    await auto.turn(service, alice, id)
    await auto.turn(service, bob, id, false)
    assert.deepEqual([await hers(), await his()], [['10.2.0.0/16'], []])
    await auto.turn(service, admin, id)
    assert.deepEqual([await hers(), await his()], [['10.2.0.0/16'], ['10.1.0.0/16']])
    await auto.turn(service, alice, id, false)
    assert.deepEqual([await hers(), await his()], [[], ['10.1.0.0/16']])
    await auto.turn(service, admin, id, false)
    assert.deepEqual([await view(admin), await his()], [{ requester: false, accepter: false }, []])
  })

  test('are nothing to a stranger: 404, as for a peering that is not there', async () => {
    const eve = await service.eve()
    for (const [who, one] of [
      [eve, id],
      [alice, NOBODYS_ID],
    ] as const) {
      const { status, body } = await auto.setAuto(service, who, one)
      assert.deepEqual([status, body.error_code], [404, 'VPC.1503'])
    }
    assert.deepEqual(await view(admin), { requester: false, accepter: false })
  })

  test('are asked for by true and false alone, beside protection or without it; an empty change is none', async () => {
    for (const body of [{}, { auto_routes: 'yes' }, { auto_routes: null }, { auto_routes: { requester: true } }]) {
      assert.equal((await put(alice, body)).status, 400, JSON.stringify(body))
    }
    assert.deepEqual(await view(alice), { requester: false, accepter: null })
    const both = await put(alice, { protected: true, auto_routes: true })
    assert.deepEqual([both.body.protected_by, both.body.auto_routes.requester], [['requester'], true])
    const same = await put(alice, { auto_routes: true })
    assert.deepEqual(same.body.protected_by, ['requester'])
    const one = await put(alice, { protected: false })
    assert.deepEqual([one.body.protected_by, one.body.auto_routes.requester], [[], true])
    assert.deepEqual(await hers(), ['10.2.0.0/16'])
  })

  test('are asked for on the version that was seen only, where If-Match says so', async () => {
    const stale = (await service.ask(alice, 'GET', auto.viewOf(id))).headers.get('etag')
    await auto.turn(service, alice, id)
    const conditional = (tag: string | null) => {
      const headers = { 'x-auth-token': alice.token, 'if-match': String(tag) }
      return send(service.url, 'PUT', auto.viewOf(id), { auto_routes: false }, headers)
    }
    assert.equal((await conditional(stale)).status, 412)
    assert.deepEqual(await hers(), ['10.2.0.0/16'])
    const fresh = (await service.ask(alice, 'GET', auto.viewOf(id))).headers.get('etag')
    assert.equal((await conditional(fresh)).status, 200)
    assert.deepEqual(await hers(), [])
  })

  test('may be asked for by a peering that is over, and nothing comes of it', async () => {
    const [c, d] = [await service.makeVpc(alice, '', '10.4.0.0/16'), await service.makeVpc(bob, '', '10.5.0.0/16')]
    const waiting = await auto.peer(service, alice, c, bob, d, true)
    await auto.turn(service, alice, waiting)
    service.clock.advance(TTL_MS)
    await service.sweep()
    await auto.turn(service, bob, waiting)
    await auto.setPrimary(service, bob, d, '10.6.0.0/16')
    assert.deepEqual(await auto.destinationsIn(service, alice, c), [])
    assert.equal((await service.ask(bob, 'DELETE', `/v1/${bob.projectId}/vpcs/${d}`)).status, 204)
  })

  test('are deleted and changed by hand in no view, by nobody, and the text says which peering they are of', async () => {
    await auto.turn(service, alice, id)
    const route = await hersByDestination('10.2.0.0/16')
    const text = new RegExp(`automatic one of peering ${id}`)
    const { id: table } = await defaultTable(service, alice, a)
    const stored = dump(service.folder)
    for (const who of [alice, admin]) {
      const { status, body } = await service.ask(who, 'DELETE', `/v2.0/vpc/routes/${route.id}`)
      assert.deepEqual([status, body.NeutronError.type, body.error_code], [409, 'RouteInUse', 'VPC.1526'])
      assert.match(body.error_msg, text)
    }
    assert.deepEqual(dump(service.folder), stored)
    const update = (routes: object) => () =>
      service.ask(alice, 'PUT', `${tablesOf(alice)}/${table}`, { routetable: { description: 'new', routes } })
    const gone = { del: [{ destination: '10.2.0.0/16' }] }
    const same = entry(id, '10.2.0.0/16', 'mine')
    await assertNothingDone(service, update(gone), 409, 'VPC.1214', text)
    await assertNothingDone(service, update({ mod: [same] }), 409, 'VPC.1214', text)
    await assertNothingDone(service, update({ ...gone, add: [same] }), 409, 'VPC.1214', text)
    await assertNothingDone(service, update({ add: [same] }), 400, 'VPC.1211', /an automatic route of peering/)
    const taken = await addRoute(service, alice, a, id, '10.2.0.0/16')
    assert.deepEqual([taken.status, taken.body.error_code], [409, 'VPC.1524'])
    assert.match(taken.body.error_msg, /an automatic route of peering/)
  })

  suite('in a table that is full', () => {
    const isRefused = ({ status, body }: Answer) => assert.deepEqual([status, body.error_code], [409, 'VPC.1543'])
    beforeEach(() => auto.setRouteLimit(service, alice, 2))
    after(() => auto.setRouteLimit(service, alice, null))

    test('are refused when they are switched on, and nothing of the call is done', async () => {
      await makeRoute(service, alice, a, id, '10.2.1.0/24')
      await makeRoute(service, alice, a, id, '10.2.2.0/24')
      const stored = dump(service.folder)
      isRefused(await put(alice, { auto_routes: true, protected: true }))
      assert.deepEqual(dump(service.folder), stored)
      // The other side's table is another one.
      await auto.turn(service, bob, id)
    })

    test('are left out where the peer grows, which is not refused; and come as soon as there is room', async () => {
      const mine = await makeRoute(service, alice, a, id, '10.2.1.0/24')
      await auto.turn(service, alice, id)
      assert.equal((await auto.changeSecondary(service, bob, b, 'add', '23.0.0.0/24', '24.0.0.0/24')).status, 200)
      const side = await auto.sideOf(service, alice, id, 'requester')
      assert.deepEqual(side.leftOut, [
        ['23.0.0.0/24', 'limit'],
        ['24.0.0.0/24', 'limit'],
      ])
      // Asked for again it is on already, and so it is not refused.
      await auto.turn(service, alice, id)
      assert.equal((await service.ask(alice, 'DELETE', `/v2.0/vpc/routes/${mine.id}`)).status, 204)
      assert.deepEqual(await hers(), ['10.2.0.0/16', '23.0.0.0/24'])
      await auto.setRouteLimit(service, alice, 3)
      assert.deepEqual(await hers(), ['10.2.0.0/16', '23.0.0.0/24', '24.0.0.0/24'])
      const over = await addRoute(service, alice, a, id, '10.2.1.0/24')
      assert.deepEqual([over.status, over.body.error_code], [409, 'VPC.1525'])
      await auto.setRouteLimit(service, alice, 1)
      assert.equal((await hers()).length, 3)
    })

    test('are not refused for want of room that only another peering has', async () => {
      await auto.turn(service, alice, id)
      assert.equal((await auto.changeSecondary(service, bob, b, 'add', '23.0.0.0/24', '24.0.0.0/24')).status, 200)
      const second = await auto.peer(service, alice, a, bob, await service.makeVpc(bob, '', '10.2.0.0/16'))
      await auto.turn(service, alice, second)
      assert.deepEqual((await auto.sideOf(service, alice, second, 'requester')).leftOut, [['10.2.0.0/16', 'taken']])
    })

    test('are left out at an accept, which is not refused', async () => {
      const [c, d] = [await service.makeVpc(alice, '', '10.4.0.0/16'), await service.makeVpc(bob, '', '10.5.0.0/16')]
      assert.equal((await auto.changeSecondary(service, bob, d, 'add', '23.0.0.0/24', '24.0.0.0/24')).status, 200)
      const waiting = await auto.peer(service, alice, c, bob, d, true)
      await auto.turn(service, alice, waiting)
      await auto.accept(service, bob, waiting)
      assert.deepEqual(await auto.sideOf(service, alice, waiting, 'requester'), {
        ...{
          asks: true,
          routes: [
            ['10.5.0.0/16', true],
            ['23.0.0.0/24', true],
          ],
        },
        leftOut: [['24.0.0.0/24', 'limit']],
      })
    })
  })

  test('of a change of the peer’s that is refused nothing is seen, and of two at once both are', async () => {
    await auto.turn(service, alice, id)
    const answers = await Promise.all([
      auto.changeSecondary(service, bob, b, 'add', '23.0.0.0/24'),
      auto.changeSecondary(service, bob, b, 'add', '24.0.0.0/24'),
      auto.changeSecondary(service, bob, b, 'add', '10.0.0.0/24'),
      auto.turn(service, alice, id, false).then(() => auto.setAuto(service, alice, id)),
      makeSubnet(service, bob, b, '10.2.1.0/24', { ipv6_enable: true }),
    ])
    assert.deepEqual(
      answers.slice(0, 4).map((each) => (each as Answer).status),
      [200, 200, 400, 200],
    )
    assert.equal((await hers()).length, 4)
  })

  test('and a deletion of the peering at once leave none behind', async () => {
    const [deleted, asked, grown] = await Promise.all([
      service.ask(bob, 'DELETE', `${PEERINGS}/${id}`),
      auto.setAuto(service, alice, id),
      auto.changeSecondary(service, bob, b, 'add', '23.0.0.0/24'),
    ])
    assert.deepEqual([deleted.status, grown.status], [204, 200])
    assert.ok([200, 404].includes(asked.status))
    assert.deepEqual(await hers(), [])
    assert.ok(!JSON.stringify(dump(service.folder).route).includes(id))
  })
})
