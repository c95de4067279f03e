import type { VpcId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import { displacedBy } from '../../rules/subnet.ts'
import { addExtendCidrs, removeExtendCidrs, type Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { loadVpc } from './load-vpc.ts'
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
    const displaced = verb === 'remove' ? displacedBy(after, await tx.subnetsOfVpc(id)) : undefined
    if (displaced !== undefined) {
      throw new Refusal('extend_cidr_in_use', `The block contains ${displaced.cidr} of subnet ${displaced.id}.`, {
        subnetId: displaced.id,
      })
    }
    if (!dryRun) await tx.updateVpc(after)
    return after
  },
)
