/** The published shapes of `/v1/{project_id}/routetables`. */
import type { SubnetId } from '../rules/ids.ts'
import {
  MAX_MOVED_SUBNETS,
  MAX_ROUTES_IN_CREATE,
  MAX_ROUTES_IN_UPDATE,
  type Route,
  type RouteTable,
} from '../rules/route.ts'
import { DestinationRequest, MAX_ID, NextHopRequest } from './routes.ts'
import { type Static, Type } from './schema.ts'
import { spellTime } from './time.ts'

const EntryShape = Type.Object({
  type: Type.Union([Type.Literal('local'), Type.Literal('peering')]),
  destination: Type.String({ description: 'IPv4 or IPv6 block.' }),
  nexthop: Type.String({ description: "The peering; '-' of a local route." }),
  description: Type.String({ maxLength: 255 }),
})

export const RouteTableShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ maxLength: 64 }),
  default: Type.Boolean({ description: 'Whether it is the one that came with the VPC.' }),
  description: Type.String({ maxLength: 255 }),
  vpc_id: Type.String({ format: 'uuid' }),
  routes: Type.Array(EntryShape, { description: 'The local routes, then the others in the order of their making.' }),
  subnets: Type.Array(Type.Object({ id: Type.String({ format: 'uuid' }) })),
  tenant_id: Type.String({ description: 'The project.' }),
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
})

export const RouteTableAnswer = Type.Object({ routetable: RouteTableShape })
export const RouteTableListAnswer = Type.Object({ routetables: Type.Array(RouteTableShape) })

const EntryRequest = Type.Object({
  type: Type.String({ description: '`peering`.' }),
  destination: DestinationRequest,
  nexthop: NextHopRequest,
  description: Type.Optional(Type.String({ description: 'Up to 255, no `<` or `>`.' })),
})
export type WireEntryRequest = Static<typeof EntryRequest>

export const CreateRouteTableRequest = Type.Object({
  routetable: Type.Object({
    vpc_id: Type.String({ maxLength: MAX_ID, description: 'UUID of the VPC.' }),
    name: Type.Optional(Type.String({ description: 'Up to 64 characters.' })),
    description: Type.Optional(Type.String({ description: 'Up to 255, no `<` or `>`.' })),
    routes: Type.Optional(Type.Array(EntryRequest, { maxItems: MAX_ROUTES_IN_CREATE })),
  }),
})

/** The clients send a route that they delete in whole, or only its destination. */
const EntryKey = Type.Object({ destination: DestinationRequest })

export const UpdateRouteTableRequest = Type.Object({
  routetable: Type.Object({
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String({ description: '`""` clears it.' })),
    routes: Type.Optional(
      Type.Object({
        del: Type.Optional(Type.Array(EntryKey, { maxItems: MAX_ROUTES_IN_UPDATE, description: 'Done first.' })),
        mod: Type.Optional(
          Type.Array(EntryRequest, { maxItems: MAX_ROUTES_IN_UPDATE, description: 'The destination is the key.' }),
        ),
        add: Type.Optional(Type.Array(EntryRequest, { maxItems: MAX_ROUTES_IN_UPDATE, description: 'Done last.' })),
      }),
    ),
  }),
})

const SubnetIds = Type.Array(Type.String(), { maxItems: MAX_MOVED_SUBNETS })

export const MoveSubnetsRequest = Type.Object({
  routetable: Type.Object({
    subnets: Type.Object({
      associate: Type.Optional(SubnetIds),
      disassociate: Type.Optional(SubnetIds),
    }),
  }),
})

export const RouteTableListQuery = Type.Object({
  id: Type.Optional(Type.String()),
  vpc_id: Type.Optional(Type.String()),
  subnet_id: Type.Optional(Type.String({ description: 'The table that this subnet is routed by.' })),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
})

interface Contents {
  readonly table: RouteTable
  /** Destinations of the local routes. */
  readonly locals: readonly string[]
  readonly routes: readonly Route[]
  readonly subnets: readonly SubnetId[]
}

export function spellRouteTable({ table, locals, routes, subnets }: Contents): Static<typeof RouteTableShape> {
  return {
    id: table.id,
    name: table.name,
    default: table.isDefault,
    description: table.description,
    vpc_id: table.vpcId,
    routes: [
      ...locals.map((destination) => ({ type: 'local' as const, destination, nexthop: '-', description: '' })),
      ...routes.map(({ type, destination, nexthop, description }) => ({ type, destination, nexthop, description })),
    ],
    subnets: subnets.map((id) => ({ id })),
    tenant_id: table.projectId,
    created_at: spellTime(table.createdAt),
    updated_at: spellTime(table.updatedAt),
  }
}
