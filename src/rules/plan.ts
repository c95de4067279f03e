/** What a plan says: everything that stands against a change, and what the change would take along. */
import type { Refusal, RefusalCode } from './refusal.ts'
import type { RouteState } from './route-report.ts'
import type { Status } from './status.ts'

/** `refused`: the change would be refused for this. `warning`: it would be done, and somebody may be sorry. */
export type Severity = 'refused' | 'warning'

/** What a route would come to, where it would not simply lead there and back. */
export const ROUTE_WARNINGS = {
  missing_return: 'The other side has no route back',
  shadowed: 'A more specific route of the table takes packets elsewhere',
  unreachable: 'No subnet of the other side lies there',
  orphan: 'No block of the other side lies there',
} as const satisfies Record<Exclude<RouteState, 'present'>, string>

export const WARNINGS = [
  'cidr_overlap',
  'ipv6_overlap',
  'peer_overlap',
  'routes_removed',
  'routes_added',
  'routes_left_out',
  'route_missing_return',
  'route_shadowed',
  'route_unreachable',
  'route_orphan',
  'route_shadows',
] as const
export type Warning = (typeof WARNINGS)[number]

export type ObjectType = 'peering' | 'vpc' | 'route' | 'subnet' | 'project'

/** What a finding is about, by its id; only what the caller may know. */
export interface Concerned {
  readonly type: ObjectType
  readonly id: string
}

export interface Finding {
  readonly severity: Severity
  /** Of a refusal its own code, as the error of the change itself would have it. */
  readonly code: RefusalCode | Warning
  readonly message: string
  readonly objects: readonly Concerned[]
}

export interface Plan {
  /** All at once; in the order in which the change itself would check. */
  readonly findings: readonly Finding[]
  /** What would go with the change, as far as the caller may know. */
  readonly removes: readonly Concerned[]
  /** The peering's status afterwards, where the change is one of a peering and nothing refuses it. */
  readonly status: Status | undefined
}

export function warning(code: Warning, message: string, objects: readonly Concerned[]): Finding {
  return { severity: 'warning', code, message, objects }
}

/** A refusal as a finding. Its facts name objects that the caller may know, since its message does too. */
export function refused({ code, message, facts }: Refusal): Finding {
  const objects = Object.entries(OBJECT_FACTS).flatMap(([fact, type]) => {
    const id = facts[fact]
    return typeof id === 'string' ? [{ type, id }] : []
  })
  return { severity: 'refused', code, message, objects }
}

const OBJECT_FACTS = { peeringId: 'peering', vpcId: 'vpc', subnetId: 'subnet', routeId: 'route' } as const
