import type { RouteId } from '../../rules/ids.ts'
import { writing } from '../operation.ts'
import { touchTable } from '../route-tables/touch-table.ts'
import { loadRoute } from './load-route.ts'

export const deleteRoute = writing<RouteId, void>('deleteRoute', async (tx, context, id) => {
  const { tableId } = await loadRoute(tx, context, id)
  await tx.deleteRoute(id)
  await touchTable(tx, tableId, context.now)
})
