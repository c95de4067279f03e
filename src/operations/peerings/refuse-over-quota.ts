import type { ProjectId } from '../../rules/ids.ts'
import { isFull, overQuota } from '../../rules/quota.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import type { Context } from '../operation.ts'
import { writeExpiry } from './change-peering.ts'
import { overdueRequests } from './overdue-requests.ts'

/** P4. Requests that time has expired count no more, even if the sweep has not come round to them. */
export async function refuseOverQuota(tx: WriteTransaction, context: Context, project: ProjectId): Promise<void> {
  const limit = await limitOf(tx, project, 'vpcPeer')
  const used = await tx.used(project, 'vpcPeer')
  if (!isFull(used, limit)) return
  // Only as many as make room for one more: the sweep takes care of the rest.
  const needed = used - limit + 1
  const overdue = await overdueRequests(tx, context, needed, project)
  if (overdue.length < needed) throw overQuota('vpcPeer')
  for (const peering of overdue) await writeExpiry(tx, context, peering)
}
