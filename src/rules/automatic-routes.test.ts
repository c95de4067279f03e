import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AutomaticChanges,
  blocksToReach,
  planAutomaticRoutes,
  refuseAutomatic,
  refuseLimit,
  type TableFacts,
  type Wish,
} from './automatic-routes.ts'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './route.ts'
import type { Vpc } from './vpc.ts'

const [ONE, TWO, OTHER] = ['1', '2', 'other'] as unknown as [PeeringId, PeeringId, PeeringId]

function route(destination: string, nexthop: PeeringId, automatic: boolean): Route {
  return {
    ...{ id: `${nexthop} ${destination}` as RouteId, tableId: 't' as RouteTableId, vpcId: 'v' as VpcId },
    ...{ projectId: 'p' as ProjectId, isDefault: true, type: 'peering', destination, nexthop, description: '' },
    ...{ automatic, createdAt: 1, updatedAt: 1 },
  }
}

const own = (destination: string) => route(destination, OTHER, false)
const held = (destination: string, nexthop = ONE) => route(destination, nexthop, true)
const wish = (destination: string, nexthop = ONE): Wish => ({ destination, nexthop })

function plan(facts: Partial<TableFacts>): AutomaticChanges {
  return planAutomaticRoutes({ wishes: [], locals: [], routes: [], limit: 200, ...facts })
}

test('what is wished for and not there is added, what is there and not wished for goes, the rest stays', () => {
  const routes = [held('10.1.0.0/16'), held('10.2.0.0/16'), own('10.9.0.0/16')]
  assert.deepEqual(plan({ wishes: [wish('10.2.0.0/16'), wish('fd00::/64')], routes }), {
    ...{ removed: [routes[0]], added: [wish('fd00::/64')], leftOut: [] },
  })
  assert.deepEqual(plan({ routes }).removed, routes.slice(0, 2))
})

test('a block that equals a local route or lies in one is left out, one around local routes is not', () => {
  const wishes = [wish('10.1.0.0/24'), wish('10.1.0.0/25'), wish('10.0.0.0/8'), wish('fd00::/64')]
  const { added, leftOut } = plan({ wishes, locals: ['10.1.0.0/24', 'fd00::/64'] })
  assert.deepEqual(added, [wish('10.0.0.0/8')])
  assert.deepEqual(
    leftOut.map(({ destination, reason }) => [destination, reason]),
    [
      ['10.1.0.0/24', 'local'],
      ['10.1.0.0/25', 'local'],
      ['fd00::/64', 'local'],
    ],
  )
})

test('a route that is there gives way to a local one', () => {
  const facts = { wishes: [wish('10.1.0.0/24')], locals: ['10.1.0.0/16'], routes: [held('10.1.0.0/24')] }
  const { removed, leftOut } = plan(facts)
  assert.deepEqual([removed, leftOut], [facts.routes, [{ ...wish('10.1.0.0/24'), reason: 'local' }]])
})

test('where somebody has a route there is none, whatever it leads by', () => {
  const routes = [own('10.1.0.0/16'), route('10.2.0.0/16', ONE, false)]
  const wishes = [wish('10.1.0.0/16'), wish('10.2.0.0/16')]
  assert.deepEqual(plan({ wishes, routes }), {
    ...{ removed: [], added: [], leftOut: wishes.map((each) => ({ ...each, reason: 'taken' })) },
  })
})

test('of two peers with one block the first gets it, unless the second has it; and what the holder gives up', () => {
  const wishes = [wish('10.1.0.0/16', ONE), wish('10.1.0.0/16', TWO)]
  assert.deepEqual(plan({ wishes }).added, [wishes[0]])
  const holding = plan({ wishes, routes: [held('10.1.0.0/16', TWO)] })
  assert.deepEqual(holding, { removed: [], added: [], leftOut: [{ ...wishes[0], reason: 'taken' }] })
  const left = plan({ wishes: [wish('10.1.0.0/16', ONE)], routes: [held('10.1.0.0/16', TWO)] })
  assert.deepEqual([left.removed, left.added], [[held('10.1.0.0/16', TWO)], [wish('10.1.0.0/16', ONE)]])
})

