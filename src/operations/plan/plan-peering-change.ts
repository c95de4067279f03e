import { authorize, mayKnow } from '../../rules/access.ts'
import type { PeeringId, VpcId } from '../../rules/ids.ts'
import { type Peering, step } from '../../rules/peering.ts'
import { type Finding, type Plan, warning } from '../../rules/plan.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { deletePeering } from '../peerings/delete-peering.ts'
import { loadPeering } from '../peerings/load-peering.ts'
import { refuseOverQuota } from '../peerings/refuse-over-quota.ts'
import { withAutomaticSides } from '../routes/automatic-changes.ts'
import { planAutomatic } from './automatic.ts'
import { dryRun, tryOut } from './dry-run.ts'
import { attempt, overlapOfBlocks, overlapOfSubnets, overlapsWithPeers } from './findings.ts'

/** What accepting this peering would meet. *Not found* for a stranger, as ever. */
export const planAcceptPeering = reading<PeeringId, Plan>('planAcceptPeering', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  const refusals = [
    ...(await attempt(() => authorize(context.caller, 'accept', peering))).findings,
    ...(await attempt(() => step(peering, 'accept', context.now))).findings,
    // How full the accepter's quota is, only the accepter may know.
    ...(mayKnow(context.caller, peering.accepter.projectId)
      ? (await attempt(() => refuseOverQuota(dryRun(tx), context, peering.accepter.projectId))).findings
      : []),
  ]
  const warnings = await overlapsOf(tx, context, peering)
  // Who is refused learns nothing of what the other side consists of.
  if (refusals.length > 0) return { findings: [...refusals, ...warnings], removes: [], status: undefined }
  const as = withAutomaticSides(tx, peering, await tx.automaticSides(id))
  const automatic = await planAutomatic(tx, as, context, endsOf(peering))
  return { findings: [...warnings, ...automatic.findings], removes: automatic.removes, status: 'ACTIVE' }
})

/** What holds this peering; or what deleting it would take along: of the routes by it, the caller is shown its own. */
export const planDeletePeering = reading<PeeringId, Plan>('planDeletePeering', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  const { findings } = await attempt(() => tryOut(tx, context, deletePeering, id))
  if (findings.length > 0) return { findings, removes: [], status: undefined }
  const own = (await tx.routesVia(id)).filter(({ projectId }) => mayKnow(context.caller, projectId))
  const message = `Deleting the peering removes ${own.length} of your routes, and those of the other side.`
  const removes = own.map(({ id: route }) => ({ type: 'route' as const, id: route }))
  const as: ReadTransaction = {
    ...withAutomaticSides(tx, peering, []),
    routesOfTable: async (table) => (await tx.routesOfTable(table)).filter(({ nexthop }) => nexthop !== id),
  }
  const automatic = await planAutomatic(tx, as, context, endsOf(peering))
  return {
    findings: [...(own.length === 0 ? [] : [warning('routes_removed', message, removes)]), ...automatic.findings],
    removes: [{ type: 'peering', id }, ...removes, ...automatic.removes],
    status: 'DELETED',
  }
})

function endsOf({ requester, accepter }: Peering): readonly VpcId[] {
  return [requester.vpcId, accepter.vpcId]
}

/** From the side that the caller may know; an admin sees from the requester's. */
async function overlapsOf(
  tx: ReadTransaction,
  context: Context,
  { id, requester, accepter }: Peering,
): Promise<readonly Finding[]> {
  const [near, far] = mayKnow(context.caller, requester.projectId) ? [requester, accepter] : [accepter, requester]
  const [own, other] = [await tx.vpc(near.vpcId), await tx.vpc(far.vpcId)]
  // Of a peering that is over, a VPC may have gone.
  if (own === undefined || other === undefined) return []
  return [
    ...overlapOfBlocks(own, other, false),
    ...(await overlapOfSubnets(tx, own, other)),
    ...(await overlapsWithPeers(tx, context, own, other, id)),
  ]
}
