import type { Caller } from '../../rules/access.ts'
import { localDestinations } from '../../rules/destination.ts'
import type { PeeringId, RouteTableId } from '../../rules/ids.ts'
import type { Peering, Side } from '../../rules/peering.ts'
import type { Route } from '../../rules/route.ts'
import { isRouted, type ReportedRoute, reportRoute, type SideFacts } from '../../rules/route-report.ts'
import { blocksOf } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading } from '../operation.ts'
import { loadPeering } from '../peerings/load-peering.ts'

export interface SideReport {
  readonly side: Side
  /** Whether one of its routes leads to a subnet of the other side. */
  readonly routed: boolean
  /** Undefined: not the caller's to know. */
  readonly routes: readonly ReportedRoute[] | undefined
}

export interface RouteReport {
  readonly peering: Peering
  readonly requester: SideReport
  readonly accepter: SideReport
}

/** The routes of both sides; of the other side a tenant is told only whether there is a way. */
export const reportRoutes = reading<PeeringId, RouteReport>('reportRoutes', async (tx, { caller, ...rest }, id) => {
  const peering = await loadPeering(tx, { caller, ...rest }, id)
  const all = await tx.routesVia(id)
  const requester = await factsOf(tx, peering.requester, all)
  const accepter = await factsOf(tx, peering.accepter, all)
  return {
    peering,
    requester: await reportSide(tx, caller, peering.requester, requester, accepter),
    accepter: await reportSide(tx, caller, peering.accepter, accepter, requester),
  }
})

/** `via`: the routes of both sides through the peering. */
export async function factsOf(tx: ReadTransaction, { vpcId }: Side, via: readonly Route[]): Promise<SideFacts> {
  const vpc = await tx.vpc(vpcId)
  const subnets = await tx.subnetsOfVpc(vpcId)
  const v6 = subnets.flatMap((subnet) => subnet.v6?.cidr ?? [])
  return {
    blocks: [...(vpc === undefined ? [] : blocksOf(vpc)), ...v6],
    subnets: [...subnets.map(({ cidr }) => cidr), ...v6],
    routes: via.filter((route) => route.vpcId === vpcId),
  }
}

async function reportSide(
  tx: ReadTransaction,
  caller: Caller,
  side: Side,
  near: SideFacts,
  far: SideFacts,
): Promise<SideReport> {
  const routed = isRouted(near, far)
  if (!caller.admin && caller.projectId !== side.projectId) return { side, routed, routes: undefined }
  const locals = localDestinations(await tx.subnetsOfVpc(side.vpcId))
  // Each table once, however many of its routes are reported.
  const tables = new Map<RouteTableId, readonly Route[]>()
  for (const { tableId } of near.routes) {
    if (!tables.has(tableId)) tables.set(tableId, await tx.routesOfTable(tableId))
  }
  const routes = near.routes.map((route) =>
    reportRoute(route, near, far, { locals, routes: tables.get(route.tableId) ?? [] }),
  )
  return { side, routed, routes }
}
