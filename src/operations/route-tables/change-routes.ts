/** The one way in which routes come, change and go at somebody's call, for both views. */
import { localDestinations } from '../../rules/destination.ts'
import type { PeeringId, RouteId, VpcId } from '../../rules/ids.ts'
import { asOf } from '../../rules/peering.ts'
import { checkNextHop, type Route, type RouteTable, type RouteView } from '../../rules/route.ts'
import { planRoutes, type RouteChanges } from '../../rules/route-changes.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import type { Context } from '../operation.ts'

/**
 * Checks everything before it writes anything, and gives the routes it made. `idOf` gives an id for the nth of them,
 * from 0 on. That the table has changed is the caller's to write.
 */
export async function changeRoutes(
  tx: WriteTransaction,
  context: Context,
  view: RouteView,
  table: RouteTable,
  changes: RouteChanges,
  idOf: (nth: number) => string,
): Promise<readonly Route[]> {
  const drafts = [...changes.mod, ...changes.add]
  for (const nexthop of new Set(drafts.map((draft) => draft.nexthop))) {
    await requireNextHop(tx, context, view, table.vpcId, nexthop)
  }
  const plan = planRoutes(view, await routesBefore(tx, table, changes), changes, context.now)
  const added = plan.added.map(
    ({ destination, nexthop, description = '' }, nth): Route => ({
      ...{ id: idOf(nth) as RouteId, tableId: table.id, vpcId: table.vpcId, projectId: table.projectId },
      ...{ isDefault: table.isDefault, type: 'peering', destination, nexthop, description, automatic: false },
      ...{ createdAt: context.now, updatedAt: context.now },
    }),
  )
  for (const { id } of plan.removed) await tx.deleteRoute(id)
  for (const route of plan.updated) await tx.updateRoute(route)
  for (const route of added) await tx.insertRoute(route)
  return added
}

async function requireNextHop(
  tx: WriteTransaction,
  { caller, now, policy }: Context,
  view: RouteView,
  vpcId: VpcId,
  id: PeeringId,
): Promise<void> {
  const stored = await tx.peering(id)
  checkNextHop(view, caller, vpcId, id, stored && asOf(stored, now, policy.pendingTtlMs))
}

/** Only the routes that the change names are read, so that one more costs the same however many there are. */
async function routesBefore(tx: WriteTransaction, table: RouteTable, { del, mod, add }: RouteChanges) {
  const known: Route[] = []
  const named = new Set([...del, ...[...mod, ...add].map(({ destination }) => destination)])
  for (const destination of named) {
    const route = await tx.routeTo(table.id, destination)
    if (route !== undefined) known.push(route)
  }
  const subnets = add.length > 0 ? await tx.subnetsOfVpc(table.vpcId) : []
  const limit = await limitOf(tx, table.projectId, 'routetableContainRoutes')
  return { known, count: await tx.routeCount(table.id), limit, locals: localDestinations(subnets) }
}
