import type { ProjectId } from '../../rules/ids.ts'
import { overdueSince, type Peering } from '../../rules/peering.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** Requests that time has expired and nothing has written down, oldest first; of one requester, or of all. */
export async function overdueRequests(
  tx: ReadTransaction,
  { now, policy }: Context,
  limit: number,
  requester?: ProjectId,
): Promise<readonly Peering[]> {
  const since = overdueSince(now, policy.pendingTtlMs)
  return since === undefined ? [] : tx.overduePeerings(since, limit, requester)
}
