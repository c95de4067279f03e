import { actingProject } from '../../rules/access.ts'
import type { RouteId } from '../../rules/ids.ts'
import { type Route, routeNotFound } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** A route of a default table, or *not found*: for others' routes, and for those of tables that somebody made. */
export async function loadRoute(tx: ReadTransaction, { caller }: Context, id: RouteId): Promise<Route> {
  const project = actingProject(caller)
  const route = await tx.route(id)
  if (!route?.isDefault || !(caller.admin || route.projectId === project)) throw routeNotFound(id)
  return route
}
