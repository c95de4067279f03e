/**
 * How a packet is forwarded, as the data plane does it: a VPC's own subnets before any table; then the table of the
 * subnet that it comes from, the longest prefix first; and by a peering into the far VPC's own subnets only. A packet
 * that came by a peering is from no subnet there, so that no table sends it on.
 */
import { parseAddress } from './address.ts'
import { isWithin } from './destination.ts'
import type { Origin, PortFacts, RouteFacts, SubnetFacts, VpcFacts, World } from './explain-facts.ts'
import type { VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import type { AddressPair } from './port.ts'
import { isLive } from './status.ts'

/** Where a router sends a packet on to. */
export type Step =
  | { readonly kind: 'local'; readonly subnet: SubnetFacts }
  | { readonly kind: 'route'; readonly route: RouteFacts }
  | { readonly kind: 'none' }

/** From a subnet of the VPC to an address. */
export function nextStep(world: World, vpc: VpcFacts, from: SubnetFacts, address: string): Step {
  const subnet = subnetAround(vpc, address)
  if (subnet !== undefined) return { kind: 'local', subnet }
  const [route] = routesTo(world, vpc, from, address)
  return route === undefined ? { kind: 'none' } : { kind: 'route', route }
}

/** The routes of a subnet's table that an address fits, the one that packets take first. */
export function routesTo(
  { peerings }: Pick<World, 'peerings'>,
  vpc: VpcFacts,
  { tableId }: SubnetFacts,
  address: string,
): readonly RouteFacts[] {
  // A peering that the caller cannot see is ACTIVE, or else there were no route through it.
  const isThere = ({ nexthop }: RouteFacts) =>
    (peerings.find(({ id }) => id === nexthop)?.status ?? 'ACTIVE') === 'ACTIVE'
  return vpc.routes
    .filter((route) => route.tableId === tableId && isIn(address, route.destination) && isThere(route))
    .sort((one, other) => prefixOf(other.destination) - prefixOf(one.destination))
}

/** Where a packet comes from: the subnet of its port, or the one that its address lies in. */
export function sourceSubnet(near: VpcFacts, { portId, address }: Origin): SubnetFacts | undefined {
  const port = near.ports.find(({ id }) => id === portId)
  return port ? near.subnets.find(({ id }) => id === port.subnetId) : subnetAround(near, address)
}

export function subnetAround({ subnets }: VpcFacts, address: string): SubnetFacts | undefined {
  return subnets.find(({ families }) => families.some(({ cidr }) => isIn(address, cidr)))
}

/** The VPC at the other end of a peering; undefined: this one is no end of it. */
export function farEnd({ requester, accepter }: Peering, vpcId: VpcId): VpcId | undefined {
  if (requester.vpcId === vpcId) return accepter.vpcId
  return accepter.vpcId === vpcId ? requester.vpcId : undefined
}

/** The peering that counts between two VPCs: the live one, or the one that was made last. */
export function between({ peerings }: World, one: VpcId, other: VpcId): Peering | undefined {
  const all = peerings.filter((peering) => farEnd(peering, one) === other)
  const [last] = all.toSorted((a, b) => b.createdAt - a.createdAt)
  return all.find(({ status }) => isLive(status)) ?? last
}

export interface Peer {
  readonly peering: Peering
  readonly peerId: VpcId
}

/** The ACTIVE peerings of a VPC, each with the VPC at its other end. */
export function peersOf({ peerings }: Pick<World, 'peerings'>, id: VpcId): readonly Peer[] {
  return peerings.flatMap((peering) => {
    const peerId = peering.status === 'ACTIVE' ? farEnd(peering, id) : undefined
    return peerId === undefined ? [] : [{ peering, peerId }]
  })
}

/** A VPC that the facts are without has nothing that could be reached. */
export function vpcOf({ vpcs }: World, id: VpcId): VpcFacts {
  return vpcs.find((vpc) => vpc.id === id) ?? { id, ...NOTHING }
}

const NOTHING = { mayKnow: false, subnets: [], routes: [], ports: [] } as const

export function requireVpc({ vpcs }: World, id: VpcId): VpcFacts {
  const vpc = vpcs.find((each) => each.id === id)
  if (vpc === undefined) throw new Error(`the facts are without VPC ${id}, which was asked about`)
  return vpc
}

/** What has an address of a subnet: its gateway, which answers itself, a port, or nothing. */
export function holderIn(vpc: VpcFacts, subnet: SubnetFacts, address: string): PortFacts | 'gateway' | undefined {
  if (subnet.families.some(({ gateway }) => isSame(gateway, address))) return 'gateway'
  return vpc.ports.find(({ subnetId, addresses }) => {
    return subnetId === subnet.id && addresses.some((each) => isSame(each, address))
  })
}

/** Whether a port may send from an address, under its own MAC. */
export function maySendFrom({ addresses, allowed, macAddress }: PortFacts, address: string): boolean {
  const own = addresses.some((each) => isSame(each, address))
  return own || allowed.some((pair) => allows(pair, macAddress, address))
}

function allows(pair: AddressPair, macAddress: string, address: string): boolean {
  if (pair.macAddress !== '' && pair.macAddress.toLowerCase() !== macAddress.toLowerCase()) return false
  const [base = '', prefix] = pair.ipAddress.split('/')
  if (isV6(base) !== isV6(address)) return false
  const [one, other] = [parseAddress(base), parseAddress(address)]
  if (one === undefined || other === undefined) return false
  // Its host bits may be set, so that it is no block to look for the address in.
  const hostBits = BigInt(prefix === undefined ? 0 : bitsOf(base) - Number(prefix))
  return one >> hostBits === other >> hostBits
}

/** Whether an address lies in a block, which is of either family. */
export function isIn(address: string, block: string): boolean {
  return isWithin(`${address}/${bitsOf(address)}`, block)
}

export function isSame(one: string, other: string): boolean {
  return parseAddress(one) === parseAddress(other)
}

export function isV6(address: string): boolean {
  return address.includes(':')
}

function bitsOf(address: string): number {
  return isV6(address) ? 128 : 32
}

function prefixOf(block: string): number {
  return Number(block.split('/')[1])
}
