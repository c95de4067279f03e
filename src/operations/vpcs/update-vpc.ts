import type { VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { loadVpc } from './load-vpc.ts'
import { refuseDisplacedSubnets } from './refuse-displaced-subnets.ts'
import { refuseOverlapWithPeers } from './refuse-overlap-with-peers.ts'
import { refuseRoutedBlocks } from './refuse-routed-blocks.ts'
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
  const after = updatedVpc(vpc, change, context.now)
  if (after.name !== vpc.name) await refuseTakenName(tx, vpc.projectId, after.name)
  if (after.cidr !== vpc.cidr) {
    await refuseDisplacedSubnets(tx, after, 'vpc_cidr_displaces_subnet')
    await refuseOverlapWithPeers(tx, context, after)
    await refuseRoutedBlocks(tx, vpc, after)
  }
  if (change.dryRun) return after
  await tx.updateVpc(after)
  if (after.cidr !== vpc.cidr) await syncAutomaticRoutes(tx, context, await tx.automaticFollowers(vpc.id))
  return after
})

/** The VPC as it would be; whether it may be so is not asked. */
export function updatedVpc(vpc: Vpc, { name, description, cidr }: VpcChange, now: number): Vpc {
  return {
    ...vpc,
    name: name ?? vpc.name,
    description: description ?? vpc.description,
    cidr: cidr ?? vpc.cidr,
    updatedAt: now,
  }
}
