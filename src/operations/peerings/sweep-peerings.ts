/**
 * Writes down what time has done: requests that expired, tombstones that are forgotten. No answer depends on it, since
 * every read and write looks at the clock itself; it keeps the quota counters and the file from lagging behind.
 */
import type { Peering } from '../../rules/peering.ts'
import type { Awaitable } from '../../store/page.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { reading, writing } from '../operation.ts'
import { writeExpiry } from './change-peering.ts'
import { overdueRequests } from './overdue-requests.ts'

/** Peerings per transaction, so that no request waits long behind a sweep. */
const BATCH = 200

/** Whether there is anything to sweep: the timer asks this first, so that an idle service writes nothing. */
export const isSweepDue = reading<void, boolean>('isSweepDue', async (tx, context) => {
  if ((await overdueRequests(tx, context, 1)).length > 0) return true
  return (await forgottenPeerings(tx, context, 1)).length > 0
})

/** Sweeps one batch of each kind. Returns how many it swept. */
export const sweepPeerings = writing<void, { expired: number; forgotten: number }>(
  'sweepPeerings',
  async (tx, context) => {
    const overdue = await overdueRequests(tx, context, BATCH)
    for (const peering of overdue) await writeExpiry(tx, context, peering)
    const forgotten = await forgottenPeerings(tx, context, BATCH)
    for (const { id } of forgotten) await tx.forgetPeering(id)
    return { expired: overdue.length, forgotten: forgotten.length }
  },
)

/** Tombstones whose time is over, oldest first. */
function forgottenPeerings(
  tx: ReadTransaction,
  { now, policy }: Context,
  limit: number,
): Awaitable<readonly Peering[]> {
  return tx.forgottenPeerings(now - policy.tombstoneTtlMs, limit)
}
