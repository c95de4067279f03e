import type { PeeringId } from '../../rules/ids.ts'
import { requireVersion } from '../../rules/peering.ts'
import { type PeeringView, sidesOf, versionOfView } from '../../rules/protection.ts'
import { writing } from '../operation.ts'
import { loadView } from './view-peering.ts'

export interface ProtectionChange {
  readonly id: PeeringId
  readonly isProtected: boolean
}

/** Sets or takes back the protection of the caller's own side, in any status. */
export const protectPeering = writing<ProtectionChange, PeeringView>(
  'protectPeering',
  async (tx, context, { id, isProtected }) => {
    const before = await loadView(tx, context, id)
    requireVersion(before.peering, context.ifMatch, versionOfView(before))
    for (const side of sidesOf(context.caller, before.peering)) await tx.setProtection(id, side, isProtected)
    return { peering: before.peering, protectedBy: await tx.protectedBy(id) }
  },
)
