import type { RouteTableId } from '../../rules/ids.ts'
import type { RouteChanges } from '../../rules/route-changes.ts'
import { furtherId, writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { changeRoutes } from './change-routes.ts'
import { loadRouteTable } from './load-route-table.ts'
import { type WholeTable, wholeTable } from './whole-table.ts'

export interface RouteTableChange {
  readonly id: RouteTableId
  /** Undefined: stays as it is; likewise below. */
  readonly name: string | undefined
  readonly description: string | undefined
  readonly routes: RouteChanges
}

/** The table and its routes, all of it or nothing. */
export const updateRouteTable = writing<RouteTableChange, WholeTable>(
  'updateRouteTable',
  async (tx, context, { id, name, description, routes }) => {
    const table = await loadRouteTable(tx, context, id)
    await changeRoutes(tx, context, 'tables', table, routes, (nth) => furtherId(context.newId, nth))
    const after = {
      ...table,
      name: name ?? table.name,
      description: description ?? table.description,
      updatedAt: context.now,
    }
    await tx.updateRouteTable(after)
    if (table.isDefault && routes.del.length > 0) await syncAutomaticRoutes(tx, context, [table.vpcId])
    return wholeTable(tx, after)
  },
)
