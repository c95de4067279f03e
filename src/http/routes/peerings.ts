import type { FastifyReply } from 'fastify'
import { acceptPeering } from '../../operations/peerings/accept-peering.ts'
import { createPeering } from '../../operations/peerings/create-peering.ts'
import { deletePeering } from '../../operations/peerings/delete-peering.ts'
import { listPeerings } from '../../operations/peerings/list-peerings.ts'
import { rejectPeering } from '../../operations/peerings/reject-peering.ts'
import { showPeering } from '../../operations/peerings/show-peering.ts'
import { updatePeering } from '../../operations/peerings/update-peering.ts'
import { peeringNotFound } from '../../rules/access.ts'
import { type PeeringId, parsePeeringId, parseProjectId, parseVpcId } from '../../rules/ids.ts'
import { type Peering, parseDescription, parsePeeringName, versionOf } from '../../rules/peering.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { isStatus } from '../../rules/status.ts'
import {
  CreatePeeringRequest,
  IfMatch,
  IfNoneMatch,
  PeeringAnswer,
  PeeringListAnswer,
  PeeringListQuery,
  PeeringShape,
  peeringEtag,
  peeringText,
  ShowPeeringQuery,
  UpdatePeeringRequest,
  withEtag,
  withSettled,
  withWait,
} from '../../wire/peerings.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { isKnown } from '../etag.ts'
import { given, IMPOSSIBLE, pageLinks, pageOf, parsed } from '../query.ts'
import { asker, changer, describe, NO_BODY } from '../route.ts'
import { lookOrWait } from '../wait-for-status.ts'
import { sidesOf } from './peering-sides.ts'

const PATH = '/v2.0/vpc/peerings'

export function peeringRoutes(app: App, parts: ServerParts): void {
  const { perform, publicUrl, network } = parts
  app.get(
    PATH,
    {
      schema: describe('peerings', 'List peerings', {
        querystring: PeeringListQuery,
        response: { 200: PeeringListAnswer },
      }),
    },
    async (request, reply) => {
      const { query } = request
      const page = pageOf(query, parsePeeringId)
      const result = await perform(listPeerings, asker(request), { filter: filterOf(query), page })
      const links = pageLinks(`${baseOf(request, publicUrl)}${request.url}`, result)
      return sendPeerings(reply, result.items, links)
    },
  )

  app.post(
    PATH,
    {
      schema: describe('peerings', 'Create a peering: ACTIVE inside one project, else a request to the other', {
        body: CreatePeeringRequest,
        response: { 201: withEtag(PeeringAnswer) },
      }),
    },
    async (request, reply) => {
      const { name, description, ...sides } = request.body.peering
      const input = {
        name: parsePeeringName(name),
        description: parseDescription(description ?? ''),
        ...sidesOf(sides),
      }
      return sendPeering(reply.code(201), await perform(createPeering, asker(request), input))
    },
  )

  app.get(
    `${PATH}/:id`,
    {
      config: { headers: IfNoneMatch },
      schema: describe('peerings', 'Show a peering, at once or when it has a status', {
        querystring: ShowPeeringQuery,
        response: { 200: withWait(PeeringAnswer), 304: NO_BODY },
      }),
    },
    async (request, reply) => {
      const id = peeringIdOf(request.params)
      const look = () => perform(showPeering, asker(request), id)
      const peering = await lookOrWait(parts, request, reply, id, look, { peeringOf: (seen) => seen })
      if (!isKnown(request, () => versionOf(peering))) return sendPeering(reply, peering)
      return reply.code(304).header('etag', peeringEtag(peering)).send(null)
    },
  )

  app.put(
    `${PATH}/:id`,
    {
      config: { headers: IfMatch },
      schema: describe('peerings', 'Rename or describe a peering', {
        body: UpdatePeeringRequest,
        response: { 200: withEtag(PeeringAnswer) },
      }),
    },
    async (request, reply) => {
      const { name, description, ...fixed } = request.body.peering
      for (const field of ['request_vpc_info', 'accept_vpc_info', 'status'] as const) {
        if (fixed[field] !== undefined) throw invalidInput(field, 'cannot be changed')
      }
      if (name === undefined && description === undefined) {
        throw invalidInput('peering', "must have a 'name' or a 'description' to change")
      }
      const change = {
        id: peeringIdOf(request.params),
        name: name === undefined ? undefined : parsePeeringName(name),
        description: description === undefined ? undefined : parseDescription(description),
      }
      return sendPeering(reply, await perform(updatePeering, changer(request), change))
    },
  )

  app.put(
    `${PATH}/:id/accept`,
    {
      config: { headers: IfMatch },
      schema: describe('peerings', 'Accept a request; for the accepter', { response: { 200: withEtag(PeeringShape) } }),
    },
    async (request, reply) =>
      sendBare(reply, await perform(acceptPeering, changer(request), peeringIdOf(request.params))),
  )

  app.put(
    `${PATH}/:id/reject`,
    {
      config: { headers: IfMatch },
      schema: describe('peerings', 'Reject a request; for the accepter', { response: { 200: withEtag(PeeringShape) } }),
    },
    async (request, reply) =>
      sendBare(reply, await perform(rejectPeering, changer(request), peeringIdOf(request.params))),
  )

  app.delete(
    `${PATH}/:id`,
    {
      config: { headers: IfMatch },
      schema: describe('peerings', 'Delete a peering, in any status', { response: { 204: withSettled(NO_BODY) } }),
    },
    async (request, reply) => {
      const deleted = await perform(deletePeering, changer(request), peeringIdOf(request.params))
      // The promise of P5: it is answered when no packet goes any more, or says that this is not known.
      if (network !== undefined) reply.header('causeway-dataplane', await network.settled(deleted))
      return reply.code(204).send(null)
    },
  )
}

