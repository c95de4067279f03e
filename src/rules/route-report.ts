/** What each route through a peering comes to: from the routes and blocks of both sides, without a packet sent. */
import { isWithin } from './destination.ts'
import type { PeeringId } from './ids.ts'
import type { Route } from './route.ts'

/**
 * - `present`: leads to subnets of the peer, and the peer has a way back.
 * - `missing_return`: leads to subnets of the peer, which has no route to any subnet of this side.
 * - `shadowed`: a more specific route of the same table takes some of the packets elsewhere.
 * - `unreachable`: no subnet of the peer lies there, so nobody answers.
 * - `orphan`: no block of the peer lies there; most often the peer's blocks have changed.
 */
export const ROUTE_STATES = ['present', 'missing_return', 'shadowed', 'unreachable', 'orphan'] as const
export type RouteState = (typeof ROUTE_STATES)[number]

/** One end of a peering. Blocks are of both families. */
export interface SideFacts {
  /** Blocks of the VPC, and the IPv6 ones of its subnets. */
  readonly blocks: readonly string[]
  /** Blocks of its subnets. */
  readonly subnets: readonly string[]
  /** Its routes through the peering, in all of its tables. */
  readonly routes: readonly Route[]
}

export interface ReportedRoute {
  readonly route: Route
  readonly state: RouteState
  /** The more specific destination that takes packets elsewhere. */
  readonly shadowedBy: string | undefined
}

/** `others` gives what else stands in the table of a route: local destinations, and routes by other next hops. */
export function reportRoute(
  route: Route,
  near: SideFacts,
  far: SideFacts,
  others: { readonly locals: readonly string[]; readonly routes: readonly Route[] },
): ReportedRoute {
  const { destination } = route
  const told = (state: RouteState, shadowedBy?: string): ReportedRoute => ({ route, state, shadowedBy })
  if (!far.blocks.some((block) => meet(block, destination))) return told('orphan')
  const targets = far.subnets.filter((block) => meet(block, destination))
  if (targets.length === 0) return told('unreachable')
  const shadow = [...others.locals, ...otherDestinations(others.routes, route.nexthop)].find(
    (other) => isWithin(other, destination) && targets.some((target) => meet(other, target)),
  )
  if (shadow !== undefined) return told('shadowed', shadow)
  return told(isRouted(far, near) ? 'present' : 'missing_return')
}

/** Whether a side has a route to any subnet of the other. */
export function isRouted(side: SideFacts, other: SideFacts): boolean {
  return side.routes.some(({ destination }) => other.subnets.some((block) => meet(block, destination)))
}

function otherDestinations(routes: readonly Route[], nexthop: PeeringId): readonly string[] {
  return routes.filter((route) => route.nexthop !== nexthop).map(({ destination }) => destination)
}

/** Two blocks have an address in common exactly where one lies in the other. */
function meet(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}
