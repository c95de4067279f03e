import { actingProject } from '../../rules/access.ts'
import { type Finding, type Plan, warning } from '../../rules/plan.ts'
import { firstStatus } from '../../rules/status.ts'
import { overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { loadVpcs, type NewSides, refuseOverlap, refuseSecond } from '../peerings/create-peering.ts'
import { refuseOverQuota } from '../peerings/refuse-over-quota.ts'
import { dryRun } from './dry-run.ts'
import { attempt, mayKnow, overlapOfSubnets, overlapsWithPeers } from './findings.ts'

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
  const overlap = policy.strictCidr ? undefined : overlapOf(requestVpc, acceptVpc)
  // The far block is the caller's too, or else only the near one is told.
  const far = overlap && mayKnow(caller, acceptVpc.projectId) ? ` (${overlap[1]})` : ''
  return [
    ...(overlap
      ? [
          warning('cidr_overlap', `The CIDR block ${overlap[0]} overlaps one of the other VPC${far}.`, [
            { type: 'vpc', id: requestVpc.id },
          ]),
        ]
      : []),
    ...(await overlapOfSubnets(tx, requestVpc, acceptVpc)),
    ...(await overlapsWithPeers(tx, context, requestVpc, acceptVpc)),
    ...(mayKnow(caller, acceptVpc.projectId) ? await overlapsWithPeers(tx, context, acceptVpc, requestVpc) : []),
  ]
}
