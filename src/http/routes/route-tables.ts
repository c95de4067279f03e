/** The route tables of VPCs, v1. */
import { createRouteTable } from '../../operations/route-tables/create-route-table.ts'
import { deleteRouteTable } from '../../operations/route-tables/delete-route-table.ts'
import { listRouteTables, type RouteTableFilter } from '../../operations/route-tables/list-route-tables.ts'
import { moveSubnets } from '../../operations/route-tables/move-subnets.ts'
import { showRouteTable } from '../../operations/route-tables/show-route-table.ts'
import { updateRouteTable } from '../../operations/route-tables/update-route-table.ts'
import { parseDestination } from '../../rules/destination.ts'
import {
  parsePeeringId,
  parseRouteTableId,
  parseSubnetId,
  parseVpcId,
  type RouteTableId,
  type SubnetId,
} from '../../rules/ids.ts'
import { parseDescription } from '../../rules/peering.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { nextHopUnknown, parseRouteType, parseTableName, routeTableNotFound } from '../../rules/route.ts'
import type { RouteDraft } from '../../rules/route-changes.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import {
  CreateRouteTableRequest,
  MoveSubnetsRequest,
  RouteTableAnswer,
  RouteTableListAnswer,
  RouteTableListQuery,
  spellRouteTable,
  UpdateRouteTableRequest,
  type WireEntryRequest,
} from '../../wire/route-tables.ts'
import type { App, ServerParts } from '../app.ts'
import { forwardPageOf, given, IMPOSSIBLE, parsed } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v1/:project_id/routetables'

export function routeTableRoutes(app: App, parts: ServerParts): void {
  listAndCreate(app, parts)
  oneTable(app, parts)
}

function listAndCreate(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    {
      schema: describe('route tables', 'List route tables', {
        querystring: RouteTableListQuery,
        response: { 200: RouteTableListAnswer },
      }),
    },
    async (request) => {
      const { query } = request
      const page = forwardPageOf(query, parseRouteTableId)
      const tables = await perform(listRouteTables, asker(request), { filter: filterOf(query), page })
      return { routetables: tables.map(spellRouteTable) }
    },
  )

  app.post(
    PATH,
    {
      schema: describe('route tables', 'Create a route table', {
        body: CreateRouteTableRequest,
        response: { 200: RouteTableAnswer },
      }),
    },
    async (request) => {
      const { vpc_id, name, description, routes } = request.body.routetable
      const vpcId = parseVpcId(vpc_id)
      if (vpcId === undefined) throw vpcNotFound(vpc_id)
      const input = {
        vpcId,
        name: parseTableName(name ?? ''),
        description: parseDescription(description ?? ''),
        routes: (routes ?? []).map(parseEntry),
      }
      return { routetable: spellRouteTable(await perform(createRouteTable, asker(request), input)) }
    },
  )
}

function oneTable(app: App, { perform }: ServerParts): void {
  const one = `${PATH}/:routetable_id`
  app.get(
    one,
    { schema: describe('route tables', 'Show a route table', { response: { 200: RouteTableAnswer } }) },
    async (request) => {
      const table = await perform(showRouteTable, asker(request), idOf(request.params))
      return { routetable: spellRouteTable(table) }
    },
  )

  app.put(
    one,
    {
      schema: describe('route tables', 'Rename or describe a route table, and change its routes', {
        body: UpdateRouteTableRequest,
        response: { 200: RouteTableAnswer },
      }),
    },
    async (request) => {
      const { name, description, routes } = request.body.routetable
      if (name === undefined && description === undefined && routes === undefined) {
        throw invalidInput('routetable', "must have a 'name', a 'description' or 'routes' to change")
      }
      const change = {
        id: idOf(request.params),
        name: name === undefined ? undefined : parseTableName(name),
        description: description === undefined ? undefined : parseDescription(description),
        routes: {
          del: (routes?.del ?? []).map(({ destination }) => parseDestination(destination)),
          mod: (routes?.mod ?? []).map(parseEntry),
          add: (routes?.add ?? []).map(parseEntry),
        },
      }
      return { routetable: spellRouteTable(await perform(updateRouteTable, asker(request), change)) }
    },
  )

  app.delete(
    one,
    {
      schema: describe('route tables', 'Delete a route table that routes no subnet, with its routes', {
        response: { 204: NO_BODY },
      }),
    },
    async (request, reply) => {
      await perform(deleteRouteTable, asker(request), idOf(request.params))
      return reply.code(204).send(null)
    },
  )

  app.post(
    `${one}/action`,
    {
      schema: describe('route tables', 'Associate subnets with a route table, or disassociate them', {
        body: MoveSubnetsRequest,
        response: { 200: RouteTableAnswer },
      }),
    },
    async (request) => {
      const { associate = [], disassociate = [] } = request.body.routetable.subnets
      if (associate.length + disassociate.length === 0) {
        throw invalidInput('routetable.subnets', "must name subnets to 'associate' or to 'disassociate'")
      }
      const moves = {
        id: idOf(request.params),
        associate: associate.map(parseMovedSubnet),
        disassociate: disassociate.map(parseMovedSubnet),
      }
      return { routetable: spellRouteTable(await perform(moveSubnets, asker(request), moves)) }
    },
  )
}

function parseEntry({ type, destination, nexthop, description }: WireEntryRequest): RouteDraft {
  parseRouteType(type)
  const peering = parsePeeringId(nexthop)
  if (peering === undefined) throw nextHopUnknown('tables', nexthop)
  return {
    destination: parseDestination(destination),
    nexthop: peering,
    description: description === undefined ? undefined : parseDescription(description),
  }
}

function parseMovedSubnet(text: string): SubnetId {
  const id = parseSubnetId(text)
  if (id === undefined) throw invalidInput('routetable.subnets', 'must be the UUIDs of subnets')
  return id
}

/** The filters, or undefined where one can match nothing. */
function filterOf(query: { id?: string; vpc_id?: string; subnet_id?: string }): RouteTableFilter | undefined {
  const id = parsed(given(query.id), parseRouteTableId)
  const vpcId = parsed(given(query.vpc_id), parseVpcId)
  const subnetId = parsed(given(query.subnet_id), parseSubnetId)
  if (id === IMPOSSIBLE || vpcId === IMPOSSIBLE || subnetId === IMPOSSIBLE) return undefined
  return { id, vpcId, subnetId }
}

function idOf(params: unknown): RouteTableId {
  const text = (params as { routetable_id: string }).routetable_id
  const id = parseRouteTableId(text)
  if (id === undefined) throw routeTableNotFound(text)
  return id
}
