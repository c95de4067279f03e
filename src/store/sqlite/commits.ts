/**
 * What the store and its writer thread say to each other. Errors lose their class on the way between threads, so a
 * refusal travels as plain data.
 */
import { inspect } from 'node:util'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import { Refusal, type RefusalCode, type RefusalFacts } from '../../rules/refusal.ts'

/** One body to run: its name in the module of bodies, and its input. */
export interface Job {
  readonly body: string
  readonly input: unknown
}

/** What the store tells its writer: bodies to run, in order, or to close when all of them are done. */
export type Message = readonly Job[] | 'close'

/** What came of a body. `failed` is our own fault or the disk's; the text is for the log. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string; readonly facts: RefusalFacts }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'uncommitted'; readonly reason: string }

/** The answer to a group of jobs, sent after its commit: an outcome for each, in order. */
export interface Commit {
  readonly outcomes: readonly Outcome[]
  readonly peerings: readonly PeeringId[]
  /** Those that take part in these peerings. */
  readonly projects: readonly ProjectId[]
  /** The VPCs whose networks ought to be others than before. */
  readonly networks: readonly VpcId[]
  readonly people: boolean
  readonly events: boolean
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Refusal) {
    return { kind: 'refused', code: error.code, message: error.message, facts: error.facts }
  }
  return { kind: 'failed', error: plainError(error) }
}

/** What an error carries need not be able to travel between threads, so its causes and facts go as text. */
function plainError(error: unknown): Error {
  const plain = new Error(error instanceof Error ? error.message : String(error))
  plain.stack = inspect(error)
  return plain
}

/** The body's result, or the error that it threw. */
export function resultOf(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'done':
      return outcome.result
    case 'refused':
      throw new Refusal(outcome.code, outcome.message, outcome.facts)
    case 'failed':
      throw outcome.error
    case 'uncommitted':
      throw new Refusal('unavailable', 'The service cannot write right now. Nothing was changed; try again.', {
        reason: outcome.reason,
      })
    default: {
      const never: never = outcome
      throw new Error(`unknown outcome ${JSON.stringify(never)}`)
    }
  }
}
