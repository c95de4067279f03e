/** What a plan says of automatic routes: what would come, go and have no room, in the VPCs that the caller may know. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as auto from '../support/automatic.ts'
import { dump } from '../support/dump.ts'
import { makeRoute } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('a plan of automatic routes', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let a: string
  let b: string
  let id: string
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    a = await service.makeVpc(alice, `a-${made}`, '10.1.0.0/16')
    b = await service.makeVpc(bob, `b-${made}`, '10.2.0.0/16')
    id = await auto.peer(service, alice, a, bob, b)
    await auto.setRouteLimit(service, alice, null)
  })

  interface Finding {
    readonly severity: string
    readonly code: string
    readonly message: string
    readonly objects: readonly { readonly id: string }[]
  }

  /** Codes with what they are about, what would go, and the figures in the texts; and nothing is written. */
  async function plan(who: Person, change: object) {
    const kept = dump(service.folder)
    const { status, body } = await service.ask(who, 'POST', '/causeway/v1/plan', change)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(dump(service.folder), kept)
    const findings = body.plan.findings as readonly Finding[]
    return {
      told: findings.map(({ code, objects }) => [code, ...objects.map((each) => each.id)]),
      figures: findings.map(({ message }) => /(\d+) (?:more )?automatic/.exec(message)?.[1]),
      removes: body.plan.removes.map((each: { id: string }) => each.id),
      possible: body.plan.possible,
    }
  }
  const routeTo = async (destination: string) => (await auto.routesIn(service, alice, a)).get(destination)?.id
  const add = (...extend_cidrs: string[]) => ({ add_extend_cidrs: { id: b, extend_cidrs } })

  test('of a change of blocks counts what would come and go for the peer, to the peer’s own and an admin', async () => {
    await auto.turn(service, alice, id)
    const first = await routeTo('10.2.0.0/16')
    const renumber = { update_vpc: { id: b, cidr: '10.9.0.0/16' } }
    // The routes are alice's, so bob is told nothing of them.
    for (const change of [renumber, add('23.0.0.0/24')]) {
      assert.deepEqual(await plan(bob, change), { told: [], figures: [], removes: [], possible: true })
    }
    const own = await service.makeVpc(alice, `own-${made}`, '10.3.0.0/16')
    const inside = await auto.peer(service, alice, a, alice, own)
    await auto.turn(service, alice, inside)
    const route = await routeTo('10.3.0.0/16')
    assert.deepEqual(await plan(alice, { update_vpc: { id: own, cidr: '10.9.0.0/16' } }), {
      ...{
        told: [
          ['routes_removed', route],
          ['routes_added', a],
        ],
        figures: ['1', '1'],
      },
      ...{ removes: [route], possible: true },
    })
    const grow = { add_extend_cidrs: { id: own, extend_cidrs: ['23.0.0.0/24', '24.0.0.0/24'] } }
    assert.deepEqual(await plan(alice, grow), {
      ...{ told: [['routes_added', a]], figures: ['2'], removes: [], possible: true },
    })
    await auto.setRouteLimit(service, alice, 3)
    const { told, figures } = await plan(alice, grow)
    assert.deepEqual(
      [told, figures],
      [
        [
          ['routes_added', a],
          ['routes_left_out', a],
        ],
        ['1', '1'],
      ],
    )
    assert.equal(await routeTo('10.2.0.0/16'), first)
  })

  test('of an accept counts what each side that asks would get, to that side alone; a refusal tells nothing', async () => {
    const [c, d] = [await service.makeVpc(alice, '', '10.4.0.0/16'), await service.makeVpc(bob, '', '10.5.0.0/16')]
    const waiting = await auto.peer(service, alice, c, bob, d, true)
    const accept = { accept_peering: { id: waiting } }
    await auto.turn(service, alice, waiting)
    assert.deepEqual((await plan(bob, accept)).told, [])
    await auto.turn(service, bob, waiting)
    assert.deepEqual((await plan(bob, accept)).told, [['routes_added', d]])
    assert.deepEqual((await plan(service.admin, accept)).told, [
      ['routes_added', c],
      ['routes_added', d],
    ])
    assert.deepEqual((await plan(alice, accept)).told, [['not_the_accepter', waiting]])
  })

  test('of a deletion, of the peering or of a route in the way, tells those that would come in its place', async () => {
    const own = await makeRoute(service, alice, a, id, '10.2.0.0/16')
    const twin = await service.makeVpc(bob, `twin-${made}`, '10.2.0.0/16')
    const second = await auto.peer(service, alice, a, bob, twin)
    await auto.turn(service, alice, second)
    assert.deepEqual(await plan(alice, { delete_peering: { id } }), {
      ...{
        told: [
          ['routes_removed', own.id],
          ['routes_added', a],
        ],
        figures: [undefined, '1'],
      },
      ...{ removes: [id, own.id], possible: true },
    })
    assert.deepEqual((await plan(alice, { delete_route: { id: own.id } })).told, [['routes_added', a]])
    assert.deepEqual((await plan(bob, { delete_peering: { id } })).told, [])
  })

  test('of a deletion by hand is that it is refused, as the deletion itself is; and of a taken destination too', async () => {
    await auto.turn(service, alice, id)
    const route = await routeTo('10.2.0.0/16')
    const told = await plan(alice, { delete_route: { id: route } })
    assert.deepEqual([told.told, told.removes, told.possible], [[['route_automatic', id, route]], [], false])
    const create = { create_route: { vpc_id: a, destination: '10.2.0.0/16', nexthop: id } }
    assert.deepEqual((await plan(alice, create)).told, [['route_destination_taken']])
    const gone = await plan(alice, { delete_peering: { id } })
    assert.deepEqual([gone.told, gone.removes], [[['routes_removed', route]], [id, route]])
  })
})
