import type { RouteTableId } from '../../rules/ids.ts'
import type { WriteTransaction } from '../../store/store.ts'

/** A table whose routes have changed has changed, whichever way they did. */
export async function touchTable(tx: WriteTransaction, id: RouteTableId, now: number): Promise<void> {
  const table = await tx.routeTable(id)
  if (table === undefined) throw new Error(`route table ${id} vanished inside a transaction`)
  await tx.updateRouteTable({ ...table, updatedAt: now })
}
