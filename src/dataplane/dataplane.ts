/**
 * The seam to the network that carries packets. A driver is told what the routers of VPCs ought to be and makes them
 * so. It compares with what is really there and never with what it remembers, adds before it removes, and changes
 * nothing where nothing differs; so the same call serves a first build, a change, a repair and a look.
 */
import type { PeeringId, PortId, RouteTableId, SubnetId, VpcId } from '../rules/ids.ts'
import type { AddressPair } from '../rules/port.ts'
import type { Probe, ProbeResult } from '../rules/probe.ts'
import type { SideName } from '../rules/protection.ts'
import type { Fault, PeeringTraffic } from '../rules/readiness.ts'

export interface Dataplane extends AsyncDisposable {
  /**
   * Makes the routers of these VPCs what they ought to be, and gives a report on each, in the same order. What cannot
   * be done is in the report and holds up nothing else (P9). A router that a peering leads to is made, empty, where it
   * is not there yet. Rejects only where the driver itself cannot go on.
   */
  apply(routers: readonly IntendedRouter[]): Promise<readonly RouterReport[]>
  /** The VPCs of which anything of ours is there, whether or not it ought to be. */
  present(): Promise<readonly VpcId[]>
  /** What each peering that is there has carried since its link was made. */
  counters(): Promise<readonly PeeringCounters[]>
  /** Sends real packets from where a port is attached. */
  probe(probe: Probe): Promise<ProbeResult>
}

/** What a VPC's router ought to be; without `network` it ought not to be there at all, nor anything that was in it. */
export interface IntendedRouter {
  readonly vpcId: VpcId
  /** Of the intent: moves with every change of the VPC's network. */
  readonly generation: number
  readonly network: IntendedNetwork | undefined
}

/** Nothing in it is in any order that matters; ids are unique within their list. */
export interface IntendedNetwork {
  readonly subnets: readonly IntendedSubnet[]
  readonly tables: readonly IntendedTable[]
  readonly peerings: readonly IntendedPeering[]
  readonly ports: readonly IntendedPort[]
}

export interface IntendedSubnet {
  readonly id: SubnetId
  /** The table that packets from it are routed by. */
  readonly tableId: RouteTableId
  /** One for each address family, IPv4 first. */
  readonly families: readonly SubnetFamily[]
}

export interface SubnetFamily {
  /** Such as `10.1.0.0/24` or `fd00::/64`. */
  readonly cidr: string
  /** The router's own address in it, without a prefix length. */
  readonly gateway: string
}

/** A route table; each subnet's own block is routed locally before any table is looked at. */
export interface IntendedTable {
  readonly id: RouteTableId
  readonly routes: readonly IntendedRoute[]
}

export interface IntendedRoute {
  /** IPv4 or IPv6 block; unique within its table. */
  readonly destination: string
  /** One of the network's peerings. */
  readonly peeringId: PeeringId
}

/** One end of an ACTIVE peering; the far router has the other, and a link joins them. */
export interface IntendedPeering {
  readonly id: PeeringId
  readonly side: SideName
  readonly farVpcId: VpcId
}

export interface IntendedPort {
  readonly id: PortId
  readonly subnetId: SubnetId
  /** Lower case, with colons. */
  readonly macAddress: string
  /** Its own addresses, of both families, without prefix lengths. */
  readonly addresses: readonly string[]
  /** From what else it may send. */
  readonly allowed: readonly AddressPair[]
  /** Where its workload is; undefined: it is attached to nothing, and has no interface. */
  readonly workload: Workload | undefined
}

export interface Workload {
  /** Path of a network namespace, such as `/run/netns/web` or `/proc/4711/ns/net`. */
  readonly netns: string
  /** The namespace's inode, where the path alone could come to mean another one (that of a process); else undefined. */
  readonly inode: number | undefined
  /** Name of the interface there, at most 15 characters. */
  readonly device: string
}

export interface RouterReport {
  readonly vpcId: VpcId
  /** The one that was asked for. It is there as far as there are no failures. */
  readonly generation: number
  /** How many objects were made, changed or removed; 0 where nothing differed. */
  readonly changes: number
  readonly failures: readonly Failure[]
}

/** Something that is not as it ought to be, and why: one sentence for the operator. */
export type Failure = Fault

export interface PeeringCounters extends PeeringTraffic {
  readonly id: PeeringId
}
