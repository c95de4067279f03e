/** The routes of the VPCs' default tables, v2.0. */
import { createRoute } from '../../operations/routes/create-route.ts'
import { deleteRoute } from '../../operations/routes/delete-route.ts'
import { listRoutes, type RouteFilter } from '../../operations/routes/list-routes.ts'
import { showRoute } from '../../operations/routes/show-route.ts'
import { destinationOf, parseDestination } from '../../rules/destination.ts'
import { parsePeeringId, parseProjectId, parseRouteId, parseVpcId, type RouteId } from '../../rules/ids.ts'
import { nextHopUnknown, parseRouteType, routeNotFound } from '../../rules/route.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import { CreateRouteRequest, RouteAnswer, RouteListAnswer, RouteListQuery, spellRoute } from '../../wire/routes.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { given, IMPOSSIBLE, pageLinks, pageOf, parsed } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v2.0/vpc/routes'
type Params = { id: string }

export function routeRoutes(app: App, { perform, publicUrl }: ServerParts): void {
  app.get(
    PATH,
    {
      schema: describe('routes', 'List the routes of default tables', {
        querystring: RouteListQuery,
        response: { 200: RouteListAnswer },
      }),
    },
    async (request) => {
      const { query } = request
      const page = pageOf(query, parseRouteId)
      const result = await perform(listRoutes, asker(request), { filter: filterOf(query), page })
      const links = pageLinks(`${baseOf(request, publicUrl)}${request.url}`, result)
      return { routes: result.items.map(spellRoute), ...(links && { routes_links: links }) }
    },
  )

  app.post(
    PATH,
    {
      schema: describe('routes', "Create a route in a VPC's default table", {
        body: CreateRouteRequest,
        response: { 201: RouteAnswer },
      }),
    },
    async (request, reply) => {
      const { route } = request.body
      parseRouteType(route.type)
      const destination = parseDestination(route.destination)
      const vpcId = parseVpcId(route.vpc_id)
      if (vpcId === undefined) throw vpcNotFound(route.vpc_id)
      const nexthop = parsePeeringId(route.nexthop)
      if (nexthop === undefined) throw nextHopUnknown('routes', route.nexthop)
      const made = await perform(createRoute, asker(request), { vpcId, destination, nexthop })
      reply.code(201)
      return { route: spellRoute(made) }
    },
  )

  app.get<{ Params: Params }>(
    `${PATH}/:id`,
    { schema: describe('routes', 'Show a route', { response: { 200: RouteAnswer } }) },
    async (request) => ({ route: spellRoute(await perform(showRoute, asker(request), idOf(request.params))) }),
  )

  app.delete<{ Params: Params }>(
    `${PATH}/:id`,
    { schema: describe('routes', 'Delete a route', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deleteRoute, asker(request), idOf(request.params))
      return reply.code(204).send(null)
    },
  )
}

interface Filters {
  readonly id?: string
  readonly vpc_id?: string
  readonly tenant_id?: string
  readonly destination?: string
  readonly type?: string
}

/** The filters, or undefined where one can match nothing. */
function filterOf(query: Filters): RouteFilter | undefined {
  const id = parsed(given(query.id), parseRouteId)
  const vpcId = parsed(given(query.vpc_id), parseVpcId)
  const projectId = parsed(given(query.tenant_id), parseProjectId)
  const destination = parsed(given(query.destination), spelledDestination)
  const type = given(query.type) ?? 'peering'
  if (id === IMPOSSIBLE || vpcId === IMPOSSIBLE || projectId === IMPOSSIBLE) return undefined
  if (destination === IMPOSSIBLE || type !== 'peering') return undefined
  return { id, vpcId, projectId, destination }
}

function spelledDestination(text: string): string | undefined {
  const destination = destinationOf(text)
  return 'problem' in destination ? undefined : destination.spelled
}

function idOf({ id }: Params): RouteId {
  const routeId = parseRouteId(id)
  if (routeId === undefined) throw routeNotFound(id)
  return routeId
}
