import type { ProjectId } from '../../rules/ids.ts'
import { isFull, overQuota } from '../../rules/quota.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import type { Context } from '../operation.ts'
import { writeExpiry } from './change-peering.ts'
import { overdueRequests } from './overdue-requests.ts'

/** P4. */
export async function refuseOverQuota(tx: WriteTransaction, context: Context, project: ProjectId): Promise<void> {
  if (!(await makeRoom(tx, context, project))) throw overQuota('vpcPeer')
}

/**
 * Whether one more fits. Requests that time has expired count no more, even if the sweep has not come round to them:
 * as many as it takes are written down here.
 */
export async function makeRoom(tx: WriteTransaction, context: Context, project: ProjectId): Promise<boolean> {
  const limit = await limitOf(tx, project, 'vpcPeer')
  const used = await tx.used(project, 'vpcPeer')
  if (!isFull(used, limit)) return true
  // Only as many as make room for one more: the sweep takes care of the rest.
  const needed = used - limit + 1
  const overdue = await overdueRequests(tx, context, needed, project)
  if (overdue.length < needed) return false
  for (const peering of overdue) await writeExpiry(tx, context, peering)
  return true
}
