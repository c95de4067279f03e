import type { Subnet } from '../../rules/subnet.ts'
import type { WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'

/**
 * A subnet that comes or goes, or comes to have IPv6, is a local route that comes or goes in its own VPC; to the peers
 * it is a destination only where it has IPv6, for IPv4 goes by the VPC's blocks.
 */
export async function syncRoutes(tx: WriteTransaction, context: Context, { vpcId, v6 }: Subnet): Promise<void> {
  const peers = v6 === undefined ? [] : await tx.automaticFollowers(vpcId)
  await syncAutomaticRoutes(tx, context, [vpcId, ...peers])
}
