/** What is asked of a path, and all that decides it: plain facts of both sides, read at one instant. */
import { parseAddress, spellAddress } from './address.ts'
import { isWithin } from './destination.ts'
import type { PeeringId, PortId, RouteId, RouteTableId, SubnetId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import type { AddressPair } from './port.ts'
import type { ReadinessState } from './readiness.ts'
import { invalidInput } from './refusal.ts'

/** What a packet may be called; informative, since nothing here tells one from another. */
export const PROTOCOLS = ['icmp', 'tcp', 'udp'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** Bytes of a packet with its IP header that every link carries; every one of ours is an Ethernet one. */
export const LINK_MTU = 1500
/** As a ping sends it that is not asked for a size: 56 bytes, and the headers of ICMP and IPv4. */
export const DEFAULT_SIZE = 84
/** The headers of IPv6 and ICMP; and the most that the length field of IPv4 can say. */
export const MIN_SIZE = 48
export const MAX_SIZE = 65_535

/** What no workload can have: of no use, one's own, on the link only, of many. */
const NO_HOSTS = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8']

/** An address that a workload may have, in its one spelling. */
export function parseHost(field: string, text: string): string {
  const address = parseAddress(text)
  if (address === undefined) throw invalidInput(field, 'must be an IPv4 or IPv6 address')
  const spelled = spellAddress(address)
  const block = `${spelled}/${spelled.includes(':') ? 128 : 32}`
  if (!NO_HOSTS.some((range) => isWithin(block, range))) return spelled
  throw invalidInput(field, `must be an address that a workload can have, which ${spelled} is not`)
}

export interface Origin {
  readonly vpcId: VpcId
  /** In its one spelling; likewise below. Where the port has none of the other end's family, one of its others. */
  readonly address: string
  /** Undefined: of whatever has the address. */
  readonly portId: PortId | undefined
}

export interface Question {
  readonly from: Origin
  readonly to: {
    /** Undefined: wherever the routes lead. */
    readonly vpcId: VpcId | undefined
    readonly address: string
  }
  /** Bytes of the packet with its IP header; it is not to be fragmented. */
  readonly size: number
}

/** A fact that is not needed may be left out: what has nothing to do with the path never changes an answer. */
export interface World {
  readonly vpcs: readonly VpcFacts[]
  /** As of now, without the deleted ones; of those that the caller can see. */
  readonly peerings: readonly Peering[]
  /** Without one, no port is attached to anything, and nothing is behind. */
  readonly hasDataplane: boolean
  /** Of the routers at the ends of the peering that the path crosses, those that are not SYNCED. */
  readonly behind: readonly { readonly vpcId: VpcId; readonly state: Exclude<ReadinessState, 'SYNCED'> }[]
}

export interface VpcFacts {
  readonly id: VpcId
  /** Whether the caller may know what lies in it; of another VPC they are told ok, or not ok. */
  readonly mayKnow: boolean
  readonly subnets: readonly SubnetFacts[]
  /** Of its tables. */
  readonly routes: readonly RouteFacts[]
  /** Those that have an address in question, or were named. */
  readonly ports: readonly PortFacts[]
}

export interface SubnetFacts {
  readonly id: SubnetId
  /** The table that packets from it are routed by. */
  readonly tableId: RouteTableId
  /** One for each address family that it has. */
  readonly families: readonly { readonly cidr: string; readonly gateway: string }[]
}

export interface RouteFacts {
  readonly id: RouteId
  readonly tableId: RouteTableId
  readonly destination: string
  readonly nexthop: PeeringId
}

export interface PortFacts {
  readonly id: PortId
  readonly subnetId: SubnetId
  readonly macAddress: string
  readonly addresses: readonly string[]
  /** From what else it may send. */
  readonly allowed: readonly AddressPair[]
  readonly adminStateUp: boolean
  /** Whether a workload of this host has it. */
  readonly isAttached: boolean
}
