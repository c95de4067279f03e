import type { VpcId } from '../../rules/ids.ts'
import { addExtendCidrs, removeExtendCidrs, type Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { loadVpc } from './load-vpc.ts'
import { refuseDisplacedSubnets } from './refuse-displaced-subnets.ts'
import { refuseOverlapWithPeers } from './refuse-overlap-with-peers.ts'
import { refuseRoutedBlocks } from './refuse-routed-blocks.ts'

export interface ExtendCidrChange {
  readonly id: VpcId
  readonly verb: 'add' | 'remove'
  readonly cidrs: readonly string[]
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean
}

/** Adds or removes secondary blocks, all of them or none. */
export const changeExtendCidrs = writing<ExtendCidrChange, Vpc>('changeExtendCidrs', async (tx, context, change) => {
  const vpc = await loadVpc(tx, context, change.id)
  const after = extendedVpc(vpc, change, context.now)
  if (change.verb === 'add') {
    await refuseOverlapWithPeers(tx, context, after)
  } else {
    await refuseDisplacedSubnets(tx, after, 'extend_cidr_in_use')
    await refuseRoutedBlocks(tx, vpc, after)
  }
  if (change.dryRun) return after
  await tx.updateVpc(after)
  await syncAutomaticRoutes(tx, context, await tx.automaticFollowers(vpc.id))
  return after
})

/** The VPC as it would be, or the refusal of what its blocks alone stand against. */
export function extendedVpc(vpc: Vpc, { verb, cidrs }: ExtendCidrChange, now: number): Vpc {
  return (verb === 'add' ? addExtendCidrs : removeExtendCidrs)(vpc, cidrs, now)
}
