import { actingProject } from '../../rules/access.ts'
import type { PeeringId, VpcId } from '../../rules/ids.ts'
import type { Route, RouteTable } from '../../rules/route.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { type Context, writing } from '../operation.ts'
import { changeRoutes } from '../route-tables/change-routes.ts'
import { findDefaultTable } from '../route-tables/default-table.ts'

export interface NewRoute {
  readonly vpcId: VpcId
  readonly destination: string
  readonly nexthop: PeeringId
}

/** In the default table of a VPC of the caller's. */
export const createRoute = writing<NewRoute, Route>('createRoute', async (tx, context, { vpcId, ...draft }) => {
  const table = await loadDefaultTable(tx, context, vpcId)
  const add = [{ ...draft, description: undefined }]
  const [route] = await changeRoutes(tx, context, 'routes', table, { del: [], mod: [], add }, () => context.newId)
  if (route === undefined) throw new Error('one route was to be made, and none was')
  await tx.updateRouteTable({ ...table, updatedAt: context.now })
  return route
})

/** This API's paths name no project, so an admin acts in the project of whatever VPC it names. */
async function loadDefaultTable(tx: WriteTransaction, { caller }: Context, vpcId: VpcId): Promise<RouteTable> {
  const project = actingProject(caller)
  const table = await findDefaultTable(tx, vpcId)
  if (table === undefined || !(caller.admin || table.projectId === project)) throw vpcNotFound(vpcId)
  return table
}
