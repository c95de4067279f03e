import { actingProject, canSee, peeringNotFound } from '../../rules/access.ts'
import type { PeeringId } from '../../rules/ids.ts'
import { asOf, type Peering } from '../../rules/peering.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** The peering as it is now, or *not found*: for an unknown id, for a stranger (P2) and for a deleted one (P11). */
export async function loadPeering(tx: ReadTransaction, context: Context, id: PeeringId): Promise<Peering> {
  // Before anything is looked up: a token without a project is told so, whether or not there is such a peering.
  if (!context.caller.admin) actingProject(context.caller)
  const stored = await tx.peering(id)
  if (stored === undefined || stored.status === 'DELETED' || !canSee(context.caller, stored)) throw peeringNotFound(id)
  return asOf(stored, context.now, context.policy.pendingTtlMs)
}
