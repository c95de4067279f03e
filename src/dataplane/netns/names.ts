/**
 * How what is ours is called in the kernel. Every name follows from an id alone, so that a driver which starts anew
 * finds what another one made. Ids end in random digits, and 48 bits of them are enough within one router.
 */
import {
  type PeeringId,
  type PortId,
  parseVpcId,
  type RouteTableId,
  type SubnetId,
  type VpcId,
} from '../../rules/ids.ts'
import type { SideName } from '../../rules/protection.ts'

/** Where network namespaces have names, each a file on which one is mounted. */
export const NAMESPACE_FOLDER = '/run/netns'
/** The file system of namespaces, from linux/magic.h. */
export const NSFS_MAGIC = 0x6e73_6673
/** `proto` of our routes and rules; what others add has another one. Free in /etc/iproute2/rt_protos. */
export const PROTOCOL = 186
/** Device group of the links between routers: nft tells by it what comes in from a peering. */
export const PEERING_GROUP = 186
/** Device group of our bridges and of the routers' ends of ports, which have it from the moment that they are there. */
export const DEVICE_GROUP = 187
/** Device group of what is about to be removed, all at once. */
export const DOOMED_GROUP = 188
/** Priority of our rules: after `main` (32766), so that a VPC's own subnets always win. */
export const RULE_PRIORITY = 33_000

/** Name of a VPC's router in /run/netns. `instance`: 8 hex digits, one for each data folder. */
export function routerName(instance: string, vpcId: VpcId): string {
  return `cw-${instance}-${vpcId}`
}

/** The VPC that a namespace is the router of, or undefined where it is none of this instance's. */
export function vpcOfRouter(instance: string, name: string): VpcId | undefined {
  const prefix = `cw-${instance}-`
  if (!name.startsWith(prefix)) return undefined
  const id = name.slice(prefix.length)
  return id === id.toLowerCase() ? parseVpcId(id) : undefined
}

/** Whether a namespace of that name is a router, of whatever instance. */
export function isRouterName(name: string): boolean {
  const instance = /^cw-([0-9a-f]{8})-/.exec(name)?.[1]
  return instance !== undefined && vpcOfRouter(instance, name) !== undefined
}

/** The bridge of a subnet in its router. Device names have at most 15 characters (IFNAMSIZ). */
export function bridgeName(id: SubnetId): string {
  return `sn-${tail(id)}`
}

/** The router's end of a port's link. */
export function portName(id: PortId): string {
  return `po-${tail(id)}`
}

/** The workload's end of a port's link, until it is given the name that it is to have there. */
export function newPortName(id: PortId): string {
  return `cw-${tail(id)}`
}

/** One router's end of a peering's link. */
export function linkName(id: PeeringId, side: SideName): string {
  return `${side === 'requester' ? 'pr' : 'pa'}-${tail(id)}`
}

/** `ifalias` of a device of ours; without it, or with another one, a device is foreign. */
export function aliasOf(kind: 'subnet' | 'port' | 'peering', id: SubnetId | PortId | PeeringId): string {
  return `causeway:${kind}:${id}`
}

/** Locally administered; the two ends of a peering's link have different ones. */
export function linkMac(id: PeeringId, side: SideName): string {
  return mac(side === 'requester' ? '02' : '06', id)
}

/** Of the subnet's gateway: locally administered, and none that ports get. */
export function bridgeMac(id: SubnetId): string {
  return mac('0a', id)
}

/**
 * Numbers of kernel tables, from the ids alone; where two ids of one VPC give the same, the greater one takes the next.
 * All lie above 2^31, clear of those that the kernel and operators use.
 */
export function tableNumbers(ids: readonly RouteTableId[]): ReadonlyMap<RouteTableId, number> {
  const taken = new Map<number, RouteTableId>()
  for (const id of [...ids].sort()) {
    let number = (Number.parseInt(id.slice(-8), 16) | 0x8000_0000) >>> 0
    while (taken.has(number)) number = ((number + 1) | 0x8000_0000) >>> 0
    taken.set(number, id)
  }
  return new Map([...taken].map(([number, id]) => [id, number]))
}

function tail(id: string): string {
  return id.slice(-12)
}

function mac(first: string, id: string): string {
  return [first, ...(id.slice(-10).match(/../g) ?? [])].join(':')
}
