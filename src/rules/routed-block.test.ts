import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cidr, cidr } from './cidr.ts'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'
import type { Route } from './route.ts'
import { blockTakenFrom, routesHolding } from './routed-block.ts'

const [OWN, PEER] = ['own' as VpcId, 'peer' as VpcId]

function route(destination: string, vpcId = PEER): Route {
  return {
    ...{ id: destination as RouteId, tableId: 't' as RouteTableId, vpcId, projectId: 'a' as ProjectId },
    ...{ isDefault: true, type: 'peering', destination, nexthop: 'p' as PeeringId, description: '' },
    ...{ automatic: false, createdAt: 0, updatedAt: 0 },
  }
}
const taken = (destination: string, before: readonly string[], after: readonly string[]) =>
  blockTakenFrom([route(destination)], before, after)

test('a block goes from under a route to it, to a part of it, and to more than it', () => {
  const before = ['10.1.0.0/16', '23.8.0.0/16']
  for (const destination of ['23.8.0.0/16', '23.8.9.0/24', '23.8.0.1/32', '23.0.0.0/8', '0.0.0.0/0']) {
    assert.equal(taken(destination, before, ['10.1.0.0/16']), '23.8.0.0/16', destination)
  }
})

test('a route to another block, to none, or of another family holds nothing', () => {
  const before = ['10.1.0.0/16', '23.8.0.0/16']
  for (const destination of ['10.1.0.0/16', '10.0.0.0/8', '23.9.0.0/16', '10.2.0.0/16', 'fd00::/8', '::/0']) {
    assert.equal(taken(destination, before, ['10.1.0.0/16']), undefined, destination)
  }
})

test('an automatic route holds nothing: it moves along with the blocks', () => {
  const own = route('23.8.0.0/16')
  assert.deepEqual(routesHolding(OWN, [own, { ...own, automatic: true }]), [own])
})

test('a block that moves into a larger one, and one that stays, are not taken from anybody', () => {
  assert.equal(taken('10.1.0.0/16', ['10.1.0.0/16'], ['10.0.0.0/8']), undefined)
  assert.equal(taken('0.0.0.0/0', ['10.1.0.0/16', '23.8.0.0/16'], ['10.0.0.0/8', '23.8.0.0/16']), undefined)
})

test('of a block that shrinks only the part that a route leads to counts', () => {
  assert.equal(taken('10.1.2.0/24', ['10.1.0.0/16'], ['10.1.2.0/24']), undefined)
  assert.equal(taken('10.1.2.0/25', ['10.1.0.0/16'], ['10.1.2.0/24']), undefined)
  assert.equal(taken('10.1.2.0/23', ['10.1.0.0/16'], ['10.1.2.0/24']), '10.1.0.0/16')
  assert.equal(taken('10.1.3.0/24', ['10.1.0.0/16'], ['10.1.2.0/24']), '10.1.0.0/16')
})

test('blocks are told in their order, and any route may hold one', () => {
  const routes = [route('192.0.2.0/24'), route('23.9.0.0/16'), route('23.8.0.0/16')]
  assert.equal(blockTakenFrom(routes, ['23.8.0.0/16', '23.9.0.0/16'], []), '23.8.0.0/16')
  assert.equal(blockTakenFrom(routes, ['23.8.0.0/16', '23.9.0.0/16'], ['23.8.0.0/16']), '23.9.0.0/16')
  assert.equal(blockTakenFrom([], ['23.8.0.0/16'], []), undefined)
})

test("of a peering's routes those of the other side hold, whosever project they are", () => {
  const [mine, theirs] = [route('10.2.0.0/16', OWN), route('10.1.0.0/16')]
  assert.deepEqual(routesHolding(OWN, [mine, theirs]), [theirs])
  assert.deepEqual(routesHolding(PEER, [mine, theirs]), [mine])
})

/** Blocks of a primary range and of a secondary one: 16 addresses of each can be counted one by one. */
const within = (base: string) =>
  fc
    .integer({ min: 28, max: 32 })
    .chain((prefix) => fc.nat(2 ** (prefix - 28) - 1).map((nth) => `${base}.${nth * 2 ** (32 - prefix)}/${prefix}`))
const one = (base: string) => fc.option(within(base), { nil: undefined })

test('agrees with a count of the addresses, one by one', () => {
  const vpc = fc.tuple(one('10.0.0'), one('23.0.0')).map((blocks) => blocks.filter((each) => each !== undefined))
  const destination = fc.oneof(within('10.0.0'), within('23.0.0'), fc.constantFrom('0.0.0.0/0', '10.0.0.0/24'))
  fc.assert(
    fc.property(destination, vpc, vpc, (to, before, after) => {
      const addresses = [cidr('10.0.0.0/28'), cidr('23.0.0.0/28')].flatMap(({ base }) =>
        Array.from({ length: 16 }, (_, nth) => base + nth),
      )
      const isIn = (blocks: readonly string[], at: number) => blocks.some((each) => has(cidr(each), at))
      const lost = addresses.some((at) => isIn([to], at) && isIn(before, at) && !isIn(after, at))
      assert.equal(taken(to, before, after) !== undefined, lost)
    }),
    { numRuns: 2000 },
  )
})

function has({ base, prefix }: Cidr, at: number): boolean {
  return at >= base && at < base + 2 ** (32 - prefix)
}
