import { actingProject, mayKnow } from '../../rules/access.ts'
import type { Finding, Plan } from '../../rules/plan.ts'
import { firstStatus } from '../../rules/status.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { loadVpcs, type NewSides, refuseOverlap, refuseSecond } from '../peerings/create-peering.ts'
import { refuseOverQuota } from '../peerings/refuse-over-quota.ts'
import { dryRun } from './dry-run.ts'
import { attempt, overlapOfBlocks, overlapOfSubnets, overlapsWithPeers } from './findings.ts'

/** What a create of this peering would meet. Who may not ask for it learns no more than the create would tell. */
export const planCreatePeering = reading<NewSides, Plan>('planCreatePeering', async (tx, context, sides) => {
  // A token without a project is told so by the call, and not by a plan.
  actingProject(context.caller)
  const loaded = await attempt(() => loadVpcs(tx, context, sides))
  if (!('value' in loaded)) return { findings: loaded.findings, removes: [], status: undefined }
  const { requestVpc, acceptVpc } = loaded.value
  const dry = dryRun(tx)
  const refusals = [
    ...(await attempt(() => refuseSecond(dry, context, requestVpc, acceptVpc))).findings,
    ...(await attempt(() => refuseOverlap(context, requestVpc, acceptVpc))).findings,
    ...(await attempt(() => refuseOverQuota(dry, context, requestVpc.projectId))).findings,
  ]
  const warnings = await warningsOf(tx, context, requestVpc, acceptVpc)
  const status = firstStatus(requestVpc.projectId === acceptVpc.projectId)
  return { findings: [...refusals, ...warnings], removes: [], status: refusals.length === 0 ? status : undefined }
})

async function warningsOf(
  tx: ReadTransaction,
  context: Context,
  requestVpc: Vpc,
  acceptVpc: Vpc,
): Promise<readonly Finding[]> {
  const { caller, policy } = context
  const isFarKnown = mayKnow(caller, acceptVpc.projectId)
  return [
    // In strict mode it is a refusal already.
    ...(policy.strictCidr ? [] : overlapOfBlocks(requestVpc, acceptVpc, isFarKnown)),
    ...(await overlapOfSubnets(tx, requestVpc, acceptVpc)),
    ...(await overlapsWithPeers(tx, context, requestVpc, acceptVpc)),
    ...(isFarKnown ? await overlapsWithPeers(tx, context, acceptVpc, requestVpc) : []),
  ]
}
