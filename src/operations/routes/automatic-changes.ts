import { type AutomaticChanges, blocksToReach, planAutomaticRoutes, type Wish } from '../../rules/automatic-routes.ts'
import { localDestinations } from '../../rules/destination.ts'
import type { VpcId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import type { SideName } from '../../rules/protection.ts'
import type { RouteTable } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import { findDefaultTable } from '../route-tables/default-table.ts'

/**
 * What has to happen in a VPC's default table for its automatic routes to be what they should; undefined: nothing asks
 * for any. It is found by one look then, for every change of a subnet or a route comes here.
 */
export async function automaticChanges(
  tx: ReadTransaction,
  vpcId: VpcId,
): Promise<(AutomaticChanges & { readonly table: RouteTable }) | undefined> {
  const peers = await tx.automaticPeers(vpcId)
  if (peers.length === 0) return undefined
  const table = await findDefaultTable(tx, vpcId)
  if (table === undefined) return undefined
  const wishes: Wish[] = []
  for (const peer of peers) {
    const vpc = await tx.vpc(peer.vpcId)
    const blocks = vpc === undefined ? [] : blocksToReach(vpc, await tx.subnetsOfVpc(vpc.id))
    wishes.push(...blocks.map((destination) => ({ destination, nexthop: peer.peeringId })))
  }
  const changes = planAutomaticRoutes({
    wishes,
    locals: localDestinations(await tx.subnetsOfVpc(vpcId)),
    routes: await tx.routesOfTable(table.id),
    limit: await limitOf(tx, table.projectId, 'routetableContainRoutes'),
  })
  return { ...changes, table }
}

/** A transaction that reads as if a peering were ACTIVE and these sides of it asked for automatic routes. */
export function withAutomaticSides<Tx extends ReadTransaction>(
  tx: Tx,
  { id, requester, accepter }: Peering,
  sides: readonly SideName[],
): Tx {
  return {
    ...tx,
    async automaticPeers(vpcId) {
      const peers = (await tx.automaticPeers(vpcId)).filter(({ peeringId }) => peeringId !== id)
      const [near, far] =
        requester.vpcId === vpcId ? (['requester', accepter] as const) : (['accepter', requester] as const)
      const isEnd = requester.vpcId === vpcId || accepter.vpcId === vpcId
      if (!isEnd || !sides.includes(near)) return peers
      return [...peers, { peeringId: id, vpcId: far.vpcId }].toSorted((a, b) => (a.peeringId < b.peeringId ? -1 : 1))
    },
  }
}
