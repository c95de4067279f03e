import type { RouteTableId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import { writing } from '../operation.ts'
import { loadRouteTable } from './load-route-table.ts'

/** A table that somebody made and that routes no subnet; its routes go with it. */
export const deleteRouteTable = writing<RouteTableId, void>('deleteRouteTable', async (tx, context, id) => {
  const { isDefault } = await loadRouteTable(tx, context, id)
  if (isDefault) {
    throw new Refusal('route_table_in_use', `Route table ${id} is the default one, which goes with its VPC.`)
  }
  const [subnet] = await tx.subnetsOfTable(id)
  if (subnet !== undefined) {
    throw new Refusal(
      'route_table_in_use',
      `Route table ${id} is used by subnet ${subnet.id}; disassociate it first.`,
      {
        subnetId: subnet.id,
      },
    )
  }
  for (const route of await tx.routesOfTable(id)) await tx.deleteRoute(route.id)
  await tx.deleteRouteTable(id)
})
