import { authorize } from '../../rules/access.ts'
import type { PeeringId } from '../../rules/ids.ts'
import { type Peering, step } from '../../rules/peering.ts'
import { writing } from '../operation.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { changePeering } from './change-peering.ts'
import { loadPeering } from './load-peering.ts'
import { refuseOverQuota } from './refuse-over-quota.ts'

export const acceptPeering = writing<PeeringId, Peering>('acceptPeering', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  authorize(context.caller, 'accept', peering)
  // A wrong status is told before a full quota: the quota may be raised, the status will not come back.
  step(peering, 'accept', context.now)
  await refuseOverQuota(tx, context, peering.accepter.projectId)
  const accepted = await changePeering(tx, context, peering, 'accept')
  await syncAutomaticRoutes(tx, context, [peering.requester.vpcId, peering.accepter.vpcId])
  return accepted
})
