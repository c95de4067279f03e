/** Ours: what the routes of both sides of a peering come to, under `/causeway/v1`. */
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
        shadowed_by: Type.Optional(Type.String({ description: 'The more specific destination in the same table.' })),
      }),
      { description: "Absent: the other tenant's, and not the caller's to know." },
    ),
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
  readonly routes: readonly ReportedRoute[] | undefined
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

function spellSide({ side, routed, routes }: SideReport): Static<typeof SideShape> {
  return {
    ...{ vpc_id: side.vpcId, tenant_id: side.projectId, routed },
    ...(routes && { routes: routes.map(spellRoute) }),
  }
}

function spellRoute({ route, state, shadowedBy }: ReportedRoute) {
  return {
    ...{ id: route.id, routetable_id: route.tableId, destination: route.destination, state },
    ...(shadowedBy !== undefined && { shadowed_by: shadowedBy }),
  }
}
