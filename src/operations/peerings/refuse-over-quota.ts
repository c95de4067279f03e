import type { ProjectId } from '../../rules/ids.ts'
import { DEFAULT_LIMITS, isFull, overQuota } from '../../rules/quota.ts'
import type { WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { writeExpiry } from './change-peering.ts'

/** How many overdue requests of a full project are expired in one call; the sweep takes care of the rest. */
const EXPIRE_AT_ONCE = 100

/** P4. Requests that time has expired count no more, even if the sweep has not come round to them. */
export async function refuseOverQuota(tx: WriteTransaction, context: Context, project: ProjectId): Promise<void> {
  const limit = (await tx.limit(project, 'vpcPeer')) ?? DEFAULT_LIMITS.vpcPeer
  if (!isFull(await tx.used(project, 'vpcPeer'), limit)) return
  const { pendingTtlMs } = context.policy
  if (pendingTtlMs > 0) {
    const overdue = await tx.overduePeerings(context.now - pendingTtlMs, EXPIRE_AT_ONCE, project)
    for (const peering of overdue) await writeExpiry(tx, context, peering)
  }
  if (isFull(await tx.used(project, 'vpcPeer'), limit)) throw overQuota('vpcPeer')
}
