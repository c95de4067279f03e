import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'
import type { Route } from './route.ts'
import { isRouted, reportRoute, type SideFacts } from './route-report.ts'

const PEERING = 'p' as PeeringId
const NOTHING = { locals: [], routes: [] }

function route(destination: string, nexthop: PeeringId = PEERING): Route {
  return {
    ...{ id: destination as RouteId, tableId: 't' as RouteTableId, vpcId: 'v' as VpcId, projectId: 'a' as ProjectId },
    ...{ isDefault: true, type: 'peering', destination, nexthop, description: '', automatic: false },
    ...{ createdAt: 0, updatedAt: 0 },
  }
}

const side = (block: string, subnets: readonly string[], ...routes: readonly string[]): SideFacts => ({
  ...{ blocks: [block, ...subnets.filter((each) => each.includes(':'))], subnets },
  routes: routes.map((destination) => route(destination)),
})

const near = side('10.1.0.0/16', ['10.1.1.0/24', 'fd01::/64'])
const state = (destination: string, far: SideFacts, others: Parameters<typeof reportRoute>[3] = NOTHING) => {
  const { state, shadowedBy } = reportRoute(route(destination), near, far, others)
  return shadowedBy === undefined ? state : `${state} by ${shadowedBy}`
}

test('a route to a subnet of the peer is present when the peer has a way back, and misses its return else', () => {
  assert.equal(state('10.2.0.0/16', side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.0.0/16')), 'present')
  assert.equal(state('10.2.1.9/32', side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.1.0/24')), 'present')
  assert.equal(state('10.2.0.0/16', side('10.2.0.0/16', ['10.2.1.0/24'])), 'missing_return')
  assert.equal(state('10.2.0.0/16', side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.2.0/24')), 'missing_return')
})

test('a way back in either family is one', () => {
  assert.equal(state('fd02::/64', side('10.2.0.0/16', ['fd02::/64'], 'fd01::/48')), 'present')
  assert.equal(state('fd02::/64', side('10.2.0.0/16', ['fd02::/64'], 'fd03::/64')), 'missing_return')
})

test('a route to where the peer has no block is an orphan, and to where it has no subnet is unreachable', () => {
  assert.equal(state('10.3.0.0/16', side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.0.0/16')), 'orphan')
  assert.equal(state('10.2.9.0/24', side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.0.0/16')), 'unreachable')
  assert.equal(state('fd09::/64', side('10.2.0.0/16', ['fd02::/64'])), 'orphan')
})

test('a more specific route of the table that takes packets for the peer elsewhere shadows it', () => {
  const far = side('10.0.0.0/8', ['10.1.1.0/24'], '10.1.0.0/16')
  assert.equal(state('10.0.0.0/8', far, { locals: ['10.1.1.0/24'], routes: [] }), 'shadowed by 10.1.1.0/24')
  const other = [route('10.1.1.128/25', 'q' as PeeringId)]
  assert.equal(state('10.1.0.0/16', far, { locals: [], routes: other }), 'shadowed by 10.1.1.128/25')
})

test('neither a wider route, nor one by the same peering, nor one to elsewhere shadows', () => {
  const far = side('10.2.0.0/16', ['10.2.1.0/24'], '10.1.0.0/16')
  for (const routes of [
    [route('0.0.0.0/0', 'q' as PeeringId)],
    [route('10.2.1.0/25')],
    [route('10.2.9.0/24', 'q' as PeeringId)],
  ]) {
    assert.equal(state('10.2.0.0/16', far, { locals: ['10.1.1.0/24'], routes }), 'present')
  }
})

test('a side is routed when one of its routes leads to a subnet of the other', () => {
  assert.ok(isRouted(side('10.2.0.0/16', [], '10.1.0.0/16'), near))
  assert.ok(!isRouted(side('10.2.0.0/16', [], '10.1.9.0/24'), near))
  assert.ok(!isRouted(side('10.2.0.0/16', []), near))
})
