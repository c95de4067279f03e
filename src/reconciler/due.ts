/**
 * Which VPCs to look at next: first those that a commit has changed, then those whose last try failed and whose time
 * has come, then those that a full pass has marked. Each stands in it once for each reason, and is taken once.
 */
import type { VpcId } from '../rules/ids.ts'
import { backoff } from './backoff.ts'

/** After so long, in milliseconds, one that has failed before is due again, should nobody have said what came of it. */
const LOST_AFTER_MS = 60_000

/** One that is to be tried alone comes before all others when it has been passed over for so long, in milliseconds. */
const PASSED_OVER_MS = 1_000

export interface Taken {
  readonly id: VpcId
  /** When a commit changed it, in milliseconds since the epoch, UTC; undefined: none has since it was last taken. */
  readonly changedAt: number | undefined
  /** A full pass asks for it, and nothing else does. */
  readonly isMarked: boolean
}

export interface Portion {
  readonly limit: number
  readonly marked: number
}

interface Failing {
  readonly failures: number
  readonly retryAt: number
  /** The driver gave up on a batch that it was part of: it is tried by itself, so that it can spoil no other (P9). */
  readonly alone: boolean
}

export class Due {
  readonly #changed = new Map<VpcId, number>()
  readonly #marked = new Set<VpcId>()
  readonly #failing = new Map<VpcId, Failing>()
  /** The first of all retries. */
  #retryAt = Number.POSITIVE_INFINITY
  /** What was taken last had been passed over. */
  #wasPassedOver = false

  /** A commit has changed it, at an instant; of several the first one counts. */
  change(id: VpcId, at: number): void {
    if (!this.#changed.has(id)) this.#changed.set(id, at)
  }

  changedAt(id: VpcId): number | undefined {
    return this.#changed.get(id)
  }

  /** A full pass wants it looked at; one that failed waits for its own time. */
  mark(id: VpcId): void {
    if (!this.#failing.has(id)) this.#marked.add(id)
  }

  /** Whether any is left that a full pass has marked. */
  get hasMarked(): boolean {
    return this.#marked.size > 0
  }

  /** Its try failed. `random`: from 0 to below 1. */
  fail(id: VpcId, at: number, random: number, alone: boolean): void {
    const failures = (this.#failing.get(id)?.failures ?? 0) + 1
    const retryAt = at + backoff(failures, random)
    this.#marked.delete(id)
    this.#failing.set(id, { failures, retryAt, alone })
    this.#retryAt = Math.min(this.#retryAt, retryAt)
  }

  succeed(id: VpcId): void {
    this.#failing.delete(id)
  }

  /** All that has failed is due at once: else it would be when the clock is there again. */
  clockSetBack(at: number): void {
    for (const [id, failing] of this.#failing) this.#failing.set(id, { ...failing, retryAt: at })
    this.#retryAt = at
  }

  /** At most `limit` of them, of which at most `marked` are only marked; or one that is to be tried alone. */
  take(at: number, { limit, marked }: Portion): readonly Taken[] {
    const taken: Taken[] = []
    let ofMarked = 0
    const first = this.#wasPassedOver ? undefined : this.#passedOver(at)
    this.#wasPassedOver = first !== undefined
    for (const id of first === undefined ? this.#inOrder(at) : [first]) {
      const alone = this.#failing.get(id)?.alone === true
      if (alone && taken.length > 0) continue
      const changedAt = this.#changed.get(id)
      const isMarked = changedAt === undefined && !this.#failing.has(id)
      // They come last of all.
      if (isMarked && ofMarked === marked) break
      if (isMarked) ofMarked += 1
      taken.push({ id, changedAt, isMarked })
      if (alone || taken.length === limit) break
    }
    this.#drop(taken, at)
    return taken
  }

  /** Where changes never end, it would else never be its turn. Every other time: it may fail again, and at length. */
  #passedOver(at: number): VpcId | undefined {
    if (this.#retryAt + PASSED_OVER_MS > at) return undefined
    for (const [id, { alone, retryAt }] of this.#failing) if (alone && retryAt + PASSED_OVER_MS <= at) return id
    return undefined
  }

  *#inOrder(at: number): Generator<VpcId> {
    yield* this.#changed.keys()
    if (this.#retryAt <= at) {
      for (const [id, { retryAt }] of this.#failing) if (retryAt <= at && !this.#changed.has(id)) yield id
    }
    for (const id of this.#marked) if (!this.#changed.has(id)) yield id
  }

  /** That one has failed before is remembered until it succeeds. */
  #drop(taken: readonly Taken[], at: number): void {
    for (const { id } of taken) {
      this.#changed.delete(id)
      this.#marked.delete(id)
      const failing = this.#failing.get(id)
      if (failing !== undefined) this.#failing.set(id, { ...failing, retryAt: at + LOST_AFTER_MS })
    }
    this.#retryAt = Number.POSITIVE_INFINITY
    for (const { retryAt } of this.#failing.values()) this.#retryAt = Math.min(this.#retryAt, retryAt)
  }
}
