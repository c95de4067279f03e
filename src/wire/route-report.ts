/** Ours: what the routes of both sides of a peering come to, under `/causeway/v1`. */
import { LEFT_OUT_REASONS, type LeftOut } from '../rules/automatic-routes.ts'
import type { Side } from '../rules/peering.ts'
import { type ReportedRoute, ROUTE_STATES } from '../rules/route-report.ts'
import { STATUSES } from '../rules/status.ts'
import { type Static, Type } from './schema.ts'

const SideShape = Type.Object({
  vpc_id: Type.String({ format: 'uuid' }),
  tenant_id: Type.String({ description: 'The project.' }),
  routed: Type.Boolean({ description: 'Whether one of its routes leads to a subnet of the other side.' }),
  routes: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String({ format: 'uuid' }),
        routetable_id: Type.String({ format: 'uuid' }),
        destination: Type.String(),
        state: Type.Enum([...ROUTE_STATES]),
        automatic: Type.Boolean({ description: 'Whether the service keeps it, by `auto_routes`.' }),
        shadowed_by: Type.Optional(Type.String({ description: 'The more specific destination in the same table.' })),
      }),
      { description: "Absent: the other tenant's, and not the caller's to know." },
    ),
  ),
  auto_routes: Type.Union([Type.Boolean(), Type.Null()], {
    description: "Whether the side asks for automatic routes; null: not the caller's to know.",
  }),
  left_out: Type.Optional(
    Type.Array(Type.Object({ destination: Type.String(), reason: Type.Enum([...LEFT_OUT_REASONS]) }), {
      description: 'Blocks of the other side that have no automatic route though the side asks for them.',
    }),
  ),
})

export const RouteReportAnswer = Type.Object({
  peering_routes: Type.Object({
    peering_id: Type.String({ format: 'uuid' }),
    status: Type.Enum([...STATUSES]),
    requester: SideShape,
    accepter: SideShape,
  }),
})

interface SideReport {
  readonly side: Side
  readonly routed: boolean
  readonly known: KnownSide | undefined
}

interface KnownSide {
  readonly routes: readonly ReportedRoute[]
  readonly autoRoutes: boolean
  readonly leftOut: readonly LeftOut[]
}

export function spellRouteReport(
  peering: { readonly id: string; readonly status: (typeof STATUSES)[number] },
  requester: SideReport,
  accepter: SideReport,
): Static<typeof RouteReportAnswer> {
  return {
    peering_routes: {
      ...{ peering_id: peering.id, status: peering.status },
      ...{ requester: spellSide(requester), accepter: spellSide(accepter) },
    },
  }
}

function spellSide({ side, routed, known }: SideReport): Static<typeof SideShape> {
  return {
    ...{ vpc_id: side.vpcId, tenant_id: side.projectId, routed, auto_routes: known?.autoRoutes ?? null },
    ...(known && {
      routes: known.routes.map(spellRoute),
      left_out: known.leftOut.map(({ destination, reason }) => ({ destination, reason })),
    }),
  }
}

function spellRoute({ route, state, shadowedBy }: ReportedRoute) {
  return {
    ...{ id: route.id, routetable_id: route.tableId, destination: route.destination, state },
    automatic: route.automatic,
    ...(shadowedBy !== undefined && { shadowed_by: shadowedBy }),
  }
}
