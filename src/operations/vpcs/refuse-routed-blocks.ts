import { Refusal } from '../../rules/refusal.ts'
import { blockTakenFrom, routesHolding } from '../../rules/routed-block.ts'
import { blocksOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'

/**
 * No change of a VPC's blocks may leave a route of the other side of an ACTIVE peering leading nowhere: the peering
 * would break without that side having touched anything (P8).
 */
export async function refuseRoutedBlocks(tx: ReadTransaction, before: Vpc, after: Vpc): Promise<void> {
  for await (const refusal of routedBlocks(tx, before, after)) throw refusal
}

/** Each peering that stands against the change; one after the other, for who stops at the first. */
export async function* routedBlocks(tx: ReadTransaction, before: Vpc, after: Vpc): AsyncGenerator<Refusal> {
  for (const { id, status } of await tx.peeringsOfVpc(before.id)) {
    // No other has routes.
    if (status !== 'ACTIVE') continue
    const routes = routesHolding(before.id, await tx.routesVia(id))
    const block = blockTakenFrom(routes, blocksOf(before), blocksOf(after))
    if (block === undefined) continue
    // Where exactly the route leads, and in which table it stands, only the other side may know.
    yield new Refusal(
      'vpc_block_routed',
      `The other side of vpc peering ${id} has a route to the CIDR block ${block} of VPC ${before.id}.`,
      { peeringId: id },
    )
  }
}
