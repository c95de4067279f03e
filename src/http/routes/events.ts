/** Ours: what happens to the peerings of a project, told as it happens. */
import { invalidInput } from '../../rules/refusal.ts'
import { EventStream } from '../../wire/events.ts'
import type { App, ServerParts } from '../app.ts'
import { given } from '../query.ts'
import { describe } from '../route.ts'

export function eventRoutes(app: App, { streams }: ServerParts): void {
  app.get(
    '/causeway/v1/events',
    {
      schema: describe('causeway', "Follow the events of one's peerings, also from an event on (Last-Event-ID)", {
        response: { 200: EventStream },
      }),
    },
    async (request, reply) => {
      await streams.open(request, reply, lastEventId(request.headers['last-event-id']))
      return reply
    },
  )
}

/** Empty is what a client sends that has seen no event. */
function lastEventId(header: string | string[] | undefined): number | undefined {
  const text = given(header?.toString())
  if (text === undefined) return undefined
  if (!/^[0-9]{1,15}$/.test(text)) throw invalidInput('Last-Event-ID', 'must be the id of an event')
  return Number(text)
}
