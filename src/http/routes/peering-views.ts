/** Ours: a peering with what the clouds' object has no place for. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { changeOwnSide } from '../../operations/peerings/change-own-side.ts'
import { viewPeering } from '../../operations/peerings/view-peering.ts'
import type { PeeringView } from '../../rules/peering-view.ts'
import { asSeenBy, isSynced } from '../../rules/readiness.ts'
import { invalidInput } from '../../rules/refusal.ts'
import {
  ChangeOwnSideRequest,
  PeeringViewShape,
  peeringViewEtag,
  ShowPeeringViewQuery,
  spellPeeringView,
} from '../../wire/peering-views.ts'
import { IfMatch, IfNoneMatch, withEtag, withWait } from '../../wire/peerings.ts'
import type { PeeringNetwork } from '../../wire/readiness.ts'
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
        querystring: ShowPeeringViewQuery,
        response: { 200: withWait(PeeringViewShape), 304: NO_BODY },
      }),
    },
    async (request, reply) => {
      const id = peeringIdOf(request.params)
      const look = async () => {
        const view = await perform(viewPeering, asker(request), id)
        return { view, network: await networkOf(parts, request, view) }
      }
      const { view, network } = await lookOrWait(parts, request, reply, id, look, {
        peeringOf: ({ view }) => view.peering,
        isSynced: ({ network }) => network !== undefined && isSynced(network.readiness),
      })
      const etag = peeringViewEtag(view, network)
      if (!isKnown(request, () => etag.slice(1, -1))) return sendView(reply, view, network)
      return reply.code(304).header('etag', etag).send(null)
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
      const view = await perform(changeOwnSide, changer(request), change)
      return sendView(reply, view, await networkOf(parts, request, view))
    },
  )
}

/** How far the network is with a peering, for who asks; undefined: there is no data plane. */
async function networkOf(
  { network }: ServerParts,
  { caller }: FastifyRequest,
  { peering }: PeeringView,
): Promise<PeeringNetwork | undefined> {
  if (network === undefined) return undefined
  // The traffic first: it may take a moment, and the readiness must not be older than its ETag.
  const traffic = await network.trafficOf(peering.id)
  return { traffic, readiness: asSeenBy(caller, peering, await network.readinessOf(peering)) }
}

function sendView(reply: FastifyReply, view: PeeringView, network: PeeringNetwork | undefined): FastifyReply {
  return reply.header('etag', peeringViewEtag(view, network)).send(spellPeeringView(view, network))
}
