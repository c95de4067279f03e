/** How far the network is in doing what the service has promised, told for each side of a peering. */
export const READINESS_STATES = ['SYNCED', 'APPLYING', 'DEGRADED'] as const

/**
 * - `SYNCED`: the side's router is as it ought to be.
 * - `APPLYING`: there is a change that the network has not seen yet.
 * - `DEGRADED`: the last try failed; it is tried again.
 */
export type ReadinessState = (typeof READINESS_STATES)[number]

export interface Readiness {
  readonly state: ReadinessState
  /** Of the intent: moves with every change of the VPC's network. */
  readonly generation: number
  /** The newest one that the network was made equal to, or tried to be. */
  readonly observedGeneration: number
  /** Milliseconds since the epoch, UTC: since when the state is what it is. */
  readonly since: number
  /** Why it is DEGRADED. */
  readonly lastError: string | undefined
}
