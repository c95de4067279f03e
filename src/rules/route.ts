import { type Caller, canSee } from './access.ts'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import { invalidInput, Refusal, type RefusalCode, type RefusalFacts } from './refusal.ts'
import { characters, isPrintable } from './text.ts'

/** A table of routes that subnets of its VPC are routed by. Times are milliseconds since the epoch, UTC. */
export interface RouteTable {
  readonly id: RouteTableId
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  readonly name: string
  readonly description: string
  /** Each VPC has exactly one that is: it comes and goes with the VPC. */
  readonly isDefault: boolean
  readonly createdAt: number
  /** Moves with its name, its description and its routes. */
  readonly updatedAt: number
}

/** A route that somebody made, or that is automatic; the local ones, of the subnets, are not stored. */
export interface Route {
  readonly id: RouteId
  readonly tableId: RouteTableId
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  /** Whether it stands in its VPC's default table: the v2.0 API knows no others. */
  readonly isDefault: boolean
  readonly type: 'peering'
  /** IPv4 or IPv6 block in its one spelling; the key within the table. */
  readonly destination: string
  readonly nexthop: PeeringId
  readonly description: string
  /** Kept by the service for a side of its next hop (automatic-routes.ts), and changed by nobody else. */
  readonly automatic: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/** Characters (Unicode code points) of a table's name, from the published API. */
export const MAX_TABLE_NAME = 64
/** Routes in one create, from the published API; more are added by updates. */
export const MAX_ROUTES_IN_CREATE = 5
/** Subnets that one call may move, from the published API. */
export const MAX_MOVED_SUBNETS = 100
/** Routes in one list of an update: as many as a table may have by default. */
export const MAX_ROUTES_IN_UPDATE = 200

/** The name that a VPC's default table is made with. */
export function defaultTableName(vpc: { readonly id: VpcId; readonly name: string }): string {
  return [...`rtb-${vpc.name === '' ? vpc.id : vpc.name}`].slice(0, MAX_TABLE_NAME).join('')
}

/** A table's name; `''` for none. Need not be unique. */
export function parseTableName(text: string): string {
  if (characters(text) > MAX_TABLE_NAME) throw invalidInput('name', `must have at most ${MAX_TABLE_NAME} characters`)
  if (!isPrintable(text)) throw invalidInput('name', 'must not contain control characters or broken surrogates')
  return text
}

export function routeTableNotFound(id: string): Refusal {
  return new Refusal('route_table_not_found', `Route table ${id} could not be found.`, { routeTableId: id })
}

/** The two APIs that show the routes: each has a refusal of its own for the same problem. */
export type RouteView = 'routes' | 'tables'

const REFUSALS = {
  peering_unknown: { routes: 'peering_not_found', tables: 'table_next_hop_invalid' },
  vpc_not_peered: { routes: 'route_vpc_not_peered', tables: 'table_next_hop_invalid' },
  peering_not_active: { routes: 'peering_wrong_state', tables: 'table_next_hop_invalid' },
  destination_local: { routes: 'route_destination_local', tables: 'table_destination_local' },
  destination_taken: { routes: 'route_destination_taken', tables: 'table_destination_taken' },
  too_many_routes: { routes: 'route_over_quota', tables: 'route_table_over_quota' },
} as const satisfies Record<string, Record<RouteView, RefusalCode>>
type RouteProblem = keyof typeof REFUSALS

export function routeRefusal(view: RouteView, problem: RouteProblem, text: string, facts: RefusalFacts = {}): Refusal {
  return new Refusal(REFUSALS[problem][view], text, facts)
}

export function routeNotFound(id: string): Refusal {
  return new Refusal('route_not_found', `Route ${id} could not be found`, { routeId: id })
}

/** The only kind of next hop that is served. */
export function parseRouteType(text: string): 'peering' {
  if (text !== 'peering') throw invalidInput('type', "must be 'peering'")
  return text
}

/** The next hop that a text names: for one that is no id there is no such peering. */
export function nextHopUnknown(view: RouteView, text: string): Refusal {
  return routeRefusal(view, 'peering_unknown', `Vpc peering ${text} could not be found`, { peeringId: text })
}

/** A VPC may be routed through a peering that the caller can see, that it is an end of, and that is ACTIVE now. */
export function checkNextHop(
  view: RouteView,
  caller: Caller,
  vpcId: VpcId,
  id: PeeringId,
  peering: Peering | undefined,
): void {
  if (peering === undefined || peering.status === 'DELETED' || !canSee(caller, peering)) throw nextHopUnknown(view, id)
  if (peering.requester.vpcId !== vpcId && peering.accepter.vpcId !== vpcId) {
    throw routeRefusal(
      view,
      'vpc_not_peered',
      `Invalid input for operation: VPC ${vpcId} is no end of vpc peering ${id}.`,
      { vpcId, peeringId: id },
    )
  }
  if (peering.status !== 'ACTIVE') {
    throw routeRefusal(view, 'peering_not_active', `Vpc peering ${id} is in status ${peering.status}`, {
      peeringId: id,
      status: peering.status,
    })
  }
}
