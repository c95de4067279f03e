/** Automatic routes: those that the service keeps in a VPC's default table to the blocks of its peers. */
import { localFinder } from './destination.ts'
import type { PeeringId } from './ids.ts'
import { isFull } from './quota.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './route.ts'
import type { Subnet } from './subnet.ts'
import { blocksOf, type Vpc } from './vpc.ts'

/** An automatic route as it is wanted. */
export interface Wish {
  readonly destination: string
  readonly nexthop: PeeringId
}

/**
 * Why a block of the peer has no automatic route.
 * - `local`: it equals a local route of the VPC, or lies in one, where no route may lead.
 * - `taken`: the table has another route to it.
 * - `limit`: the table is full.
 */
export const LEFT_OUT_REASONS = ['local', 'taken', 'limit'] as const
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number]

export interface LeftOut extends Wish {
  readonly reason: LeftOutReason
}

export interface TableFacts {
  /** What the ACTIVE peerings lead to by which the VPC has automatic routes. */
  readonly wishes: readonly Wish[]
  /** The destinations of the local routes. */
  readonly locals: readonly string[]
  /** All routes of the default table. */
  readonly routes: readonly Route[]
  /** How many there may be. -1: unlimited. */
  readonly limit: number
}

export interface AutomaticChanges {
  readonly removed: readonly Route[]
  readonly added: readonly Wish[]
  /** Of all wishes those that have no route afterwards. */
  readonly leftOut: readonly LeftOut[]
}

/** The blocks that routes to a VPC have to cover: IPv4 by the VPC, IPv6, which a VPC has none of, by its subnets. */
export function blocksToReach(vpc: Vpc, subnets: readonly Pick<Subnet, 'v6'>[]): readonly string[] {
  return [...blocksOf(vpc), ...subnets.flatMap(({ v6 }) => v6?.cidr ?? [])]
}

/**
 * What has to happen for the table to have the automatic routes that are wished for. One that is there and still wished
 * for stays, also in a table that is too full because its limit was lowered; of those that would be new, the first
 * wishes come first. What somebody made is never touched.
 */
export function planAutomaticRoutes({ wishes, locals, routes, limit }: TableFacts): AutomaticChanges {
  const localTo = localFinder(locals)
  const isPossible = ({ destination }: Wish) => localTo(destination) === undefined
  const possible = new Set(wishes.filter(isPossible).map(keyOf))
  const isGone = (route: Route) => route.automatic && !possible.has(keyOf(route))
  const holders = new Map(routes.filter((route) => !isGone(route)).map((route) => [route.destination, route]))
  const taken = new Set(holders.keys())
  const added: Wish[] = []
  const leftOut: LeftOut[] = []
  for (const wish of wishes) {
    const holder = holders.get(wish.destination)
    if (holder?.automatic && holder.nexthop === wish.nexthop) continue
    const reason = whyNot()
    if (reason !== undefined) leftOut.push({ ...wish, reason })
    else {
      taken.add(wish.destination)
      added.push(wish)
    }

    function whyNot(): LeftOutReason | undefined {
      if (!isPossible(wish)) return 'local'
      if (taken.has(wish.destination)) return 'taken'
      return isFull(taken.size, limit) ? 'limit' : undefined
    }
  }
  return { removed: routes.filter(isGone), added, leftOut }
}

/** Nobody changes an automatic route by hand: it would come back, or would not be what it says. */
export function refuseAutomatic({ id, automatic, destination, nexthop }: Route): void {
  if (!automatic) return
  throw new Refusal(
    'route_automatic',
    `The route to ${destination} is an automatic one of peering ${nexthop}: it goes with auto_routes of that peering.`,
    { routeId: id, peeringId: nexthop },
  )
}

/** Throws where not every route fits. Later growth of the peer refuses nobody anything; the report tells it. */
export function refuseLimit(leftOut: readonly LeftOut[]): void {
  const { length } = leftOut.filter(({ reason }) => reason === 'limit')
  if (length === 0) return
  throw new Refusal('automatic_routes_over_quota', `The default route table has no room for ${length} of the routes.`)
}

function keyOf({ destination, nexthop }: Wish): string {
  return `${nexthop} ${destination}`
}
