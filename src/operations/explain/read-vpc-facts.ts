import { mayKnow } from '../../rules/access.ts'
import type { PortFacts, Question, SubnetFacts, VpcFacts } from '../../rules/explain-facts.ts'
import { isIn } from '../../rules/explain-walk.ts'
import type { PortId, VpcId } from '../../rules/ids.ts'
import type { Port } from '../../rules/port.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** What decides the way of packets between these addresses; of a VPC that is not the caller's to know, no ports. */
export async function readVpcFacts(
  tx: ReadTransaction,
  { caller }: Context,
  id: VpcId,
  { from, to }: Question,
): Promise<VpcFacts> {
  const vpc = await tx.vpc(id)
  const isKnown = vpc !== undefined && mayKnow(caller, vpc.projectId)
  const addresses = [from.address, to.address]
  const subnets = await tx.subnetsOfVpc(id)
  const routes = await tx.routesOfVpc(id)
  const ids = new Set(isKnown ? await holders(tx, subnets, addresses) : [])
  if (isKnown && from.vpcId === id && from.portId !== undefined) ids.add(from.portId)
  const ports: PortFacts[] = []
  for (const each of ids) {
    const port = await tx.port(each)
    if (port !== undefined) ports.push(portFacts(port))
  }
  return { id, mayKnow: isKnown, subnets: subnets.map(subnetFacts), routes, ports }
}

async function holders(
  tx: ReadTransaction,
  subnets: readonly Subnet[],
  addresses: readonly string[],
): Promise<readonly PortId[]> {
  const ids: PortId[] = []
  for (const subnet of subnets) {
    for (const address of addresses) {
      const holder = holds(subnet, [address]) ? await tx.holderOf(subnet.id, address) : undefined
      if (holder !== undefined) ids.push(holder)
    }
  }
  return ids
}

function holds({ cidr, v6 }: Subnet, addresses: readonly string[]): boolean {
  return addresses.some((address) => isIn(address, cidr) || (v6 !== undefined && isIn(address, v6.cidr)))
}

function subnetFacts({ id, routeTableId, cidr, gatewayIp, v6 }: Subnet): SubnetFacts {
  const families = [{ cidr, gateway: gatewayIp }, ...(v6 ? [{ cidr: v6.cidr, gateway: v6.gatewayIp }] : [])]
  return { id, tableId: routeTableId, families }
}

function portFacts(port: Port): PortFacts {
  return {
    ...{ id: port.id, subnetId: port.networkId, macAddress: port.macAddress, adminStateUp: port.adminStateUp },
    ...{ addresses: port.fixedIps.map(({ ipAddress }) => ipAddress), allowed: port.allowedAddressPairs },
    isAttached: isAttached(port),
  }
}

/** Whether a workload of this host has it: the driver `netns` attaches what has a network namespace in its binding. */
function isAttached({ deviceOwner, binding }: Port): boolean {
  const { netns, device = '' } = binding.profile
  return deviceOwner === 'causeway:netns' && typeof netns === 'string' && typeof device === 'string'
}
