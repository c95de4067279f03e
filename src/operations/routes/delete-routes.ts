import type { PeeringId } from '../../rules/ids.ts'
import type { Route } from '../../rules/route.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { touchTable } from '../route-tables/touch-table.ts'

/** On both sides and in every table; with the peering, so that no route ever leads nowhere. */
export async function deleteRoutesVia(tx: WriteTransaction, id: PeeringId, now: number): Promise<void> {
  await deleteRoutes(tx, await tx.routesVia(id), now)
}

export async function deleteRoutes(tx: WriteTransaction, routes: readonly Route[], now: number): Promise<void> {
  for (const { id } of routes) await tx.deleteRoute(id)
  for (const tableId of new Set(routes.map((route) => route.tableId))) await touchTable(tx, tableId, now)
}
