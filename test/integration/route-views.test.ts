/** The two views of the routes show one store; a peering takes its routes along; and who races whom. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { furtherId } from '../../src/operations/operation.ts'
import { dump } from '../support/dump.ts'
import { assertRefused, PEERINGS, requestPeering } from '../support/peerings.ts'
import {
  addRoute,
  defaultTable,
  entry,
  listedRoutes,
  madeIn,
  makeRoute,
  makeTable,
  peeredVpcs,
  ROUTES,
  showTable,
  tablesOf,
} from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('two views of one store', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ startAt: Date.UTC(2026, 2, 4, 5, 6, 7) })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const change = (id: string, routes: object) =>
    service.ask(alice, 'PUT', `${tablesOf(alice)}/${id}`, { routetable: { routes } })
  const routesOf = async (vpc: string) => (await service.ask(alice, 'GET', `${ROUTES}?vpc_id=${vpc}`)).body.routes

  test('a route made through either view is in both, with one id for good', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    const first = await makeRoute(service, alice, a, peering, '10.8.0.0/16')
    assert.equal((await change(id, { add: [entry(peering, 'FD09:0::/32', 'nine')] })).status, 200)
    const shown = (await showTable(service, alice, id)).routes.slice(3)
    assert.deepEqual(shown, [entry(peering, '10.8.0.0/16'), entry(peering, 'fd09::/32', 'nine')])
    const [, second] = await routesOf(a)
    const common = { type: 'peering', nexthop: peering, vpc_id: a, tenant_id: alice.projectId }
    assert.deepEqual(await routesOf(a), [first, { ...common, id: second.id, destination: 'fd09::/32' }])
    // A change keeps the id, and so does a restart.
    assert.equal((await change(id, { mod: [entry(peering, 'fd09::/32', 'changed')] })).status, 200)
    await service.restart()
    assert.deepEqual(await routesOf(a), [first, second])
    assert.deepEqual((await service.ask(alice, 'GET', `${ROUTES}/${second.id}`)).body, { route: second })
  })

  test('a route deleted through either view is gone from both', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    const first = await makeRoute(service, alice, a, peering, '10.8.0.0/16')
    const second = await makeRoute(service, alice, a, peering, '10.9.0.0/16')
    assert.equal((await service.ask(alice, 'DELETE', `${ROUTES}/${first.id}`)).status, 204)
    assert.deepEqual(madeIn(await showTable(service, alice, id)), ['10.9.0.0/16'])
    assert.equal((await change(id, { del: [{ destination: '10.9.0.0/16' }] })).status, 200)
    assert.deepEqual(await routesOf(a), [])
    assertRefused(await service.ask(alice, 'GET', `${ROUTES}/${second.id}`), 404, 'RouteNotFound')
    // One that comes again is another one.
    assert.notEqual((await makeRoute(service, alice, a, peering, '10.9.0.0/16')).id, second.id)
  })

  test('one destination is taken in both views, and free in a table that somebody made', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    await makeRoute(service, alice, a, peering, '10.8.0.0/16')
    await change(id, { add: [entry(peering, '10.9.0.0/16')] })
    const taken = await change(id, { add: [entry(peering, '10.8.0.0/16')] })
    assert.deepEqual([taken.status, taken.body.code], [400, 'VPC.1211'])
    assertRefused(await addRoute(service, alice, a, peering, '10.9.0.0/16'), 409, 'RouteConflict')
    const custom = await makeTable(service, alice, a, { routes: [entry(peering, '10.8.0.0/16')] })
    assert.deepEqual(madeIn(custom), ['10.8.0.0/16'])
    // Nobody is told the id of a route in there, and who guesses it finds nothing.
    const guessed = furtherId(custom.id, 1)
    assert.ok(JSON.stringify(dump(service.folder)).includes(guessed), 'the route has another id')
    for (const method of ['GET', 'DELETE']) {
      assertRefused(await service.ask(alice, method, `${ROUTES}/${guessed}`), 404, 'RouteNotFound')
    }
    assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), ['10.8.0.0/16', '10.9.0.0/16'])
    assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}&destination=10.8.0.0/16`), ['10.8.0.0/16'])
  })

  test("a table's time of update moves with its routes, whichever way they change", async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    const steps = [
      () => addRoute(service, alice, a, peering, '10.8.0.0/16'),
      () => change(id, { mod: [entry(peering, '10.8.0.0/16', 'changed')] }),
      async () => service.ask(alice, 'DELETE', `${ROUTES}/${(await routesOf(a))[0].id}`),
      () => addRoute(service, alice, a, peering, '10.9.0.0/16'),
      () => service.ask(bob, 'DELETE', `${PEERINGS}/${peering}`),
    ]
    for (const step of steps) {
      service.clock.advance(1000)
      assert.ok((await step()).status < 300)
      const expected = new Date(service.clock.now()).toISOString().slice(0, 19)
      assert.equal((await showTable(service, alice, id)).updated_at, expected)
    }
  })

  for (const side of ['requester', 'accepter'] as const) {
    test(`a peering deleted by its ${side} takes every route via it along, on both sides, and no other`, async () => {
      const { a, b, peering } = await peeredVpcs(service, alice, bob)
      const other = await requestPeering(service, alice, a, alice, await service.makeVpc(alice, `kept-${side}`))
      const tables = [
        [alice, a, (await makeTable(service, alice, a)).id],
        [bob, b, (await makeTable(service, bob, b)).id],
      ] as const
      await makeRoute(service, alice, a, other.id, '10.7.0.0/16')
      for (const [who, vpc, id] of tables) {
        await makeRoute(service, who, vpc, peering, '10.8.0.0/16')
        const add = [entry(peering, '10.8.0.0/16'), entry(peering, 'fd08::/32')]
        await service.ask(who, 'PUT', `${tablesOf(who)}/${id}`, { routetable: { routes: { add } } })
      }
      const deleted = await service.ask(side === 'requester' ? alice : bob, 'DELETE', `${PEERINGS}/${peering}`)
      assert.equal(deleted.status, 204)
      assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), ['10.7.0.0/16'])
      assert.deepEqual(await listedRoutes(service, bob, `vpc_id=${b}`), [])
      for (const [who, vpc, id] of tables) {
        assert.deepEqual(madeIn(await showTable(service, who, id)), [])
        assert.deepEqual(madeIn(await defaultTable(service, who, vpc)), who === alice ? ['10.7.0.0/16'] : [])
      }
    })
  }

  test('of twenty routes to one destination that come at once, through both views, one is made', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2
          ? addRoute(service, alice, a, peering, '10.8.0.0/16')
          : change(id, { add: [entry(peering, '10.8.0.0/16')] }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    assert.equal(statuses.filter((status) => status < 300).length, 1, statuses.join())
    assert.ok(
      statuses.every((status, index) => status < 300 || status === (index % 2 ? 409 : 400)),
      statuses.join(),
    )
    assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), ['10.8.0.0/16'])
  })

  test('a peering that is deleted while routes come leaves none behind', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { a, b, peering } = await peeredVpcs(service, alice, bob)
      const adds = Array.from({ length: 8 }, (_, index) =>
        index % 2
          ? addRoute(service, alice, a, peering, `10.${index}.0.0/16`)
          : addRoute(service, bob, b, peering, `10.${index}.0.0/16`),
      )
      const [deleted, ...added] = await Promise.all([
        service.ask(round % 2 ? alice : bob, 'DELETE', `${PEERINGS}/${peering}`),
        ...adds,
      ])
      assert.equal(deleted.status, 204)
      for (const { status } of added) assert.ok(status === 201 || status === 404, String(status))
      assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), [])
      assert.deepEqual(await listedRoutes(service, bob, `vpc_id=${b}`), [])
    }
  })

  test('a route that comes while its peering is accepted is made after the accept, or refused before it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await service.makeVpc(alice, `race-a-${round}`), await service.makeVpc(bob, `race-b-${round}`)]
      const { id } = await requestPeering(service, alice, a, bob, b)
      const [accepted, added] = await Promise.all([
        service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`),
        addRoute(service, alice, a, id, '10.8.0.0/16'),
      ])
      assert.equal(accepted.status, 200)
      assert.ok(added.status === 201 || added.status === 409, String(added.status))
      const expected = added.status === 201 ? ['10.8.0.0/16'] : []
      assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${a}`), expected)
    }
  })
})
