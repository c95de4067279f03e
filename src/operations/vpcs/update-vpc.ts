import type { VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { loadVpc } from './load-vpc.ts'
import { refuseDisplacedSubnets } from './refuse-displaced-subnets.ts'
import { refuseOverlapWithPeers } from './refuse-overlap-with-peers.ts'
import { refuseTakenName } from './refuse-taken-name.ts'

export interface VpcChange {
  readonly id: VpcId
  /** Undefined: stays as it is; likewise below. */
  readonly name: string | undefined
  readonly description: string | undefined
  readonly cidr: string | undefined
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean
}

export const updateVpc = writing<VpcChange, Vpc>('updateVpc', async (tx, context, change) => {
  const vpc = await loadVpc(tx, context, change.id)
  const after: Vpc = {
    ...vpc,
    name: change.name ?? vpc.name,
    description: change.description ?? vpc.description,
    cidr: change.cidr ?? vpc.cidr,
    updatedAt: context.now,
  }
  if (after.name !== vpc.name) await refuseTakenName(tx, vpc.projectId, after.name)
  if (after.cidr !== vpc.cidr) {
    await refuseDisplacedSubnets(tx, after, 'vpc_cidr_displaces_subnet')
    await refuseOverlapWithPeers(tx, context, after)
  }
  if (change.dryRun) return after
  await tx.updateVpc(after)
  if (after.cidr !== vpc.cidr) await syncAutomaticRoutes(tx, context, await tx.automaticFollowers(vpc.id))
  return after
})
