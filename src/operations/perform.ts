import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'
import type { Caller } from '../rules/access.ts'
import type { Once } from '../rules/idempotency.ts'
import type { Store } from '../store/store.ts'
import { isReplay, type Replay } from './once.ts'
import type { Operation, Policy } from './operation.ts'

/** Who asks for an operation, and in which request; the id links the log, the history and the answer. */
export interface Asker {
  readonly caller: Caller
  readonly requestId: string
  /** Undefined, or not there: every write is done. */
  readonly once?: AskedOnce | undefined
  /** Undefined, or not there: a change is made whatever the object's version. */
  readonly ifMatch?: readonly string[] | undefined
}

/** A write that may be asked for again and is done once. */
export interface AskedOnce extends Once {
  /** Called when it had been done before, ahead of its result. */
  readonly onReplay: () => void
}

/** Runs an operation now. What it throws is a refusal, or a fault of ours. */
export type Perform = <Input, Result>(
  operation: Operation<Input, Result>,
  asker: Asker,
  input: Input,
) => Promise<Result>

/** `now` gives milliseconds since the epoch, UTC. */
export function createPerform(store: Store, policy: Policy, now: () => number): Perform {
  let lastAt = 0
  let sequence = 0
  const random = randomness()
  return (operation, { caller, requestId, once: asked, ifMatch }, input) => {
    const at = now()
    if (operation.access === 'read') {
      const context = { caller, requestId, policy, now: at, newId: '', once: undefined, ifMatch }
      return store.read(operation, { context, input })
    }
    // The id's own time is the operation's, and those of one millisecond are numbered: lists, which ascend by id,
    // ascend by age.
    sequence = at === lastAt ? sequence + 1 : 0
    lastAt = at
    const newId = v7({ msecs: at, seq: sequence, random: random() })
    // Without what is no data: the operation may run in another thread.
    const once = asked && { id: asked.id, fingerprint: asked.fingerprint }
    const context = { caller, requestId, policy, now: at, newId, once, ifMatch }
    return unpack(store.write(operation, { context, input }), asked)
  }
}

/** The result itself; only what was asked with a key can be a replay, and nothing else waits for a turn more. */
function unpack<Result>(given: Promise<Result | Replay<Result>>, asked: AskedOnce | undefined): Promise<Result> {
  if (asked === undefined) return given as Promise<Result>
  return given.then((result) => {
    if (!isReplay(result)) return result as Result
    asked.onReplay()
    return result.replayOfKeptAnswer
  })
}

/** Bytes of randomness in an id, and how many are drawn at a time: a draw costs as much as all the rest of an id. */
const ID_BYTES = 16
const POOL_BYTES = 4096

function randomness(): () => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    used += ID_BYTES
    return pool.subarray(used - ID_BYTES, used)
  }
}
