import { type AutomaticChanges, blocksToReach, planAutomaticRoutes, type Wish } from '../../rules/automatic-routes.ts'
import { localDestinations } from '../../rules/destination.ts'
import type { VpcId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import type { SideName } from '../../rules/protection.ts'
import type { RouteTable } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import { findDefaultTable } from '../route-tables/default-table.ts'

/** What routes to a VPC have to cover, read once for all that lead there: a hub may have as many peers as subnets. */
export type KnownBlocks = Map<VpcId, readonly string[]>

/**
 * What has to happen in a VPC's default table for its automatic routes to be what they should; undefined: nothing asks
 * for any. It is found by one look then, for every change of a subnet or a route comes here.
 */
export async function automaticChanges(
  tx: ReadTransaction,
  vpcId: VpcId,
  known: KnownBlocks = new Map(),
): Promise<(AutomaticChanges & { readonly table: RouteTable }) | undefined> {
  const peers = await tx.automaticPeers(vpcId)
  if (peers.length === 0) return undefined
  const table = await findDefaultTable(tx, vpcId)
  if (table === undefined) return undefined
  const wishes: Wish[] = []
  for (const peer of peers) {
    const blocks = known.get(peer.vpcId) ?? (await blocksTo(tx, peer.vpcId))
    known.set(peer.vpcId, blocks)
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

async function blocksTo(tx: ReadTransaction, vpcId: VpcId): Promise<readonly string[]> {
  const vpc = await tx.vpc(vpcId)
  return vpc === undefined ? [] : blocksToReach(vpc, await tx.subnetsOfVpc(vpcId))
}

/** A transaction that reads as if a peering were ACTIVE and these sides of it asked for automatic routes. */
export function withAutomaticSides(
  tx: ReadTransaction,
  { id, requester, accepter }: Peering,
  sides: readonly SideName[],
): ReadTransaction {
  const asked = [
    ...(sides.includes('requester') ? [{ near: requester, far: accepter }] : []),
    ...(sides.includes('accepter') ? [{ near: accepter, far: requester }] : []),
  ]
  return {
    ...tx,
    async automaticPeers(vpcId) {
      const others = (await tx.automaticPeers(vpcId)).filter(({ peeringId }) => peeringId !== id)
      const own = asked.filter(({ near }) => near.vpcId === vpcId)
      // At the end, whatever its id: what the others could get, they have.
      return [...others, ...own.map(({ far }) => ({ peeringId: id, vpcId: far.vpcId }))]
    },
  }
}
