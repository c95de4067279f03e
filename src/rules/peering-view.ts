/** A peering with what is ours of it, as one caller may see it. */
import { type Caller, mayKnow } from './access.ts'
import { type Peering, versionOf } from './peering.ts'
import { SIDE_NAMES, type SideName } from './protection.ts'

/** What each side is told of itself alone; undefined: not the caller's to know. */
export type PerSide<T> = Readonly<Record<SideName, T | undefined>>

export interface PeeringView {
  readonly peering: Peering
  /** In the order of SIDE_NAMES. */
  readonly protectedBy: readonly SideName[]
  /** Whether a side asks for automatic routes. */
  readonly autoRoutes: PerSide<boolean>
}

/** `of` is asked only of the sides that the caller may know. */
export function perSide<T>(caller: Caller, peering: Peering, of: (side: SideName) => T): PerSide<T> {
  const told = (side: SideName) => (mayKnow(caller, peering[side].projectId) ? of(side) : undefined)
  return { requester: told('requester'), accepter: told('accepter') }
}

/** Tells this state of all that a view shows from every other, and nothing of what it does not show. */
export function versionOfView({ peering, protectedBy, autoRoutes }: PeeringView): string {
  const automatic = SIDE_NAMES.filter((side) => autoRoutes[side]).map((side) => `auto-${side}`)
  return [versionOf(peering), ...protectedBy, ...automatic].join('-')
}
