/** What the reconciler works with, and whom it tells. */
import type { Dataplane } from '../dataplane/dataplane.ts'
import type { PeeringId } from '../rules/ids.ts'
import type { Store } from '../store/store.ts'

export interface ReconcilerParts {
  readonly store: Pick<Store, 'read'>
  readonly dataplane: Pick<Dataplane, 'apply' | 'present'>
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number
  /** From 0 to below 1. */
  readonly random: () => number
  readonly log: ReconcilerLog
  readonly metrics: ReconcilerMetrics
  /** Is told of which peerings the readiness may be another one. */
  readonly looked: (ids: readonly PeeringId[]) => void
}

export interface ReconcilerLog {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface ReconcilerMetrics {
  passed(): void
  /** A full pass has put right what nobody had changed. */
  repaired(changes: number): void
  /** From a commit until the network has it. */
  lagged(ms: number): void
}
