/** Ours: the events of a stream (Server-Sent Events). Names and members are described in docs/spec/history.md. */
import { spellEvent, type ToldEvent } from './history.ts'
import { Type } from './schema.ts'

export const EventStream = Type.String({
  description:
    'text/event-stream. `event: peering`: its `data` is an entry of a history as JSON, and its `id` goes into ' +
    'Last-Event-ID. `event: overflow` and `event: end` are the last ones of a stream.',
})

/** Why the service ends a stream. */
export type EndReason = 'overflow' | 'unauthenticated' | 'shutting_down'

/** The first lines of a stream: an id without an event, so that a client that breaks off at once misses nothing. */
export function spellStart(place: number): string {
  return `: follows event ${place}\nid: ${place}\n\n`
}

/** JSON has no line ends in it, so one line of data takes it. */
export function spellStreamed(event: ToldEvent & { readonly seq: number }): string {
  return `id: ${event.seq}\nevent: peering\ndata: ${JSON.stringify(spellEvent(event))}\n\n`
}

/** The last event of a stream, with the id of the event before it, from which a client goes on. */
export function spellEnd(reason: EndReason, place: number): string {
  const data = JSON.stringify({ reason, resume_from: String(place) })
  return `id: ${place}\nevent: ${reason === 'overflow' ? 'overflow' : 'end'}\ndata: ${data}\n\n`
}
