/**
 * P10 for those who cannot tell from the state whether their request was done: with a key it is done once, however
 * often it is sent. What it did is kept in the transaction that does it, so that neither is there without the other;
 * and write bodies run one after the other, so that a repeat finds its first done, or not begun.
 */
import { keptSince, type Once } from '../rules/idempotency.ts'
import { Refusal } from '../rules/refusal.ts'
import type { Awaitable } from '../store/page.ts'
import type { WriteTransaction } from '../store/store.ts'

/** What a repeat gives in place of a result: that of the first. */
export interface Replay<Result> {
  readonly replayOfKeptAnswer: Result
}

/**
 * Runs a body, or gives what it gave the first time. A refusal is not kept: it has changed nothing, and its reason may
 * be gone when the request is sent again.
 */
export async function runOnce<Result>(
  tx: WriteTransaction,
  { id, fingerprint }: Once,
  now: number,
  run: () => Awaitable<Result>,
): Promise<Result | Replay<Result>> {
  const kept = await tx.keptAnswer(id)
  if (kept !== undefined && kept.at > keptSince(now)) {
    if (kept.fingerprint === fingerprint) return { replayOfKeptAnswer: kept.result as Result }
    throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was sent before, with another request.')
  }
  const result = await run()
  await tx.keepAnswer({ id, fingerprint, result, at: now })
  return result
}

export function isReplay<Result>(given: Result | Replay<Result>): given is Replay<Result> {
  return typeof given === 'object' && given !== null && 'replayOfKeptAnswer' in given
}
