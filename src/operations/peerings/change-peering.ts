/** How every change of a peering is written: the row, its routes and its event in the caller's transaction. */
import type { Caller } from '../../rules/access.ts'
import { type Peering, statusAt, step } from '../../rules/peering.ts'
import type { Verb } from '../../rules/status.ts'
import type { WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { deleteRoutesVia } from '../routes/delete-routes-via.ts'

/** Takes one step through the table and saves it with what else changed. Throws where the table has no such step. */
export async function changePeering(
  tx: WriteTransaction,
  context: Context,
  current: Peering,
  verb: Verb,
  changes: Partial<Pick<Peering, 'name' | 'description'>> = {},
): Promise<Peering> {
  const after = { ...step(current, verb, context.now), ...changes }
  const before = await writeExpiry(tx, context, current)
  await tx.updatePeering(before, after)
  if (verb === 'delete') await deleteRoutesVia(tx, after.id, context.now)
  await tx.insertEvent({
    ...actor(context),
    at: context.now,
    peeringId: after.id,
    verb,
    from: before.status,
    to: after.status,
  })
  return after
}

/**
 * Makes the stored row say EXPIRED where time has already made it so, with an event of its own: nobody did it, time
 * did. Returns what is stored then.
 */
export async function writeExpiry(tx: WriteTransaction, context: Context, peering: Peering): Promise<Peering> {
  const stored = await tx.peering(peering.id)
  if (stored === undefined) throw new Error(`P11: peering ${peering.id} vanished inside a transaction`)
  if (statusAt(stored, context.now, context.policy.pendingTtlMs) === stored.status) return stored
  const expiredAt = stored.createdAt + context.policy.pendingTtlMs
  const expired = step(stored, 'expire', expiredAt)
  await tx.updatePeering(stored, expired)
  await tx.insertEvent({
    ...{ at: expiredAt, peeringId: stored.id, verb: 'expire', from: stored.status, to: expired.status },
    ...{ userId: undefined, projectId: undefined, requestId: context.requestId },
  })
  return expired
}

/** Who did it, for the event. */
export function actor(context: { caller: Caller; requestId: string }) {
  const { caller, requestId } = context
  return { userId: caller.userId, projectId: caller.projectId, requestId }
}
