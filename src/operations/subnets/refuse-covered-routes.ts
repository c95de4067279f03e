import { cidr, contains, parseCidr } from '../../rules/cidr.ts'
import { contains6, parseCidr6 } from '../../rules/cidr6.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'

/**
 * A route to what lies inside a subnet is refused, and so is the subnet where the route was there first: packets for
 * the peer would go to the subnet, and the peering would break without anybody having touched it (P8).
 */
export async function refuseCoveredRoutes(tx: ReadTransaction, subnet: Subnet): Promise<void> {
  for (const table of await tx.routeTablesOfVpc(subnet.vpcId)) {
    const route = (await tx.routesOfTable(table.id)).find(({ destination }) => covers(subnet, destination))
    if (route === undefined) continue
    throw new Refusal(
      'subnet_covers_route',
      `The subnet would cover the route to ${route.destination} in table ${table.id}, by peering ${route.nexthop}.`,
      { peeringId: route.nexthop, routeId: route.id },
    )
  }
}

function covers(subnet: Subnet, destination: string): boolean {
  const v4 = parseCidr(destination)
  if (!('problem' in v4)) return contains(cidr(subnet.cidr), v4)
  const v6 = parseCidr6(destination)
  const own = subnet.v6 === undefined ? undefined : parseCidr6(subnet.v6.cidr)
  return !('problem' in v6) && own !== undefined && !('problem' in own) && contains6(own, v6)
}
