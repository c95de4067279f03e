import { authorize } from '../../rules/access.ts'
import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { writing } from '../operation.ts'
import { changePeering } from './change-peering.ts'
import { loadPeering } from './load-peering.ts'

export const rejectPeering = writing<PeeringId, Peering>('rejectPeering', async (tx, context, id) => {
  const peering = await loadPeering(tx, context, id)
  authorize(context.caller, 'reject', peering)
  return changePeering(tx, context, peering, 'reject')
})
