import { actingProject } from '../../rules/access.ts'
import type { RouteTableId } from '../../rules/ids.ts'
import { type RouteTable, routeTableNotFound } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** The table, or *not found*, which is also the answer for one of another project. */
export async function loadRouteTable(tx: ReadTransaction, { caller }: Context, id: RouteTableId): Promise<RouteTable> {
  const project = actingProject(caller)
  const table = await tx.routeTable(id)
  if (table === undefined || table.projectId !== project) throw routeTableNotFound(id)
  return table
}
