/** What a change would do to automatic routes, as far as the caller may know of the VPCs that have them. */
import { mayKnow } from '../../rules/access.ts'
import type { AutomaticChanges } from '../../rules/automatic-routes.ts'
import type { VpcId } from '../../rules/ids.ts'
import { type Concerned, type Finding, warning } from '../../rules/plan.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { automaticChanges } from '../routes/automatic-changes.ts'

export interface AutomaticPlan {
  readonly findings: readonly Finding[]
  readonly removes: readonly Concerned[]
}

/** `as` reads as if the change had been made. Which blocks they are, the routes themselves will tell. */
export async function planAutomatic(
  tx: ReadTransaction,
  as: ReadTransaction,
  { caller }: Context,
  vpcIds: readonly VpcId[],
): Promise<AutomaticPlan> {
  const findings: Finding[] = []
  const removes: Concerned[] = []
  for (const vpcId of new Set(vpcIds)) {
    const vpc = await as.vpc(vpcId)
    if (vpc === undefined || !mayKnow(caller, vpc.projectId)) continue
    const changes = await automaticChanges(as, vpcId)
    if (changes === undefined) continue
    const routes = changes.removed.map(({ id }) => ({ type: 'route' as const, id }))
    removes.push(...routes)
    const lacking = lackOf(changes) - lackOf(await automaticChanges(tx, vpcId))
    findings.push(...findingsOf(vpcId, changes, routes, lacking))
  }
  return { findings, removes }
}

function findingsOf(
  id: VpcId,
  { added, removed }: AutomaticChanges,
  routes: readonly Concerned[],
  lacking: number,
): readonly Finding[] {
  const vpc = { type: 'vpc' as const, id }
  const removal = `It would remove ${removed.length} automatic routes of VPC ${id}.`
  const addition = `It would add ${added.length} automatic routes to VPC ${id}.`
  const lack = `The default route table of VPC ${id} would have no room for ${lacking} more automatic routes.`
  return [
    ...(removed.length > 0 ? [warning('routes_removed', removal, routes)] : []),
    ...(added.length > 0 ? [warning('routes_added', addition, [vpc])] : []),
    ...(lacking > 0 ? [warning('routes_left_out', lack, [vpc])] : []),
  ]
}

/** How many do not fit. */
function lackOf(changes: AutomaticChanges | undefined): number {
  return changes?.leftOut.filter(({ reason }) => reason === 'limit').length ?? 0
}
