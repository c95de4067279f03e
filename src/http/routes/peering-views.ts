/** Ours: a peering with what the clouds' object has no place for. */
import type { FastifyReply } from 'fastify'
import { changeOwnSide } from '../../operations/peerings/change-own-side.ts'
import { viewPeering } from '../../operations/peerings/view-peering.ts'
import { type PeeringView, versionOfView } from '../../rules/peering-view.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { ChangeOwnSideRequest, PeeringViewShape, peeringViewEtag, spellPeeringView } from '../../wire/peering-views.ts'
import { IfMatch, IfNoneMatch, ShowPeeringQuery, withEtag, withWait } from '../../wire/peerings.ts'
import type { App, ServerParts } from '../app.ts'
import { isKnown } from '../etag.ts'
import { asker, changer, describe, NO_BODY } from '../route.ts'
import { lookOrWait } from '../wait-for-status.ts'
import { peeringIdOf } from './peerings.ts'

const PATH = '/causeway/v1/peerings/:id'

export function peeringViewRoutes(app: App, parts: ServerParts): void {
  const { perform } = parts
  app.get(
    PATH,
    {
      config: { headers: IfNoneMatch },
      schema: describe('causeway', 'Show a peering with what is ours of it, at once or when it has a status', {
        querystring: ShowPeeringQuery,
        response: { 200: withWait(PeeringViewShape), 304: NO_BODY },
      }),
    },
    async (request, reply) => {
      const id = peeringIdOf(request.params)
      const look = () => perform(viewPeering, asker(request), id)
      const view = await lookOrWait(parts, request, reply, id, look, ({ peering }) => peering)
      if (!isKnown(request, () => versionOfView(view))) return sendView(reply, view)
      return reply.code(304).header('etag', peeringViewEtag(view)).send(null)
    },
  )

  app.put(
    PATH,
    {
      config: { headers: IfMatch },
      schema: describe(
        'causeway',
        "Protect a peering against deletion, or ask for automatic routes, for one's own side",
        {
          body: ChangeOwnSideRequest,
          response: { 200: withEtag(PeeringViewShape) },
        },
      ),
    },
    async (request, reply) => {
      const { protected: isProtected, auto_routes: autoRoutes } = request.body
      if (isProtected === undefined && autoRoutes === undefined) {
        throw invalidInput('change', "is required: 'protected', 'auto_routes' or both")
      }
      const change = { id: peeringIdOf(request.params), isProtected, autoRoutes }
      return sendView(reply, await perform(changeOwnSide, changer(request), change))
    },
  )
}

function sendView(reply: FastifyReply, view: PeeringView): FastifyReply {
  return reply.header('etag', peeringViewEtag(view)).send(spellPeeringView(view))
}
