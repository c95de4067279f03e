/**
 * What the reconciler has seen of each VPC's router, and who waits for it to see more. Kept in memory only: after a
 * start nothing has been seen, and is said to be so.
 */
import type { PeeringId, VpcId } from '../rules/ids.ts'
import {
  type Look,
  type Observed,
  observe,
  portReadinessOf,
  type Readiness,
  type ReadinessState,
  readinessOf,
} from '../rules/readiness.ts'

/** How long a deletion waits for the network, in milliseconds; a client that gives up after 10 seconds is answered. */
const SETTLE_MS = 5_000

export type Settled = 'SYNCED' | 'DEGRADED'

/** A VPC, and the generation of its network that is waited for; undefined: it is gone, as its router ought to be. */
export interface End {
  readonly vpcId: VpcId
  readonly wanted: number | undefined
}

interface Sighting {
  readonly observed: Observed
  /** Whether there was to be no router. */
  readonly isEmpty: boolean
}

interface Waiter {
  readonly peeringId: PeeringId | undefined
  readonly ends: readonly End[]
  until: number
  readonly resolve: (settled: Settled) => void
}

export class Sightings {
  readonly #seen = new Map<VpcId, Sighting>()
  /** Since when there is something that has not been seen, in milliseconds since the epoch, UTC. */
  readonly #changedAt = new Map<VpcId, number>()
  readonly #waiters = new Set<Waiter>()
  readonly #startedAt: number
  #faults = 0
  #isClosed = false

  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  /** Objects that are not as they ought to be, by the last look at each. */
  get faults(): number {
    return this.#faults
  }

  change(id: VpcId, at: number): void {
    if (!this.#changedAt.has(id)) this.#changedAt.set(id, at)
  }

  /** `changedAt`: since when there is something newer than what was looked at; undefined: there is not. */
  note(id: VpcId, look: Look, isEmpty: boolean, changedAt: number | undefined): void {
    const before = this.#seen.get(id)?.observed
    this.#faults += look.faults.length - (before?.faults.length ?? 0)
    this.#seen.set(id, { observed: observe(before, look), isEmpty })
    if (changedAt === undefined) this.#changedAt.delete(id)
    else this.#changedAt.set(id, changedAt)
    this.#release(look.at)
  }

  /** The VPC is gone, and nothing of it is there. */
  forget(id: VpcId, at: number): void {
    this.#faults -= this.#seen.get(id)?.observed.faults.length ?? 0
    this.#seen.delete(id)
    this.#changedAt.delete(id)
    this.#release(at)
  }

  /** Whether this generation was seen, and all was well. */
  wasWell(id: VpcId, generation: number): boolean {
    const observed = this.#seen.get(id)?.observed
    return observed?.generation === generation && observed.faults.length === 0
  }

  /** Whether this generation was seen to have no router, as it ought to be. */
  wasEmpty(id: VpcId, generation: number): boolean {
    return this.wasWell(id, generation) && this.#seen.get(id)?.isEmpty === true
  }

  readinessOf(peeringId: PeeringId | undefined, { vpcId, wanted }: End): Readiness {
    const changedAt = this.#changedAt.get(vpcId) ?? this.#startedAt
    return readinessOf(peeringId, wanted ?? 0, this.#seen.get(vpcId)?.observed, changedAt)
  }

  portReadinessOf(port: { readonly id: string; readonly subnetId: string }, { vpcId, wanted }: End): Readiness {
    const changedAt = this.#changedAt.get(vpcId) ?? this.#startedAt
    return portReadinessOf(port, wanted ?? 0, this.#seen.get(vpcId)?.observed, changedAt)
  }

  /**
   * Resolves when all ends have been looked at since: DEGRADED where that failed, and where it takes too long. Without
   * a peering it is about the routers themselves.
   */
  settled(peeringId: PeeringId | undefined, ends: readonly End[], at: number): Promise<Settled> {
    return new Promise((resolve) => {
      this.#waiters.add({ peeringId, ends, until: at + SETTLE_MS, resolve })
      this.#release(at)
    })
  }

  /** Lets go of those who have waited long enough; to be called as time goes on. */
  lookAtClock(at: number): void {
    if (this.#waiters.size > 0) this.#release(at)
  }

  /** Nobody waits longer than from now on. */
  clockSetBack(at: number): void {
    for (const waiter of this.#waiters) waiter.until = Math.min(waiter.until, at + SETTLE_MS)
  }

  /** Nothing more will be seen. */
  close(at: number): void {
    this.#isClosed = true
    this.#release(at)
  }

  #release(at: number): void {
    for (const waiter of this.#waiters) {
      const settled = this.#outcome(waiter, at)
      if (settled === undefined) continue
      this.#waiters.delete(waiter)
      waiter.resolve(settled)
    }
  }

  #outcome({ peeringId, ends, until }: Waiter, at: number): Settled | undefined {
    const states = ends.map((end) => this.#stateOf(peeringId, end))
    if (states.includes('APPLYING')) return this.#isClosed || at >= until ? 'DEGRADED' : undefined
    return states.includes('DEGRADED') ? 'DEGRADED' : 'SYNCED'
  }

  /** What was seen of a VPC before it went has a generation as good as any: only that it went tells of a newer look. */
  #stateOf(peeringId: PeeringId | undefined, end: End): ReadinessState {
    if (end.wanted === undefined) {
      if (this.#changedAt.has(end.vpcId)) return 'APPLYING'
      if (!this.#seen.has(end.vpcId)) return 'SYNCED'
    }
    return this.readinessOf(peeringId, end).state
  }
}
