import type { PeeringId } from '../../rules/ids.ts'
import { type PeeringView, perSide } from '../../rules/peering-view.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { loadPeering } from './load-peering.ts'

/** A peering with what is ours of it. */
export const viewPeering = reading<PeeringId, PeeringView>('viewPeering', loadView)

/** Likewise; *not found* as for the peering itself. */
export async function loadView(tx: ReadTransaction, context: Context, id: PeeringId): Promise<PeeringView> {
  const peering = await loadPeering(tx, context, id)
  const automatic = await tx.automaticSides(id)
  return {
    peering,
    protectedBy: await tx.protectedBy(id),
    autoRoutes: perSide(context.caller, peering, (side) => automatic.includes(side)),
  }
}
