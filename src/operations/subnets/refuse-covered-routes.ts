import { coveredBy } from '../../rules/destination.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'

/**
 * A route to what lies inside a subnet is refused, and so is the subnet where the route was there first: packets for
 * the peer would go to the subnet, and the peering would break without anybody having touched it (P8). An automatic
 * route gives way instead: its destination is the peer's to choose, who could else forbid the owner its own subnets.
 */
export async function refuseCoveredRoutes(tx: ReadTransaction, subnet: Subnet): Promise<void> {
  for (const table of await tx.routeTablesOfVpc(subnet.vpcId)) {
    const routes = await tx.routesOfTable(table.id)
    const route = coveredBy(
      subnet,
      routes.filter(({ automatic }) => !automatic),
    )
    if (route === undefined) continue
    const { id: routeId, destination, nexthop: peeringId } = route
    throw new Refusal(
      'subnet_covers_route',
      `The subnet would cover the route to ${destination} in route table ${table.id}, by peering ${peeringId}.`,
      { peeringId, routeId },
    )
  }
}
