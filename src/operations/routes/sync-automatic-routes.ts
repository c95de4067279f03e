import type { RouteId, VpcId } from '../../rules/ids.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { type Context, furtherId } from '../operation.ts'
import { touchTable } from '../route-tables/touch-table.ts'
import { automaticChanges, type KnownBlocks } from './automatic-changes.ts'

/** Before them come the ids of what an operation makes itself: 200 routes at the most, in one update of a table. */
const FIRST_ID = 1000

/**
 * Makes the automatic routes in the default tables of these VPCs what they should be; those that stay keep their ids.
 * To be called once by every operation that changes what they depend on, in its transaction and after its own writes.
 */
export async function syncAutomaticRoutes(
  tx: WriteTransaction,
  { now, newId }: Context,
  vpcIds: readonly VpcId[],
): Promise<void> {
  let nth = FIRST_ID
  const known: KnownBlocks = new Map()
  for (const vpcId of new Set(vpcIds)) {
    const changes = await automaticChanges(tx, vpcId, known)
    if (changes === undefined) continue
    const { table, removed, added } = changes
    for (const { id } of removed) await tx.deleteRoute(id)
    for (const { destination, nexthop } of added) {
      await tx.insertRoute({
        ...{ id: furtherId(newId, nth++) as RouteId, tableId: table.id, vpcId, projectId: table.projectId },
        ...{ isDefault: true, type: 'peering', destination, nexthop, description: '', automatic: true },
        ...{ createdAt: now, updatedAt: now },
      })
    }
    if (removed.length + added.length > 0) await touchTable(tx, table.id, now)
  }
}
