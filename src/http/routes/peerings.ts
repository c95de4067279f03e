import type { FastifyReply } from 'fastify'
import { acceptPeering } from '../../operations/peerings/accept-peering.ts'
import { createPeering } from '../../operations/peerings/create-peering.ts'
import { deletePeering } from '../../operations/peerings/delete-peering.ts'
import { listPeerings } from '../../operations/peerings/list-peerings.ts'
import { rejectPeering } from '../../operations/peerings/reject-peering.ts'
import { showPeering } from '../../operations/peerings/show-peering.ts'
import { updatePeering } from '../../operations/peerings/update-peering.ts'
import { peeringNotFound } from '../../rules/access.ts'
import {
  type PeeringId,
  type ProjectId,
  parsePeeringId,
  parseProjectId,
  parseVpcId,
  type VpcId,
} from '../../rules/ids.ts'
import { type Peering, parseDescription, parsePeeringName } from '../../rules/peering.ts'
import { invalidInput, Refusal } from '../../rules/refusal.ts'
import { isStatus } from '../../rules/status.ts'
import {
  CreatePeeringRequest,
  PeeringAnswer,
  PeeringListAnswer,
  PeeringListQuery,
  PeeringShape,
  peeringText,
  UpdatePeeringRequest,
} from '../../wire/peerings.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { given, IMPOSSIBLE, pageLinks, pageOf, parsed } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v2.0/vpc/peerings'
type Params = { id: string }

export function peeringRoutes(app: App, { perform, publicUrl }: ServerParts): void {
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
        response: { 201: PeeringAnswer },
      }),
    },
    async (request, reply) => {
      const { name, description, request_vpc_info, accept_vpc_info } = request.body.peering
      const input = {
        name: parsePeeringName(name),
        description: parseDescription(description ?? ''),
        requestVpcId: requireVpcId(request_vpc_info.vpc_id, 'request_vpc_info.vpc_id'),
        requestProjectId: parseTenant(request_vpc_info.tenant_id, 'request_tenant_incorrect', 'Request'),
        acceptVpcId: requireVpcId(accept_vpc_info.vpc_id, 'accept_vpc_info.vpc_id'),
        acceptProjectId: parseTenant(accept_vpc_info.tenant_id, 'accept_vpc_incorrect', 'Accept'),
      }
      return sendPeering(reply.code(201), await perform(createPeering, asker(request), input))
    },
  )

  app.get<{ Params: Params }>(
    `${PATH}/:id`,
    { schema: describe('peerings', 'Show a peering', { response: { 200: PeeringAnswer } }) },
    async (request, reply) => sendPeering(reply, await perform(showPeering, asker(request), idOf(request.params))),
  )

  app.put(
    `${PATH}/:id`,
    {
      schema: describe('peerings', 'Rename or describe a peering', {
        body: UpdatePeeringRequest,
        response: { 200: PeeringAnswer },
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
        id: idOf(request.params as Params),
        name: name === undefined ? undefined : parsePeeringName(name),
        description: description === undefined ? undefined : parseDescription(description),
      }
      return sendPeering(reply, await perform(updatePeering, asker(request), change))
    },
  )

  app.put<{ Params: Params }>(
    `${PATH}/:id/accept`,
    { schema: describe('peerings', 'Accept a request; for the accepter', { response: { 200: PeeringShape } }) },
    async (request, reply) => sendBare(reply, await perform(acceptPeering, asker(request), idOf(request.params))),
  )

  app.put<{ Params: Params }>(
    `${PATH}/:id/reject`,
    { schema: describe('peerings', 'Reject a request; for the accepter', { response: { 200: PeeringShape } }) },
    async (request, reply) => sendBare(reply, await perform(rejectPeering, asker(request), idOf(request.params))),
  )

  app.delete<{ Params: Params }>(
    `${PATH}/:id`,
    { schema: describe('peerings', 'Delete a peering, in any status', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deletePeering, asker(request), idOf(request.params))
      return reply.code(204).send(null)
    },
  )
}

const JSON_TYPE = 'application/json'

function sendPeering(reply: FastifyReply, peering: Peering): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(`{"peering":${peeringText(peering)}}`)
}

/** Accept and reject answer without the envelope that every other call has: the clients decode just this. */
function sendBare(reply: FastifyReply, peering: Peering): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(peeringText(peering))
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
function idOf({ id }: Params): PeeringId {
  const parsedId = parsePeeringId(id)
  if (parsedId === undefined) throw peeringNotFound(id)
  return parsedId
}

function requireVpcId(text: string, field: string): VpcId {
  const id = parseVpcId(text)
  if (id === undefined) throw invalidInput(field, 'must be the UUID of a VPC')
  return id
}

/** Absent, null and empty all mean the caller's own project. */
function parseTenant(
  text: string | null | undefined,
  code: 'request_tenant_incorrect' | 'accept_vpc_incorrect',
  side: 'Request' | 'Accept',
): ProjectId | undefined {
  if (text === undefined || text === null || text === '') return undefined
  const id = parseProjectId(text)
  if (id === undefined)
    throw new Refusal(code, `Invalid input for operation: ${side} VPC id or tenant id is incorrect.`)
  return id
}
