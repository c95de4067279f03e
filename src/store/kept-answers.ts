/** The part of the seam that keeps what requests with an Idempotency-Key have done. */
import type { Awaitable } from './page.ts'

export interface KeptAnswer {
  /** Of the key and whose it is. */
  readonly id: string
  /** Of the request that it came with. */
  readonly fingerprint: string
  /** What the operation gave: plain data that JSON can hold, or undefined. */
  readonly result: unknown
  /** Milliseconds since the epoch, UTC. */
  readonly at: number
}

export interface KeptAnswerReads {
  keptAnswer(id: string): Awaitable<KeptAnswer | undefined>
  /** Ids of those kept at or before an instant, oldest first. */
  keptAnswersBefore(since: number, limit: number): Awaitable<readonly string[]>
}

export interface KeptAnswerWrites {
  /** Replaces the one that has its id, if there is one. */
  keepAnswer(answer: KeptAnswer): Awaitable<void>
  forgetAnswer(id: string): Awaitable<void>
}
