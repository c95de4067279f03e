/**
 * An operation is one use case: a body for the store, with the circumstances it runs in as plain data. What is random
 * or reads a clock is decided before, so that a body gives the same answer wherever and whenever it runs.
 */
import type { Caller } from '../rules/access.ts'
import type { Once } from '../rules/idempotency.ts'
import type { Awaitable } from '../store/page.ts'
import type { Body, ReadTransaction, WriteTransaction } from '../store/store.ts'
import { type Replay, runOnce } from './once.ts'

/** The operator's choices that rules depend on. */
export interface Policy {
  /** How long a request waits for an answer before it is EXPIRED, in milliseconds; 0: for ever. */
  readonly pendingTtlMs: number
  /** How long a deleted peering is listed under `status=DELETED`, in milliseconds. */
  readonly tombstoneTtlMs: number
  /** Refuse a peering between VPCs with overlapping blocks; the clouds allow it. */
  readonly strictCidr: boolean
}

export interface Context {
  readonly caller: Caller
  readonly policy: Policy
  /** Milliseconds since the epoch, UTC: the one instant at which the operation happens. */
  readonly now: number
  /** A fresh UUID (version 7), for an operation that makes something. */
  readonly newId: string
  readonly requestId: string
  /** Of a request with an Idempotency-Key. It is the request that is done once: such a one writes by one operation. */
  readonly once: Once | undefined
  /** Versions of which the object must have one before it is changed; undefined: any. */
  readonly ifMatch: readonly string[] | undefined
}

/** Another id of the same instant, for what an operation makes beside its first; `nth` from 1 on. */
export function furtherId(newId: string, nth: number): string {
  const tail = (Number.parseInt(newId.slice(-TAIL), 16) + nth) % 16 ** TAIL
  return newId.slice(0, -TAIL) + tail.toString(16).padStart(TAIL, '0')
}

/** Hex digits at the end of an id: 48 bits, of which 42 are random. */
const TAIL = 12

interface Asked<Input> {
  readonly context: Context
  readonly input: Input
}

export type ReadOperation<Input, Result> = Body<ReadTransaction, Asked<Input>, Result> & { readonly access: 'read' }
export type WriteOperation<Input, Result> = Body<WriteTransaction, Asked<Input>, Result | Replay<Result>> & {
  readonly access: 'write'
}
export type Operation<Input, Result> = ReadOperation<Input, Result> | WriteOperation<Input, Result>

export function reading<Input, Result>(
  name: string,
  run: (tx: ReadTransaction, context: Context, input: Input) => Awaitable<Result>,
): ReadOperation<Input, Result> {
  return { name, access: 'read', run: (tx, { context, input }) => run(tx, context, input) }
}

/** `name` must be the name it has in `WRITES`: a store with a writer thread finds it there. */
export function writing<Input, Result>(
  name: string,
  run: (tx: WriteTransaction, context: Context, input: Input) => Awaitable<Result>,
): WriteOperation<Input, Result> {
  return {
    name,
    access: 'write',
    run(tx, { context, input }) {
      const { once, now } = context
      return once === undefined ? run(tx, context, input) : runOnce(tx, once, now, () => run(tx, context, input))
    },
  }
}
