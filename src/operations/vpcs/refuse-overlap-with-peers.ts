import { Refusal } from '../../rules/refusal.ts'
import { overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { livePeers } from './live-peers.ts'

/**
 * In strict mode no later change of a VPC's blocks may bring the overlap that a create was refused for. `vpc` is the
 * VPC as it would be.
 */
export async function refuseOverlapWithPeers(tx: ReadTransaction, context: Context, vpc: Vpc): Promise<void> {
  if (!context.policy.strictCidr) return
  for await (const { peering, peer } of livePeers(tx, context, vpc.id)) {
    if (peer === undefined) throw new Error(`P8: live peering ${peering.id} has lost a VPC`)
    if (overlapOf(vpc, peer) === undefined) continue
    // Which block of the peer it is, only the peer may know.
    throw new Refusal('peering_cidr_overlap', `This block overlaps one of the VPC peered by ${peering.id}.`, {
      peeringId: peering.id,
    })
  }
}