test('a table takes as many as it may have, those that go made room for, and tells the others; -1 is no limit', () => {
  const wishes = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'].map((each) => wish(each))
  const routes = [held('10.8.0.0/16'), own('10.9.0.0/16')]
  const { added, leftOut } = plan({ wishes, routes, limit: 3 })
  assert.deepEqual([added, leftOut], [wishes.slice(0, 2), [{ ...wishes[2], reason: 'limit' }]])
  assert.equal(plan({ wishes, routes, limit: -1 }).added.length, 3)
})

test('a limit that was lowered takes nothing away', () => {
  const routes = [held('10.1.0.0/16'), held('10.2.0.0/16')]
  const wishes = [wish('10.0.0.0/16'), wish('10.1.0.0/16'), wish('10.2.0.0/16')]
  const { removed, added, leftOut } = plan({ wishes, routes, limit: 1 })
  assert.deepEqual([removed, added, leftOut], [[], [], [{ ...wishes[0], reason: 'limit' }]])
})

test('done twice it does nothing the second time, touches nobody’s own, and keeps within the limit', () => {
  const any = fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '10.2.0.0/16', '10.2.1.0/24', 'fd00::/64', 'fd00:0:0:1::/64')
  const anyWish = fc.record({ destination: any, nexthop: fc.constantFrom(ONE, TWO) }, { noNullPrototype: true })
  const anyRoute = fc
    .tuple(any, fc.constantFrom(ONE, TWO, OTHER), fc.boolean())
    .map(([destination, nexthop, automatic]) => route(destination, nexthop, automatic))
  const facts = fc.record({
    wishes: fc.uniqueArray(anyWish, { selector: ({ destination, nexthop }) => `${destination} ${nexthop}` }),
    locals: fc.uniqueArray(any, { maxLength: 2 }),
    routes: fc.uniqueArray(anyRoute, { selector: ({ destination }) => destination }),
    limit: fc.constantFrom(-1, 0, 2, 4, 200),
  })
  fc.assert(
    fc.property(facts, (before) => {
      const { removed, added, leftOut } = planAutomaticRoutes(before)
      assert.ok(removed.every(({ automatic }) => automatic))
      const kept = before.routes.filter((each) => !removed.includes(each))
      const routes = [...kept, ...added.map(({ destination, nexthop }) => held(destination, nexthop))]
      assert.equal(new Set(routes.map(({ destination }) => destination)).size, routes.length)
      const isFull = before.limit !== -1 && routes.length >= before.limit
      if (added.length > 0 && before.limit !== -1) assert.ok(routes.length <= before.limit)
      if (leftOut.some(({ reason }) => reason === 'limit')) assert.ok(isFull)
      const automatic = routes.filter((each) => each.automatic).length
      assert.equal(automatic + leftOut.length, before.wishes.length)
      assert.deepEqual(planAutomaticRoutes({ ...before, routes }), { removed: [], added: [], leftOut })
    }),
  )
})

test('the blocks to reach are those of the VPC and the IPv6 ones of its subnets', () => {
  const vpc = { cidr: '10.1.0.0/16', extendCidrs: ['23.0.0.0/24'] } as unknown as Vpc
  const subnets = [{ v6: { cidr: 'fd00::/64', gatewayIp: 'fd00::1' } }, { v6: undefined }]
  assert.deepEqual(blocksToReach(vpc, subnets), ['10.1.0.0/16', '23.0.0.0/24', 'fd00::/64'])
  assert.deepEqual(blocksToReach({ ...vpc, cidr: '', extendCidrs: [] }, []), [])
})

test('an automatic route is nobody’s to change, and the refusal names it and its peering', () => {
  refuseAutomatic(own('10.1.0.0/16'))
  assert.throws(
    () => refuseAutomatic(held('10.1.0.0/16')),
    (error) =>
      error instanceof Refusal &&
      error.code === 'route_automatic' &&
      error.facts.peeringId === ONE &&
      error.message.includes('10.1.0.0/16'),
  )
})

test('only what has no room is refused, and counted', () => {
  refuseLimit([
    { ...wish('10.1.0.0/16'), reason: 'local' },
    { ...wish('10.1.0.0/16'), reason: 'taken' },
  ])
  const full = { ...wish('10.1.0.0/16'), reason: 'limit' as const }
  assert.throws(() => refuseLimit([full, full]), { code: 'automatic_routes_over_quota', message: /room for 2 of/ })
})
