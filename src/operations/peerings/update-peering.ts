import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { writing } from '../operation.ts'
import { changePeering } from './change-peering.ts'
import { loadPeering } from './load-peering.ts'

export interface PeeringChange {
  readonly id: PeeringId
  /** Undefined: stays as it is; likewise the description. */
  readonly name: string | undefined
  readonly description: string | undefined
}

/** Either side, in any status: name and description are shared by both. */
export const updatePeering = writing<PeeringChange, Peering>('updatePeering', async (tx, context, change) => {
  const peering = await loadPeering(tx, context, change.id)
  return changePeering(tx, context, peering, 'update', {
    name: change.name ?? peering.name,
    description: change.description ?? peering.description,
  })
})
