import type { VpcId } from '../../rules/ids.ts'
import { addExtendCidrs, removeExtendCidrs, type Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { loadVpc } from './load-vpc.ts'
import { refuseDisplacedSubnets } from './refuse-displaced-subnets.ts'
import { refuseOverlapWithPeers } from './refuse-overlap-with-peers.ts'

export interface ExtendCidrChange {
  readonly id: VpcId
  readonly verb: 'add' | 'remove'
  readonly cidrs: readonly string[]
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean
}

/** Adds or removes secondary blocks, all of them or none. */
export const changeExtendCidrs = writing<ExtendCidrChange, Vpc>(
  'changeExtendCidrs',
  async (tx, context, { id, verb, cidrs, dryRun }) => {
    const vpc = await loadVpc(tx, context, id)
    const after = (verb === 'add' ? addExtendCidrs : removeExtendCidrs)(vpc, cidrs, context.now)
    if (verb === 'add') await refuseOverlapWithPeers(tx, context, after)
    else await refuseDisplacedSubnets(tx, after, 'extend_cidr_in_use')
    if (dryRun) return after
    await tx.updateVpc(after)
    await syncAutomaticRoutes(tx, context, await tx.automaticFollowers(id))
    return after
  },
)
