import { type Caller, mayKnow } from '../../rules/access.ts'
import { blocksToReach, type LeftOut } from '../../rules/automatic-routes.ts'
import { localDestinations } from '../../rules/destination.ts'
import type { PeeringId, RouteTableId } from '../../rules/ids.ts'
import type { Peering, Side } from '../../rules/peering.ts'
import type { SideName } from '../../rules/protection.ts'
import type { Route } from '../../rules/route.ts'
import { isRouted, type ReportedRoute, reportRoute, type SideFacts } from '../../rules/route-report.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading } from '../operation.ts'
import { loadPeering } from '../peerings/load-peering.ts'
import { automaticChanges } from './automatic-changes.ts'

export interface SideReport {
  readonly side: Side
  /** Whether one of its routes leads to a subnet of the other side. */
  readonly routed: boolean
  /** Undefined: not the caller's to know. */
  readonly known: KnownSide | undefined
}

interface KnownSide {
  readonly routes: readonly ReportedRoute[]
  /** Whether it asks for automatic routes; and blocks of the other side that have none all the same. */
  readonly autoRoutes: boolean
  readonly leftOut: readonly LeftOut[]
}

export interface RouteReport {
  readonly peering: Peering
  readonly requester: SideReport
  readonly accepter: SideReport
}

/** The routes of both sides; of the other side a tenant is told only whether there is a way. */
export const reportRoutes = reading<PeeringId, RouteReport>('reportRoutes', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  const all = await tx.routesVia(id)
  const requester = await factsOf(tx, peering.requester, all)
  const accepter = await factsOf(tx, peering.accepter, all)
  return {
    peering,
    requester: await reportSide(tx, context.caller, peering, 'requester', requester, accepter),
    accepter: await reportSide(tx, context.caller, peering, 'accepter', accepter, requester),
  }
})

/** `via`: the routes of both sides through the peering. */
export async function factsOf(tx: ReadTransaction, { vpcId }: Side, via: readonly Route[]): Promise<SideFacts> {
  const vpc = await tx.vpc(vpcId)
  const subnets = await tx.subnetsOfVpc(vpcId)
  const v6 = subnets.flatMap((subnet) => subnet.v6?.cidr ?? [])
  return {
    blocks: vpc === undefined ? v6 : blocksToReach(vpc, subnets),
    subnets: [...subnets.map(({ cidr }) => cidr), ...v6],
    routes: via.filter((route) => route.vpcId === vpcId),
  }
}

async function reportSide(
  tx: ReadTransaction,
  caller: Caller,
  peering: Peering,
  name: SideName,
  near: SideFacts,
  far: SideFacts,
): Promise<SideReport> {
  const side = peering[name]
  const routed = isRouted(near, far)
  if (!mayKnow(caller, side.projectId)) return { side, routed, known: undefined }
  const locals = localDestinations(await tx.subnetsOfVpc(side.vpcId))
  // Each table once, however many of its routes are reported.
  const tables = new Map<RouteTableId, readonly Route[]>()
  for (const { tableId } of near.routes) {
    if (!tables.has(tableId)) tables.set(tableId, await tx.routesOfTable(tableId))
  }
  const routes = near.routes.map((route) =>
    reportRoute(route, near, far, { locals, routes: tables.get(route.tableId) ?? [] }),
  )
  const autoRoutes = (await tx.automaticSides(peering.id)).includes(name)
  const changes = autoRoutes ? await automaticChanges(tx, side.vpcId) : undefined
  const leftOut = changes?.leftOut.filter(({ nexthop }) => nexthop === peering.id) ?? []
  return { side, routed, known: { routes, autoRoutes, leftOut } }
}
