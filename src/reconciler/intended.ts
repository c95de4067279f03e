/** From what is stored of a VPC to what its router ought to be. Pure. */
import type {
  IntendedNetwork,
  IntendedPeering,
  IntendedPort,
  IntendedRouter,
  IntendedSubnet,
  IntendedTable,
} from '../dataplane/dataplane.ts'
import { attachmentOf } from '../rules/attachment.ts'
import type { RouteTableId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { Port } from '../rules/port.ts'
import type { Subnet } from '../rules/subnet.ts'
import type { VpcRows } from './rows.ts'

/**
 * A VPC has a router if and only if it has a subnet or an ACTIVE peering. The rows may have been read while they were
 * changing; what does not fit together, such as a route through a peering that was deleted a moment later, is left out,
 * and the change that it comes of makes its VPC be looked at again.
 */
export function intendedRouter(vpcId: VpcId, generation: number, rows: VpcRows | undefined): IntendedRouter {
  return { vpcId, generation, network: rows && intendedNetwork(vpcId, rows) }
}

function intendedNetwork(vpcId: VpcId, rows: VpcRows): IntendedNetwork | undefined {
  const subnets = rows.subnets.map(intendedSubnet)
  const peerings = rows.peerings
    .filter(({ status }) => status === 'ACTIVE')
    .map((peering) => intendedPeering(vpcId, peering))
  if (subnets.length === 0 && peerings.length === 0) return undefined
  const subnetIds = new Set(subnets.map(({ id }) => id))
  const ports = rows.ports.filter(({ networkId }) => subnetIds.has(networkId)).map(intendedPort)
  return { subnets, tables: intendedTables(rows, peerings), peerings, ports }
}

function intendedSubnet({ id, routeTableId, cidr, gatewayIp, v6 }: Subnet): IntendedSubnet {
  const v4 = { cidr, gateway: gatewayIp }
  return { id, tableId: routeTableId, families: v6 ? [v4, { cidr: v6.cidr, gateway: v6.gatewayIp }] : [v4] }
}

function intendedPeering(vpcId: VpcId, { id, requester, accepter }: Peering): IntendedPeering {
  return requester.vpcId === vpcId
    ? { id, side: 'requester', farVpcId: accepter.vpcId }
    : { id, side: 'accepter', farVpcId: requester.vpcId }
}

/** Those that a subnet is routed by: no packet ever meets another one. */
function intendedTables({ subnets, routes }: VpcRows, peerings: readonly IntendedPeering[]): readonly IntendedTable[] {
  const peeringIds = new Set(peerings.map(({ id }) => id))
  const tables = new Map<RouteTableId, IntendedTable['routes'][number][]>()
  for (const { routeTableId } of subnets) tables.set(routeTableId, [])
  for (const { tableId, destination, nexthop } of routes) {
    if (peeringIds.has(nexthop)) tables.get(tableId)?.push({ destination, peeringId: nexthop })
  }
  return [...tables].map(([id, routes]) => ({ id, routes }))
}

function intendedPort(port: Port): IntendedPort {
  return {
    id: port.id,
    subnetId: port.networkId,
    macAddress: port.macAddress.toLowerCase(),
    addresses: port.fixedIps.map(({ ipAddress }) => ipAddress),
    allowed: port.allowedAddressPairs,
    // A port that is down carries nothing.
    workload: port.adminStateUp ? attachmentOf(port) : undefined,
  }
}
