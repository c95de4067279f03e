import { refuseLimit } from '../../rules/automatic-routes.ts'
import type { PeeringId } from '../../rules/ids.ts'
import { type Peering, requireVersion } from '../../rules/peering.ts'
import { type PeeringView, versionOfView } from '../../rules/peering-view.ts'
import { type SideName, sidesOf } from '../../rules/protection.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { type Context, writing } from '../operation.ts'
import { automaticChanges, withAutomaticSides } from '../routes/automatic-changes.ts'
import { deleteRoutes } from '../routes/delete-routes.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'
import { loadView } from './view-peering.ts'

export interface OwnSideChange {
  readonly id: PeeringId
  /** Protection against deletion. Undefined: stays as it is; likewise below. */
  readonly isProtected: boolean | undefined
  readonly autoRoutes: boolean | undefined
}

/** Sets or takes back what the caller's own side has decided for itself, in any status; all of it or nothing. */
export const changeOwnSide = writing<OwnSideChange, PeeringView>(
  'changeOwnSide',
  async (tx, context, { id, isProtected, autoRoutes }) => {
    const before = await loadView(tx, context, id)
    requireVersion(before.peering, context.ifMatch, versionOfView(before))
    const sides = sidesOf(context.caller, before.peering)
    // First, because it may be refused.
    if (autoRoutes === true) await startAutomaticRoutes(tx, context, before.peering, sides)
    if (autoRoutes === false) await stopAutomaticRoutes(tx, context, before.peering, sides)
    if (isProtected !== undefined) for (const side of sides) await tx.setProtection(id, side, isProtected)
    return loadView(tx, context, id)
  },
)

async function startAutomaticRoutes(
  tx: WriteTransaction,
  context: Context,
  peering: Peering,
  sides: readonly SideName[],
): Promise<void> {
  const asking = await tx.automaticSides(peering.id)
  const starting = sides.filter((side) => !asking.includes(side))
  if (peering.status === 'ACTIVE') await refuseWithoutRoom(tx, peering, starting)
  for (const side of starting) await tx.setAutomaticRoutes(peering, side, true)
  await syncAutomaticRoutes(tx, context, vpcsOf(peering, starting))
}

/** Here somebody is there to be told, whose table it is. */
async function refuseWithoutRoom(tx: WriteTransaction, peering: Peering, sides: readonly SideName[]): Promise<void> {
  const as = withAutomaticSides(tx, peering, [...sides, ...(await tx.automaticSides(peering.id))])
  for (const vpcId of vpcsOf(peering, sides)) {
    const changes = await automaticChanges(as, vpcId)
    refuseLimit(changes?.leftOut.filter(({ nexthop }) => nexthop === peering.id) ?? [])
  }
}

/** Exactly the side's own automatic ones go; what stood back for them, of another peering, may come. */
async function stopAutomaticRoutes(
  tx: WriteTransaction,
  context: Context,
  peering: Peering,
  sides: readonly SideName[],
): Promise<void> {
  const vpcs = vpcsOf(peering, sides)
  const going = (await tx.routesVia(peering.id)).filter(({ automatic, vpcId }) => automatic && vpcs.includes(vpcId))
  for (const side of sides) await tx.setAutomaticRoutes(peering, side, false)
  await deleteRoutes(tx, going, context.now)
  await syncAutomaticRoutes(tx, context, vpcs)
}

function vpcsOf(peering: Peering, sides: readonly SideName[]) {
  return sides.map((side) => peering[side].vpcId)
}
