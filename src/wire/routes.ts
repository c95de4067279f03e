/** The published shapes of `/v2.0/vpc/routes`. */
import type { Route } from '../rules/route.ts'
import { type Static, Type } from './schema.ts'

export const RouteShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  type: Type.Literal('peering'),
  nexthop: Type.String({ format: 'uuid', description: 'The peering.' }),
  destination: Type.String({ description: 'IPv4 or IPv6 block.' }),
  vpc_id: Type.String({ format: 'uuid' }),
  tenant_id: Type.String({ description: 'The project.' }),
})

export const RouteAnswer = Type.Object({ route: RouteShape })

export const RouteListAnswer = Type.Object({
  routes: Type.Array(RouteShape),
  routes_links: Type.Optional(
    Type.Array(
      Type.Object({
        rel: Type.Union([Type.Literal('next'), Type.Literal('previous')]),
        href: Type.String({ description: 'Absolute; repeats every other query parameter.' }),
      }),
    ),
  ),
})

/** Characters of an id as it is sent: room for a name, which is *not found* then; a refusal repeats it. */
export const MAX_ID = 255
/** Characters of the longest IPv6 block, in its longest spelling. */
const MAX_DESTINATION = 49

export const DestinationRequest = Type.String({
  maxLength: MAX_DESTINATION,
  description: 'IPv4 or IPv6 block, without host bits.',
})
export const NextHopRequest = Type.String({
  maxLength: MAX_ID,
  description: 'UUID of a peering that is ACTIVE and has the VPC as one of its ends.',
})

export const CreateRouteRequest = Type.Object({
  route: Type.Object({
    type: Type.String({ description: '`peering`.' }),
    nexthop: NextHopRequest,
    destination: DestinationRequest,
    vpc_id: Type.String({ maxLength: MAX_ID, description: 'UUID of the VPC, whose default table takes the route.' }),
  }),
})

export const RouteListQuery = Type.Object({
  id: Type.Optional(Type.String()),
  vpc_id: Type.Optional(Type.String()),
  tenant_id: Type.Optional(Type.String()),
  destination: Type.Optional(Type.String({ description: 'In any spelling.' })),
  type: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String({ description: '0 to 2000; more is read as 2000, the default.' })),
  marker: Type.Optional(Type.String({ description: 'The last id already seen; the page starts after it.' })),
  page_reverse: Type.Optional(Type.String({ description: '`True`: the page before the marker.' })),
})

export function spellRoute(route: Route): Static<typeof RouteShape> {
  return {
    id: route.id,
    type: route.type,
    nexthop: route.nexthop,
    destination: route.destination,
    vpc_id: route.vpcId,
    tenant_id: route.projectId,
  }
}
