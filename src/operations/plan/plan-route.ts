import { refuseAutomatic } from '../../rules/automatic-routes.ts'
import { isWithin, localDestinations } from '../../rules/destination.ts'
import type { PeeringId, RouteId } from '../../rules/ids.ts'
import { type Finding, type Plan, ROUTE_WARNINGS, warning } from '../../rules/plan.ts'
import type { Route } from '../../rules/route.ts'
import { isRouted, reportRoute, type SideFacts } from '../../rules/route-report.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading } from '../operation.ts'
import { createRoute, type NewRoute } from '../routes/create-route.ts'
import { loadRoute } from '../routes/load-route.ts'
import { factsOf } from '../routes/report-routes.ts'
import { planAutomatic } from './automatic.ts'
import { tryOut } from './dry-run.ts'
import { attempt } from './findings.ts'

/** What a route would meet, and what it would come to. */
export const planCreateRoute = reading<NewRoute, Plan>('planCreateRoute', async (tx, context, input) => {
  const made = await attempt(() => tryOut(tx, context, createRoute, input))
  const warnings = 'value' in made ? await warningsOf(tx, made.value) : []
  return { findings: [...made.findings, ...warnings], removes: [], status: undefined }
})

/** Whether the other side's routes would lose their way back. */
export const planDeleteRoute = reading<RouteId, Plan>('planDeleteRoute', async (tx, context, id) => {
  const route = await loadRoute(tx, context, id)
  const { findings: refusals } = await attempt(() => refuseAutomatic(route))
  if (refusals.length > 0) return { findings: refusals, removes: [], status: undefined }
  const { near, far } = await bothSides(tx, route.vpcId, route.nexthop)
  const without = { ...near, routes: near.routes.filter((each) => each.id !== id) }
  const loses = isRouted(near, far) && !isRouted(without, far) && isRouted(far, near)
  const message = 'The routes of the other side would have no way back.'
  const findings = loses ? [warning('route_missing_return', message, [{ type: 'peering', id: route.nexthop }])] : []
  const as: ReadTransaction = {
    ...tx,
    routesOfTable: async (table) => (await tx.routesOfTable(table)).filter((each) => each.id !== id),
  }
  const automatic = await planAutomatic(tx, as, context, [route.vpcId])
  return {
    findings: [...findings, ...automatic.findings],
    removes: [{ type: 'route', id }, ...automatic.removes],
    status: undefined,
  }
})

/** `added` is a route as it would be. */
async function warningsOf(tx: ReadTransaction, added: Route): Promise<readonly Finding[]> {
  const { near, far } = await bothSides(tx, added.vpcId, added.nexthop)
  const routes = await tx.routesOfTable(added.tableId)
  const locals = localDestinations(await tx.subnetsOfVpc(added.vpcId))
  const { state, shadowedBy } = reportRoute(added, near, far, { locals, routes })
  const peering = { type: 'peering' as const, id: added.nexthop }
  const shadowed = routes.filter(
    ({ destination, nexthop }) => nexthop !== added.nexthop && isWithin(added.destination, destination),
  )
  return [
    ...(state === 'present'
      ? []
      : [warning(`route_${state}`, `${ROUTE_WARNINGS[state]}${shadowedBy ? ` (${shadowedBy})` : ''}.`, [peering])]),
    ...shadowed.map(({ id, destination }) =>
      warning('route_shadows', `It would take packets from the route to ${destination}.`, [{ type: 'route', id }]),
    ),
  ]
}

async function bothSides(
  tx: ReadTransaction,
  vpcId: Route['vpcId'],
  id: PeeringId,
): Promise<{ readonly near: SideFacts; readonly far: SideFacts }> {
  const peering = await tx.peering(id)
  if (peering === undefined) throw new Error(`a route leads through peering ${id}, which is not there`)
  const via = await tx.routesVia(id)
  const [near, far] =
    peering.requester.vpcId === vpcId ? [peering.requester, peering.accepter] : [peering.accepter, peering.requester]
  return { near: await factsOf(tx, near, via), far: await factsOf(tx, far, via) }
}
