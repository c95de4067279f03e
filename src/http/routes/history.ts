/** Ours: everything that happened to a peering. */
import { showHistory } from '../../operations/peerings/show-history.ts'
import { peeringNotFound } from '../../rules/access.ts'
import { parsePeeringId } from '../../rules/ids.ts'
import { HistoryAnswer, HistoryQuery, spellEvent } from '../../wire/history.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { pageLinks, pageOf } from '../query.ts'
import { asker, describe } from '../route.ts'

export function historyRoutes(app: App, { perform, publicUrl }: ServerParts): void {
  app.get(
    '/causeway/v1/peerings/:id/history',
    {
      schema: describe('causeway', 'Show the history of a peering, also of a deleted one; for its two sides', {
        querystring: HistoryQuery,
        response: { 200: HistoryAnswer },
      }),
    },
    async (request) => {
      const text = (request.params as { id: string }).id
      const id = parsePeeringId(text)
      if (id === undefined) throw peeringNotFound(text)
      const { limit, marker } = pageOf(request.query, parsePlace)
      const { events, next } = await perform(showHistory, asker(request), { id, limit, after: marker ?? 0 })
      const items = events.map(({ place }) => ({ id: String(place) }))
      const links = pageLinks(`${baseOf(request, publicUrl)}${request.url}`, { items, next, previous: false })
      return { history: events.map(spellEvent), ...(links && { history_links: links }) }
    },
  )
}

/** An index in a history; 0 is before the first. */
function parsePlace(text: string): number | undefined {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined
}
