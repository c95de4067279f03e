/**
 * The embedded store: reads on this thread, writes in a thread of their own (writer.ts), grouped: the bodies that
 * arrive while a commit runs share the next ones. What was read of peerings stays in memory (peering-memory.ts).
 */
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { PeeringId, VpcId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Body, ReadTransaction, Store, WriteTransaction } from '../store.ts'
import type { CheckpointerData } from './checkpointer.ts'
import { type Commit, type Job, type Message, resultOf } from './commits.ts'
import { connectReader } from './connection.ts'
import { type PeeringMemory, rememberPeerings } from './peering-memory.ts'
import { readTransaction } from './transaction.ts'
import type { WriterData } from './writer.ts'

/** Bodies that may wait; at some 5,000 writes a second that is two seconds, after which "try again" is the truth. */
const MAX_WAITING = 10_000
/** Commits after which checkpoints begin: a start that writes little needs no thread for them. */
const CHECKPOINT_FROM = 16
interface Waiting extends Job {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Opens, and if need be creates, the database in `file`. `bodies` is the address of the module whose export `WRITES`
 * lists the bodies that `write` may be given. The caller must hold the folder's lock: two stores on one file would
 * each keep rows that the other has changed.
 */
export async function openSqlite(file: string, bodies: URL): Promise<Store> {
  // Made here, so that nobody else can read it for as much as an instant.
  closeSync(openSync(file, 'a', 0o600))
  const workerData: WriterData = { file, bodies: bodies.href }
  const writer = new Worker(new URL('./writer.ts', import.meta.url), { workerData })
  // The first message says that the schema is up to date. A database that cannot be opened throws its error here.
  await once(writer, 'message')
  return new SqliteStore(file, writer)
}

class SqliteStore implements Store {
  readonly #reader: ReturnType<typeof connectReader>
  readonly #memory: PeeringMemory
  readonly #writer: Worker
  readonly #file: string
  readonly #peopleListeners: (() => void)[] = []
  readonly #peeringListeners: ((ids: readonly PeeringId[]) => void)[] = []
  readonly #networkListeners: ((ids: readonly VpcId[]) => void)[] = []
  readonly #eventListeners: (() => void)[] = []
  /** To be sent at the end of this turn of the event loop. */
  #unsent: Waiting[] = []
  /** Sent and not answered, in order. */
  #inFlight: Waiting[] = []
  #checkpointer: Worker | undefined
  #drained: (() => void) | undefined
  /** Set when the closing begins. */
  #closed: Promise<void> | undefined
  #commits = 0
  #failedCheckpoints = 0
  #writes = 0

  constructor(file: string, writer: Worker) {
    this.#file = file
    this.#writer = writer
    this.#reader = connectReader(file)
    this.#memory = rememberPeerings(this.#reader, readTransaction(this.#reader), () => this.#inFlight.length === 0)
    writer.on('message', (commit: Commit) => this.#settle(commit))
    // A store without its writer can keep no promise, and what became of the group in flight is unknown: the error is
    // left uncaught, the process ends, and clients find out by asking again.
  }

  async read<Input, Result>(body: Body<ReadTransaction, Input, Result>, input: Input): Promise<Result> {
    if (this.#closed !== undefined) throw unavailable('reads', 'closing')
    return body.run(this.#memory.tx, input)
  }

  write<Input, Result>(body: Body<WriteTransaction, Input, Result>, input: Input): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(unavailable('writes', 'closing'))
    if (this.#waiting() >= MAX_WAITING) return Promise.reject(unavailable('writes', 'queue full'))
    return new Promise((resolve, reject) => {
      this.#unsent.push({ body: body.name, input, resolve: resolve as (result: unknown) => void, reject })
      // The requests of one turn go in one message, but an idle writer is not kept waiting.
      if (this.#inFlight.length === 0) this.#send()
      else if (this.#unsent.length === 1) setImmediate(() => this.#send())
    })
  }

  onPeopleChanged(listener: () => void): void {
    this.#peopleListeners.push(listener)
  }

  onPeeringsChanged(listener: (ids: readonly PeeringId[]) => void): void {
    this.#peeringListeners.push(listener)
  }

  onNetworksChanged(listener: (ids: readonly VpcId[]) => void): void {
    this.#networkListeners.push(listener)
  }

  onEvents(listener: () => void): void {
    this.#eventListeners.push(listener)
  }

  statistics() {
    return {
      commits: this.#commits,
      writes: this.#writes,
      waiting: this.#waiting(),
      failedCheckpoints: this.#failedCheckpoints,
    }
  }

  /** Answers what was asked before, then closes. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#waiting() > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    const closed = new Promise((resolve) => this.#writer.once('exit', resolve))
    this.#writer.postMessage('close')
    await Promise.all([closed, this.#checkpointer?.terminate()])
    this.#reader.close()
  }

  #startCheckpointer(): void {
    const workerData: CheckpointerData = { file: this.#file }
    this.#checkpointer = new Worker(new URL('./checkpointer.ts', import.meta.url), { workerData })
    this.#checkpointer.on('message', () => {
      this.#failedCheckpoints += 1
    })
  }

  #waiting(): number {
    return this.#unsent.length + this.#inFlight.length
  }

  #send(): void {
    const jobs = this.#unsent
    if (jobs.length === 0) return
    this.#unsent = []
    this.#inFlight.push(...jobs)
    this.#writer.postMessage(jobs.map(({ body, input }): Job => ({ body, input })) satisfies Message)
  }

  #settle({ outcomes, peerings, projects, networks, people, events }: Commit): void {
    const group = this.#inFlight.splice(0, outcomes.length)
    this.#commits += 1
    if (this.#commits === CHECKPOINT_FROM) this.#startCheckpointer()
    this.#writes += group.length
    this.#memory.forget(peerings, projects)
    if (people) for (const listener of this.#peopleListeners) listener()
    if (peerings.length > 0) for (const listener of this.#peeringListeners) listener(peerings)
    if (networks.length > 0) for (const listener of this.#networkListeners) listener(networks)
    if (events) for (const listener of this.#eventListeners) listener()
    if (this.#waiting() === 0) this.#drained?.()
    group.forEach((waiting, index) => {
      const outcome = outcomes[index]
      try {
        if (outcome === undefined) throw new Error('the writer left a body without an outcome')
        waiting.resolve(resultOf(outcome))
      } catch (error) {
        waiting.reject(error)
      }
    })
  }
}

function unavailable(what: 'reads' | 'writes', reason: string): Refusal {
  return new Refusal('unavailable', `The service cannot take more ${what} right now.`, { reason })
}