const JSON_TYPE = 'application/json'

function sendPeering(reply: FastifyReply, peering: Peering): FastifyReply {
  reply.header('content-type', JSON_TYPE).header('etag', peeringEtag(peering))
  return reply.send(`{"peering":${peeringText(peering)}}`)
}

/** Accept and reject answer without the envelope that every other call has: the clients decode just this. */
function sendBare(reply: FastifyReply, peering: Peering): FastifyReply {
  return reply.header('content-type', JSON_TYPE).header('etag', peeringEtag(peering)).send(peeringText(peering))
}

function sendPeerings(
  reply: FastifyReply,
  peerings: readonly Peering[],
  links: { rel: string; href: string }[] | undefined,
): FastifyReply {
  const tail = links === undefined ? '' : `,"peerings_links":${JSON.stringify(links)}`
  return reply.header('content-type', JSON_TYPE).send(`{"peerings":[${peerings.map(peeringText).join(',')}]${tail}}`)
}

/** The filters, or undefined where one can match nothing: no error, for data sources pass on what their user wrote. */
function filterOf(query: { id?: string; name?: string; status?: string; tenant_id?: string; vpc_id?: string }) {
  const id = parsed(given(query.id), parsePeeringId)
  const projectId = parsed(given(query.tenant_id), parseProjectId)
  const vpcId = parsed(given(query.vpc_id), parseVpcId)
  const status = parsed(given(query.status), (text) => (isStatus(text) ? text : undefined))
  if (id === IMPOSSIBLE || projectId === IMPOSSIBLE || vpcId === IMPOSSIBLE || status === IMPOSSIBLE) return undefined
  return { id, projectId, vpcId, status, name: given(query.name) }
}

/** A name where an id is expected is *not found*: the CLI asks so, and then looks the name up in the list. */
export function peeringIdOf(params: unknown): PeeringId {
  const { id } = params as { id: string }
  const parsedId = parsePeeringId(id)
  if (parsedId === undefined) throw peeringNotFound(id)
  return parsedId
}
