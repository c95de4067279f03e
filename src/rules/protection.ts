/** Deletion protection: each side of a peering may hold it against deletion. */
import type { Caller } from './access.ts'
import type { Peering } from './peering.ts'
import { Refusal } from './refusal.ts'

export const SIDE_NAMES = ['requester', 'accepter'] as const
export type SideName = (typeof SIDE_NAMES)[number]

/** The sides that a caller speaks for: its project's own; both, for an admin whose project takes no part. */
export function sidesOf({ projectId, admin }: Caller, peering: Peering): readonly SideName[] {
  const own = SIDE_NAMES.filter((side) => peering[side].projectId === projectId)
  return own.length === 0 && admin ? SIDE_NAMES : own
}

/**
 * Throws while a protection holds against this caller. An ACTIVE peering is what both sides have agreed to, and so
 * either's protection holds against everybody. Any other is held by one's own only: else a stranger, who may ask for a
 * peering with any VPC, could fasten it there.
 */
export function refuseProtected(caller: Caller, peering: Peering, protectedBy: readonly SideName[]): void {
  const own = sidesOf(caller, peering)
  const holding = protectedBy.filter((side) => peering.status === 'ACTIVE' || own.includes(side))
  if (holding.length === 0) return
  const whose = holding.map((side) => `its ${side}`).join(' and ')
  throw new Refusal('peering_protected', `Vpc peering ${peering.id} is protected against deletion by ${whose}`, {
    peeringId: peering.id,
  })
}
