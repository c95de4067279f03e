/** Why a packet does not get there, and what to do about it; docs/spec/explain.md has the table. */
import { LINK_MTU, type PortFacts, type RouteFacts, type SubnetFacts } from './explain-facts.ts'
import type { VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import type { Status } from './status.ts'

export const REASON_CODES = [
  'FAMILY_MISMATCH',
  'SPOOFED_SOURCE',
  'SOURCE_OUTSIDE_SUBNET',
  'NO_SUCH_SUBNET',
  'NO_SUCH_ADDRESS',
  'PORT_DOWN',
  'PORT_DETACHED',
  'MTU',
  'NOT_TRANSITIVE',
  'NO_PEERING',
  'PEERING_PENDING',
  'PEERING_REJECTED',
  'PEERING_EXPIRED',
  'CIDR_OVERLAP',
  'ROUTE_SHADOWED_BY',
  'NO_ROUTE',
  'NO_RETURN_ROUTE',
  'DATAPLANE_BEHIND',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** At which end of the path it is; undefined: between them. */
export const ENDS = ['source', 'destination'] as const
export type End = (typeof ENDS)[number]

export const OBJECT_TYPES = ['vpc', 'subnet', 'port', 'routetable', 'route', 'peering'] as const

/** What a reason is about, by its id; only what the caller may know. */
export interface Concerned {
  readonly type: (typeof OBJECT_TYPES)[number]
  readonly id: string
}

export interface Reason {
  readonly code: ReasonCode
  readonly end: End | undefined
  /** Whether it is enough by itself for the verdict `unreachable`. */
  readonly decisive: boolean
  readonly message: string
  readonly objects: readonly Concerned[]
  /** What to do. */
  readonly next: string
}

export function familyMismatch(from: string, to: string): Reason {
  return {
    ...{ code: 'FAMILY_MISMATCH', end: undefined, decisive: true, objects: [] },
    message: `${from} and ${to} are of different address families.`,
    next: 'Ask for addresses of one family. A subnet with `ipv6_enable` gives its new ports one of each.',
  }
}

export function spoofedSource({ id }: PortFacts, address: string): Reason {
  return {
    ...{ code: 'SPOOFED_SOURCE', end: 'source', decisive: true, objects: [{ type: 'port', id }] },
    message: `${address} is no address of port ${id}, nor one that it may send by: what it sends so is dropped.`,
    next: "Send from one of the port's own addresses, or add the address to its allowed_address_pairs.",
  }
}

export function sourceOutsideSubnet({ id, subnetId }: PortFacts, address: string): Reason {
  return {
    ...{ code: 'SOURCE_OUTSIDE_SUBNET', end: 'source', decisive: true },
    objects: [{ type: 'port', id } as const, { type: 'subnet', id: subnetId } as const],
    message: `Port ${id} may send from ${address}, which is outside its subnet: no answer finds the way back to it.`,
    next: 'Send from an address of the subnet.',
  }
}

export function noSuchSubnet(end: End, vpcId: VpcId, address: string, tellsBlocks: boolean): Reason {
  return {
    ...{ code: 'NO_SUCH_SUBNET', end, decisive: true, objects: [{ type: 'vpc', id: vpcId }] },
    message: `${address} lies in no subnet of VPC ${vpcId}.`,
    next: tellsBlocks
      ? 'Correct the address, or create a subnet around it.'
      : 'Correct the address, or ask the other side for a subnet around it.',
  }
}

export function noSuchAddress(end: End, { id }: SubnetFacts, address: string): Reason {
  return {
    ...{ code: 'NO_SUCH_ADDRESS', end, decisive: true, objects: [{ type: 'subnet', id }] },
    message: `No port has the address ${address} of subnet ${id}.`,
    next: 'Correct the address, or create a port with it.',
  }
}

export function portDown(end: End, { id }: PortFacts): Reason {
  return {
    ...{ code: 'PORT_DOWN', end, decisive: true, objects: [{ type: 'port', id }] },
    message: `The admin_state_up of port ${id} is false: it carries nothing.`,
    next: 'Create a port whose admin_state_up is true in its place.',
  }
}

export function portDetached(end: End, { id }: PortFacts): Reason {
  return {
    ...{ code: 'PORT_DETACHED', end, decisive: true, objects: [{ type: 'port', id }] },
    message: `Port ${id} is attached to no workload of this host.`,
    next: `Attach it: PUT /causeway/v1/ports/${id}/attachment, which takes an admin.`,
  }
}

export function tooBig(size: number): Reason {
  return {
    ...{ code: 'MTU', end: undefined, decisive: true, objects: [] },
    message: `A packet of ${size} bytes is not to be fragmented, and no link carries more than ${LINK_MTU}.`,
    next: `Send at most ${LINK_MTU} bytes with the IP header; of TCP over IPv4 that is a segment of 1460.`,
  }
}

/** `middle`: peered with both ends. */
export function notTransitive(middle: VpcId, to: VpcId, peerings: readonly Peering[], route?: RouteFacts): Reason {
  const objects = peerings.map(({ id }) => ({ type: 'peering', id }) as const)
  return {
    ...{ code: 'NOT_TRANSITIVE', end: undefined, decisive: true },
    objects: [{ type: 'vpc', id: middle }, ...(route ? [{ type: 'route', id: route.id } as const] : []), ...objects],
    message: `VPC ${middle} is peered with VPC ${to}, but passes on nothing that comes to it by a peering.`,
    next: `Peer with VPC ${to} itself, and route to it by that peering on both sides.`,
  }
}

const UNPEERED = {
  NO_PEERING: ['there is no peering between them', 'Request a peering, and have it accepted.'],
  PEERING_PENDING: ['the peering waits for its accepter', "Have the accepter's project accept it."],
  PEERING_REJECTED: ['the peering was rejected', 'Agree with the other side, and request a new peering.'],
  PEERING_EXPIRED: ['nobody answered the peering in time', 'Request a new peering, and have it accepted in time.'],
} as const

const CODES = {
  PENDING_ACCEPTANCE: 'PEERING_PENDING',
  REJECTED: 'PEERING_REJECTED',
  EXPIRED: 'PEERING_EXPIRED',
  DELETED: 'NO_PEERING',
} as const satisfies Record<Exclude<Status, 'ACTIVE'>, keyof typeof UNPEERED>

/** `decisive` false: the VPC is only one of those that may be meant. */
export function unpeered(from: VpcId, to: VpcId, peering: Peering | undefined, decisive = true): Reason | undefined {
  if (peering?.status === 'ACTIVE') return undefined
  const code = peering === undefined ? 'NO_PEERING' : CODES[peering.status]
  const [why, next] = UNPEERED[code]
  const between: readonly Concerned[] = peering ? [{ type: 'peering', id: peering.id }] : []
  return {
    ...{ code, end: undefined, decisive, next },
    message: `Nothing goes from VPC ${from} to VPC ${to}: ${why}.`,
    objects: [...between, { type: 'vpc', id: to }],
  }
}

export function noPeeringAtAll(from: VpcId): Reason {
  return {
    ...{ code: 'NO_PEERING', end: undefined, decisive: true, objects: [{ type: 'vpc', id: from }] },
    message: `VPC ${from} has no peering by which anything could leave it.`,
    next: UNPEERED.NO_PEERING[1],
  }
}

export function cidrOverlap(end: End, { id }: SubnetFacts, address: string): Reason {
  return {
    ...{ code: 'CIDR_OVERLAP', end, decisive: true, objects: [{ type: 'subnet', id }] },
    message: `${address} lies in subnet ${id} of the VPC that would have to send there: it stays in that VPC.`,
    next: 'Use subnets that do not overlap; no route goes before a subnet of its own VPC.',
  }
}

/** `by` takes the packets elsewhere, before a route that would be right. */
export function routeShadowed(end: End, by: RouteFacts, right: RouteFacts): Reason {
  const objects = [by.id, right.id].map((id) => ({ type: 'route', id }) as const)
  return {
    ...{ code: 'ROUTE_SHADOWED_BY', end, decisive: true },
    objects: [...objects, { type: 'peering', id: by.nexthop }],
    message: `The route to ${by.destination} goes before the one to ${right.destination}, and leads elsewhere.`,
    next: `Delete route ${by.id}, or route by peering ${right.nexthop} to a more specific destination.`,
  }
}

/** `taken`: the route that packets take instead; `elsewhere`: one of another table, which would be right. */
export function noRoute(
  { id, tableId }: SubnetFacts,
  address: string,
  peering: Peering | undefined,
  { taken, elsewhere }: { readonly taken?: RouteFacts | undefined; readonly elsewhere?: RouteFacts | undefined },
): Reason {
  const by = peering?.status === 'ACTIVE' ? ` by peering ${peering.id}` : ''
  const instead = taken ? ` Route ${taken.id} to ${taken.destination} takes the packets elsewhere.` : ''
  const other = elsewhere ? `, or move the subnet to table ${elsewhere.tableId}, which has one` : ''
  return {
    ...{ code: 'NO_ROUTE', end: 'source', decisive: true },
    objects: [
      { type: 'routetable', id: tableId },
      { type: 'subnet', id },
      ...(taken ? [{ type: 'route', id: taken.id } as const] : []),
      ...(elsewhere ? [{ type: 'route', id: elsewhere.id } as const] : []),
    ],
    message: `Table ${tableId}, which routes subnet ${id}, has no route to ${address}${by}.${instead}`,
    next: `Add a route to ${address}, or to a block around it,${by || ' by an ACTIVE peering'} to the table${other}.`,
  }
}

/** `subnet`: the far one, where the caller may know it. */
export function noReturnRoute(to: VpcId, from: string, subnet: SubnetFacts | undefined): Reason {
  const table: readonly Concerned[] = subnet ? [{ type: 'routetable', id: subnet.tableId }] : []
  return {
    ...{ code: 'NO_RETURN_ROUTE', end: 'destination', decisive: true, objects: [{ type: 'vpc', id: to }, ...table] },
    message: `The other side, VPC ${to}, has no route back to ${from} by the peering. Without one nothing is let in.`,
    next: subnet
      ? `Add a route to ${from}, or to a block around it, by the peering to table ${subnet.tableId}.`
      : `Have the other side add a route to ${from}, or to a block around it, by the peering.`,
  }
}

export function dataplaneBehind(end: End, vpcId: VpcId, state: 'APPLYING' | 'DEGRADED'): Reason {
  return {
    ...{ code: 'DATAPLANE_BEHIND', end, decisive: false, objects: [{ type: 'vpc', id: vpcId }] },
    message: `The router of VPC ${vpcId} is ${state}: packets may still go as they went before.`,
    next:
      state === 'APPLYING'
        ? 'Wait for it: GET /causeway/v1/peerings/{id}?wait=SYNCED.'
        : 'It is tried again by itself; GET /causeway/v1/peerings/{id} tells an admin why it failed.',
  }
}
