import { actingProject, type Caller, peeringNotFound } from '../../rules/access.ts'
import type { PeeringId } from '../../rules/ids.ts'
import { statusAt } from '../../rules/peering.ts'
import { chained } from '../../store/chain.ts'
import type { ChainedEvent } from '../../store/history.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { expiryOf } from './change-peering.ts'
import { type EventView, viewEvents } from './event-view.ts'

interface HistoryRequest {
  readonly id: PeeringId
  /** The place of the last event already seen; 0: from the beginning. */
  readonly after: number
  readonly limit: number
}

interface History {
  readonly events: readonly EventView<ChainedEvent>[]
  /** Whether there are more. */
  readonly next: boolean
}

/** Everything that happened to a peering, for those who take or took part in it, however long ago it was deleted. */
export const showHistory = reading<HistoryRequest, History>('showHistory', async (tx, context, request) => {
  const { id, after, limit } = request
  if (!context.caller.admin) actingProject(context.caller)
  const [first] = await tx.history(id, 0, 1)
  if (first === undefined || !tookPart(context.caller, first)) throw peeringNotFound(id)
  if (limit === 0) return { events: [], next: false }
  // One more than asked tells whether there are more; and the one before tells what an expiry would be chained to.
  const from = Math.max(after - 1, 0)
  const wanted = after - from + limit + 1
  const stored: readonly ChainedEvent[] = await tx.history(id, from, wanted)
  const known = stored.length === wanted ? stored : await withExpiry(tx, context, stored)
  const found = known.filter(({ place }) => place > after)
  return { events: await viewEvents(tx, context.caller, found.slice(0, limit)), next: found.length > limit }
})

function tookPart({ admin, projectId }: Caller, { requester, accepter }: ChainedEvent): boolean {
  return admin || (projectId !== undefined && (projectId === requester || projectId === accepter))
}

/** With the expiry that time has brought and nothing has written down yet, exactly as it will be written. */
async function withExpiry(
  tx: ReadTransaction,
  { now, policy }: Context,
  events: readonly ChainedEvent[],
): Promise<readonly ChainedEvent[]> {
  const last = events.at(-1)
  const peering = last && (await tx.peering(last.peeringId))
  // A waiting one whose history has gone on meanwhile is another read's to tell.
  if (peering === undefined || peering.status !== last?.to) return events
  if (statusAt(peering, now, policy.pendingTtlMs) === peering.status) return events
  return [...events, chained(last, expiryOf(peering, policy.pendingTtlMs).event)]
}
