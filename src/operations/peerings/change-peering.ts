/** How every change of a peering is written: the row, its routes and its event in the caller's transaction. */
import type { Caller } from '../../rules/access.ts'
import { type Peering, requireVersion, statusAt, step } from '../../rules/peering.ts'
import type { Verb } from '../../rules/status.ts'
import type { PeeringEvent, Why } from '../../store/history.ts'
import type { WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { deleteRoutesVia } from '../routes/delete-routes.ts'

/** Takes one step through the table and saves it with what else changed. Throws where the table has no such step. */
export async function changePeering(
  tx: WriteTransaction,
  context: Context,
  current: Peering,
  verb: Verb,
  changes: Partial<Pick<Peering, 'name' | 'description'>> = {},
  why: Why = 'request',
): Promise<Peering> {
  // Here, in the transaction that writes: of any number of changes to one version, one is made.
  requireVersion(current, context.ifMatch)
  const after = { ...step(current, verb, context.now), ...changes }
  const before = await writeExpiry(tx, context, current)
  await tx.updatePeering(before, after)
  if (verb === 'delete') await deleteRoutesVia(tx, after.id, context.now)
  await tx.insertEvent({
    ...actor(context),
    ...sides(after),
    ...{ at: context.now, verb, from: before.status, to: after.status, why },
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
  const { expired, event } = expiryOf(stored, context.policy.pendingTtlMs)
  await tx.updatePeering(stored, expired)
  await tx.insertEvent(event)
  return expired
}

/** What time makes of a request, and the event that tells it: the same whenever, and by whomever, it is written. */
export function expiryOf(waiting: Peering, pendingTtlMs: number): { expired: Peering; event: PeeringEvent } {
  const at = waiting.createdAt + pendingTtlMs
  const expired = step(waiting, 'expire', at)
  const event: PeeringEvent = {
    ...sides(waiting),
    ...{ at, verb: 'expire', from: waiting.status, to: expired.status, why: 'time' },
    ...{ userId: undefined, projectId: undefined, requestId: undefined },
  }
  return { expired, event }
}

/** Whose it is, for the event. */
export function sides({ id, requester, accepter }: Peering) {
  return { peeringId: id, requester: requester.projectId, accepter: accepter.projectId }
}

/** Who did it, for the event. */
export function actor(context: { caller: Caller; requestId: string }) {
  const { caller, requestId } = context
  return { userId: caller.userId, projectId: caller.projectId, requestId }
}
