/**
 * What a VPC's network is in the kernel's own terms: bridges, links, ports, rules and routes. Pure. An object that
 * cannot be understood is a failure of its own, and all others are still there.
 */
import type { RouteTableId, VpcId } from '../../../rules/ids.ts'
import type {
  Failure,
  IntendedNetwork,
  IntendedPeering,
  IntendedPort,
  IntendedSubnet,
  SubnetFamily,
  Workload,
} from '../../dataplane.ts'
import { AF_INET6, type Block, parseBlock, parseHost } from '../kernel/blocks.ts'
import * as names from '../names.ts'

/** Next hop of every route: on each link the other end is known by it, and by its MAC address, for good. */
export const FAR_END = parseHost('fe80::1')
/** A router's own, in each of its subnets. */
const LINK_LOCAL = parseHost('fe80::1', 64)
/** Of routes over peerings: the least that each family takes, so that none of others comes before. */
const METRIC = { 2: 0, 10: 1 } as const
/** Of default routes in workloads; the kernel gives 1024 to those of IPv6 that name none. */
const WORKLOAD_METRIC = 1024

/** Which object of the intent something belongs to. */
export type Owner = Pick<Failure, 'kind' | 'id'>

export interface DesiredRouter {
  readonly vpcId: VpcId
  readonly bridges: readonly DesiredBridge[]
  readonly links: readonly DesiredLink[]
  readonly ports: readonly DesiredPort[]
  readonly rules: readonly DesiredRule[]
  readonly routes: readonly DesiredRoute[]
  /** Names of all devices that may be there, also of those that could not be understood or built. */
  readonly devices: ReadonlySet<string>
  readonly failures: readonly Failure[]
}

export interface DesiredBridge {
  readonly owner: Owner
  readonly name: string
  readonly alias: string
  readonly mac: string
  readonly addresses: readonly Block[]
}

export interface DesiredLink {
  readonly owner: Owner
  readonly farVpcId: VpcId
  readonly near: LinkEnd
  readonly far: LinkEnd
}

export interface LinkEnd {
  readonly name: string
  readonly alias: string
  readonly mac: string
}

export interface DesiredPort {
  readonly owner: Owner
  /** Of the router's end. */
  readonly name: string
  readonly alias: string
  readonly bridge: string
  /** MAC address of the gateways. */
  readonly bridgeMac: string
  readonly workload: Workload
  /** The name of the workload's end until it has its own. */
  readonly firstName: string
  readonly mac: string
  readonly addresses: readonly Block[]
  readonly gateways: readonly Block[]
  readonly metric: number
}

export interface DesiredRule {
  readonly owner: Owner
  readonly source: Block
  readonly table: number
}

export interface DesiredRoute {
  readonly owner: Owner
  /** The peering that it needs. */
  readonly peering: Owner
  readonly table: number
  readonly destination: Block
  /** Name of the link's near end. */
  readonly device: string
  readonly metric: number
}

export function desiredRouter(vpcId: VpcId, network: IntendedNetwork): DesiredRouter {
  const failures: Failure[] = []
  const each = <From, To>(
    kind: Failure['kind'],
    from: readonly From[],
    id: (from: From) => string,
    to: (from: From) => To,
  ) =>
    from.flatMap((one) => {
      try {
        return [to(one)]
      } catch (error) {
        failures.push({ kind, id: id(one), message: (error as Error).message })
        return []
      }
    })
  const tables = names.tableNumbers(network.tables.map(({ id }) => id))
  const subnets = new Map(network.subnets.map((subnet) => [subnet.id, subnet]))
  const links = new Map(network.peerings.map((peering) => [peering.id, linkOf(peering)]))
  const attached = network.ports.filter(({ workload }) => workload !== undefined)
  const bridges = each('subnet', network.subnets, ({ id }) => id, bridgeOf)
  const rules = each(
    'subnet',
    network.subnets,
    ({ id }) => id,
    (subnet) => rulesOf(subnet, tables),
  ).flat()
  const routes = network.tables.flatMap(({ id, routes }) =>
    each(
      'table',
      routes,
      () => id,
      ({ destination, peeringId }) => routeOf(id, tables, destination, links.get(peeringId)),
    ),
  )
  const ports = each(
    'port',
    attached,
    ({ id }) => id,
    (port) => portOf(port, subnets.get(port.subnetId)),
  )
  const devices = new Set([
    ...network.subnets.map(({ id }) => names.bridgeName(id)),
    ...network.peerings.map(({ id, side }) => names.linkName(id, side)),
    ...attached.map(({ id }) => names.portName(id)),
  ])
  return { vpcId, bridges, links: [...links.values()], ports, rules, routes, devices, failures }
}

