import type { Caller } from '../../rules/access.ts'
import type { ChainedEvent } from '../../store/history.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** An event as one caller may know it. */
export type EventView<Event extends ChainedEvent> = Event & { readonly userName: string | undefined }

/**
 * Who did it is told to those of the project that it was done for, and to an admin; to the other side only for which
 * project it was done. The hash covers the user all the same.
 */
export async function viewEvents<Event extends ChainedEvent>(
  tx: ReadTransaction,
  { admin, projectId }: Caller,
  events: readonly Event[],
): Promise<readonly EventView<Event>[]> {
  const names = new Map<string, string | undefined>()
  const views: EventView<Event>[] = []
  for (const event of events) {
    const { userId } = event
    if (userId === undefined || !(admin || (projectId !== undefined && event.projectId === projectId))) {
      views.push({ ...event, userId: undefined, userName: undefined })
      continue
    }
    if (!names.has(userId)) names.set(userId, (await tx.user(userId))?.name)
    views.push({ ...event, userName: names.get(userId) })
  }
  return views
}
