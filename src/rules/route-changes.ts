import { refuseAutomatic } from './automatic-routes.ts'
import { localAround } from './destination.ts'
import type { PeeringId } from './ids.ts'
import { isFull } from './quota.ts'
import { Refusal } from './refusal.ts'
import { type Route, type RouteView, routeRefusal } from './route.ts'

/** A route as somebody wants it. */
export interface RouteDraft {
  readonly destination: string
  readonly nexthop: PeeringId
  /** Undefined: none for a new route, and as it is for one that is there. */
  readonly description: string | undefined
}

/** Changes of one table; a destination is the key. They happen in this order, all of them or none. */
export interface RouteChanges {
  readonly del: readonly string[]
  readonly mod: readonly RouteDraft[]
  readonly add: readonly RouteDraft[]
}

/** What is known of a table before a change. */
export interface RoutesBefore {
  /** The routes that are there to the destinations that the change names. */
  readonly known: readonly Route[]
  /** How many there are to any, the local ones not counted. */
  readonly count: number
  /** How many there may be. -1: unlimited. */
  readonly limit: number
  /** The destinations of the local routes. */
  readonly locals: readonly string[]
}

export interface RoutePlan {
  readonly removed: readonly Route[]
  readonly updated: readonly Route[]
  readonly added: readonly RouteDraft[]
}

/** What a change comes to, or the first refusal; the next hops are checked elsewhere (`checkNextHop`). */
export function planRoutes(view: RouteView, before: RoutesBefore, changes: RouteChanges, now: number): RoutePlan {
  const there = new Map(before.known.map((route) => [route.destination, route]))
  const removed = changes.del.map((destination) => {
    const route = requireOwnRoute(there, destination)
    there.delete(destination)
    return route
  })
  const updated = new Map<string, Route>()
  for (const { destination, nexthop, description } of changes.mod) {
    const route = requireOwnRoute(there, destination)
    const after = { ...route, nexthop, description: description ?? route.description, updatedAt: now }
    there.set(destination, after)
    updated.set(destination, after)
  }
  const added = new Set<string>()
  for (const { destination } of changes.add) {
    refuseLocal(view, destination, before.locals)
    const holder = there.get(destination)
    if (holder !== undefined || added.has(destination)) throw destinationTaken(view, destination, holder)
    added.add(destination)
  }
  const count = before.count - removed.length + changes.add.length
  // A table that is too full already, because its limit was lowered, can still be changed and emptied.
  if (changes.add.length > 0 && isFull(count - 1, before.limit)) {
    throw routeRefusal(view, 'too_many_routes', "Quota exceeded for resources: ['route'].")
  }
  return { removed, updated: [...updated.values()], added: changes.add }
}

/** Local routes are not stored, so that nobody can change one; automatic ones are, and nobody may. */
function requireOwnRoute(there: ReadonlyMap<string, Route>, destination: string): Route {
  const route = there.get(destination)
  if (route === undefined) {
    throw new Refusal('table_route_not_found', `The table has no route to ${destination} that can be changed.`)
  }
  refuseAutomatic(route)
  return route
}

function destinationTaken(view: RouteView, destination: string, holder: Route | undefined): Refusal {
  const whose = holder?.automatic ? `an automatic route of peering ${holder.nexthop}` : 'a route'
  return routeRefusal(view, 'destination_taken', `The table has ${whose} to ${destination} already.`)
}

function refuseLocal(view: RouteView, destination: string, locals: readonly string[]): void {
  const local = localAround(destination, locals)
  if (local === undefined) return
  throw routeRefusal(
    view,
    'destination_local',
    `Invalid input for operation: the destination ${destination} lies in the local route ${local}.`,
  )
}