function bridgeOf({ id, families }: IntendedSubnet): DesiredBridge {
  const gateways = families.map(({ cidr, gateway }) => parseHost(gateway, parseBlock(cidr).prefix))
  return {
    owner: { kind: 'subnet', id },
    name: names.bridgeName(id),
    alias: names.aliasOf('subnet', id),
    mac: names.bridgeMac(id),
    // For what it forwards the kernel asks for IPv6 neighbours from a link-local address, and not without one.
    addresses: gateways.some(({ family }) => family === AF_INET6) ? [...gateways, LINK_LOCAL] : gateways,
  }
}

function rulesOf({ id, tableId, families }: IntendedSubnet, tables: ReadonlyMap<RouteTableId, number>): DesiredRule[] {
  const table = tables.get(tableId)
  if (table === undefined) throw new Error(`its route table ${tableId} is not there`)
  return families.map(({ cidr }) => ({ owner: { kind: 'subnet', id }, source: parseBlock(cidr), table }))
}

function linkOf({ id, side, farVpcId }: IntendedPeering): DesiredLink {
  const end = (of: typeof side): LinkEnd => ({
    name: names.linkName(id, of),
    alias: names.aliasOf('peering', id),
    mac: names.linkMac(id, of),
  })
  const far = end(side === 'requester' ? 'accepter' : 'requester')
  return { owner: { kind: 'peering', id }, farVpcId, near: end(side), far }
}

function routeOf(
  id: RouteTableId,
  tables: ReadonlyMap<RouteTableId, number>,
  text: string,
  link: DesiredLink | undefined,
): DesiredRoute {
  if (link === undefined) throw new Error(`the route to ${text} goes over a peering that is not there`)
  const destination = parseBlock(text)
  return {
    owner: { kind: 'table', id },
    peering: link.owner,
    table: tables.get(id) as number,
    destination,
    device: link.near.name,
    metric: METRIC[destination.family],
  }
}

function portOf(port: IntendedPort, subnet: IntendedSubnet | undefined): DesiredPort {
  const { id, workload, macAddress } = port
  if (subnet === undefined) throw new Error(`its subnet ${port.subnetId} is not there`)
  if (workload === undefined) throw new Error('it is attached to nothing')
  const homes = port.addresses.map((address) => homeOf(address, subnet.families))
  return {
    owner: { kind: 'port', id },
    name: names.portName(id),
    alias: names.aliasOf('port', id),
    bridge: names.bridgeName(subnet.id),
    bridgeMac: names.bridgeMac(subnet.id),
    workload,
    firstName: names.newPortName(id),
    mac: macAddress,
    addresses: homes.map(({ address }) => address),
    gateways: homes.map(({ gateway }) => gateway),
    // Several ports of one workload each have their own: else the kernel would use their IPv6 routes in turns.
    metric: WORKLOAD_METRIC + Number.parseInt(id.slice(-4), 16),
  }
}

/** An address with the length of its subnet's block, and the gateway of its family. */
function homeOf(text: string, families: readonly SubnetFamily[]): { readonly address: Block; readonly gateway: Block } {
  const { family } = parseHost(text)
  for (const { cidr, gateway } of families) {
    const block = parseBlock(cidr)
    if (block.family === family) return { address: parseHost(text, block.prefix), gateway: parseHost(gateway) }
  }
  throw new Error(`its subnet has no block of the family of ${text}`)
}
