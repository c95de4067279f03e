/** Ours: a peering with what the clouds' object has no place for. */
import type { FastifyReply } from 'fastify'
import { protectPeering } from '../../operations/peerings/protect-peering.ts'
import { viewPeering } from '../../operations/peerings/view-peering.ts'
import { type PeeringView, versionOfView } from '../../rules/protection.ts'
import { PeeringViewShape, ProtectPeeringRequest, peeringViewEtag, spellPeeringView } from '../../wire/peering-views.ts'
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
      schema: describe('causeway', 'Show a peering with its protection, at once or when it has a status', {
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
      schema: describe('causeway', "Protect a peering against deletion, for one's own side, or do so no more", {
        body: ProtectPeeringRequest,
        response: { 200: withEtag(PeeringViewShape) },
      }),
    },
    async (request, reply) => {
      const change = { id: peeringIdOf(request.params), isProtected: request.body.protected }
      return sendView(reply, await perform(protectPeering, changer(request), change))
    },
  )
}

function sendView(reply: FastifyReply, view: PeeringView): FastifyReply {
  return reply.header('etag', peeringViewEtag(view)).send(spellPeeringView(view))
}
