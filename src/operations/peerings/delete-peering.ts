import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { refuseProtected } from '../../rules/protection.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { changePeering } from './change-peering.ts'
import { loadPeering } from './load-peering.ts'

/**
 * Either side, in any status, unless it is protected. What remains is a tombstone that only a list with
 * `status=DELETED` shows (P11), and which is given.
 */
export const deletePeering = writing<PeeringId, Peering>('deletePeering', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  refuseProtected(context.caller, peering, await tx.protectedBy(id))
  const deleted = await changePeering(tx, context, peering, 'delete')
  // Where its routes stood, those of other peerings may come.
  await syncAutomaticRoutes(tx, context, [peering.requester.vpcId, peering.accepter.vpcId])
  return deleted
})
