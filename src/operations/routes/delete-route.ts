import { refuseAutomatic } from '../../rules/automatic-routes.ts'
import type { RouteId } from '../../rules/ids.ts'
import { writing } from '../operation.ts'
import { deleteRoutes } from './delete-routes.ts'
import { loadRoute } from './load-route.ts'
import { syncAutomaticRoutes } from './sync-automatic-routes.ts'

export const deleteRoute = writing<RouteId, void>('deleteRoute', async (tx, context, id) => {
  const route = await loadRoute(tx, context, id)
  refuseAutomatic(route)
  await deleteRoutes(tx, [route], context.now)
  await syncAutomaticRoutes(tx, context, [route.vpcId])
})
