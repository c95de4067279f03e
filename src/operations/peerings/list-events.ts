import { actingProject, type Caller } from '../../rules/access.ts'
import type { ProjectId } from '../../rules/ids.ts'
import { invalidInput } from '../../rules/refusal.ts'
import type { StoredEvent } from '../../store/history.ts'
import { reading } from '../operation.ts'
import { type EventView, viewEvents } from './event-view.ts'

interface EventsRequest {
  /** The `seq` of the last event already seen. */
  readonly after: number
  readonly limit: number
}

/** The next events of the peerings in which the caller's project takes part; of all, for an admin. */
export const listEvents = reading<EventsRequest, readonly EventView<StoredEvent>[]>(
  'listEvents',
  async (tx, { caller }, { after, limit }) => {
    const events = await tx.events({ visibleTo: scopeOf(caller), after, limit })
    return viewEvents(tx, caller, events)
  },
)

/** Where to go on from: `after` if that is an event that there has been, and without it the last event. */
export const placeInEvents = reading<number | undefined, number>('placeInEvents', async (tx, { caller }, after) => {
  scopeOf(caller)
  const last = await tx.lastSeq()
  if (after === undefined) return last
  // As after a restore: to go on from here would leave out whatever happens until that number comes round.
  if (after > last) throw invalidInput('Last-Event-ID', `is beyond the last event, ${last}; start anew`)
  return after
})

/** The project whose events they are; undefined: everybody's. */
function scopeOf(caller: Caller): ProjectId | undefined {
  return caller.admin ? undefined : actingProject(caller)
}
