import { coveredBy } from '../../rules/destination.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'

/**
 * A route to what lies inside a subnet is refused, and so is the subnet where the route was there first: packets for
 * the peer would go to the subnet, and the peering would break without anybody having touched it (P8).
 */
export async function refuseCoveredRoutes(tx: ReadTransaction, subnet: Subnet): Promise<void> {
  for (const table of await tx.routeTablesOfVpc(subnet.vpcId)) {
    const route = coveredBy(subnet, await tx.routesOfTable(table.id))
    if (route === undefined) continue
    const { id: routeId, destination, nexthop: peeringId } = route
    throw new Refusal(
      'subnet_covers_route',
      `The subnet would cover the route to ${destination} in route table ${table.id}, by peering ${peeringId}.`,
      { peeringId, routeId },
    )
  }
}
