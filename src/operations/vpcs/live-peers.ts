import type { VpcId } from '../../rules/ids.ts'
import { type Peering, statusAt } from '../../rules/peering.ts'
import { isLive } from '../../rules/status.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

export interface LivePeer {
  readonly peering: Peering
  /** The VPC at the other end. In a write it is always there; a read may come upon it while it goes. */
  readonly peer: Vpc | undefined
}

/** The live peerings of a VPC, each with what it leads to; one after the other, for who stops at the first. */
export async function* livePeers(tx: ReadTransaction, { now, policy }: Context, id: VpcId): AsyncGenerator<LivePeer> {
  for (const peering of await tx.peeringsOfVpc(id)) {
    if (!isLive(statusAt(peering, now, policy.pendingTtlMs))) continue
    const { requester, accepter } = peering
    yield { peering, peer: await tx.vpc(requester.vpcId === id ? accepter.vpcId : requester.vpcId) }
  }
}
