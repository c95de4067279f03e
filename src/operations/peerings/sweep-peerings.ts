/**
 * Writes down what time has done: requests that expired, tombstones that are forgotten. No answer depends on it, since
 * every read and write looks at the clock itself; it keeps the quota counters and the file from lagging behind.
 */
import type { Context } from '../operation.ts'
import { reading, writing } from '../operation.ts'
import { writeExpiry } from './change-peering.ts'

/** Peerings per transaction, so that no request waits long behind a sweep. */
const BATCH = 200

/** Whether there is anything to sweep: the timer asks this first, so that an idle service writes nothing. */
export const isSweepDue = reading<void, boolean>('isSweepDue', async (tx, context) => {
  const { overdue, forgotten } = horizons(context)
  if (overdue !== undefined && (await tx.overduePeerings(overdue, 1)).length > 0) return true
  return (await tx.forgottenPeerings(forgotten, 1)).length > 0
})

/** Sweeps one batch of each kind. Returns how many it swept. */
export const sweepPeerings = writing<void, { expired: number; forgotten: number }>(
  'sweepPeerings',
  async (tx, context) => {
    const horizon = horizons(context)
    const overdue = horizon.overdue === undefined ? [] : await tx.overduePeerings(horizon.overdue, BATCH)
    for (const peering of overdue) await writeExpiry(tx, context, peering)
    const forgotten = await tx.forgottenPeerings(horizon.forgotten, BATCH)
    for (const { id } of forgotten) await tx.forgetPeering(id)
    return { expired: overdue.length, forgotten: forgotten.length }
  },
)

/** The instants at or before which a request was made, or a peering deleted, to be due now. */
function horizons({ now, policy }: Context): { overdue: number | undefined; forgotten: number } {
  return {
    overdue: policy.pendingTtlMs > 0 ? now - policy.pendingTtlMs : undefined,
    forgotten: now - policy.tombstoneTtlMs,
  }
}
