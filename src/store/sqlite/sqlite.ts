/**
 * The embedded store: reads on this thread, writes in a thread of their own (writer.ts), grouped: the bodies that
 * arrive while a commit runs share the next one. Rows that were read are kept in memory, in step with the commits.
 */
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Body, ReadTransaction, Store, WriteTransaction } from '../store.ts'
import type { CheckpointerData } from './checkpointer.ts'
import { type Commit, type Job, resultOf } from './commits.ts'
import { connectReader } from './connection.ts'
import { peeringPageIds } from './peering-pages.ts'
import { readTransaction } from './transaction.ts'
import type { WriterData } from './writer.ts'

/** Bodies in one commit: bounds how long the first of them waits for the last. */
const MAX_GROUP = 256
/** Bodies that may wait; at some 5,000 writes a second that is two seconds, after which "try again" is the truth. */
const MAX_WAITING = 10_000
/** Commits after which checkpoints begin: a start that writes little needs no thread for them. */
const CHECKPOINT_FROM = 16
/** Peerings kept in memory, about 1 KiB each with their text. Lists of more read rows, at a third of the speed. */
const CACHED_PEERINGS = 100_000

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
  readonly #tx: ReadTransaction
  readonly #writer: Worker
  readonly #file: string
  readonly #cache = new LRUCache<PeeringId, Peering>({ max: CACHED_PEERINGS })
  readonly #peopleListeners: (() => void)[] = []
  #queue: Waiting[] = []
  #inFlight: readonly Waiting[] = []
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
    this.#tx = this.#caching(readTransaction(this.#reader))
    writer.on('message', (commit: Commit) => this.#settle(commit))
    // A store without its writer can keep no promise, and what became of the group in flight is unknown: the error is
    // left uncaught, the process ends, and clients find out by asking again.
  }

  async read<Input, Result>(body: Body<ReadTransaction, Input, Result>, input: Input): Promise<Result> {
    if (this.#closed !== undefined) throw unavailable('reads', 'closing')
    return body.run(this.#tx, input)
  }

  write<Input, Result>(body: Body<WriteTransaction, Input, Result>, input: Input): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(unavailable('writes', 'closing'))
    if (this.#queue.length >= MAX_WAITING) return Promise.reject(unavailable('writes', 'queue full'))
    return new Promise((resolve, reject) => {
      this.#queue.push({ body: body.name, input, resolve: resolve as (result: unknown) => void, reject })
      if (this.#inFlight.length === 0) this.#send()
    })
  }

  onPeopleChanged(listener: () => void): void {
    this.#peopleListeners.push(listener)
  }

  statistics() {
    return {
      commits: this.#commits,
      writes: this.#writes,
      waiting: this.#queue.length + this.#inFlight.length,
      failedCheckpoints: this.#failedCheckpoints,
    }
  }

  /** Answers what was asked before, then closes. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#inFlight.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
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

  #send(): void {
    this.#inFlight = this.#queue.splice(0, MAX_GROUP)
    this.#writer.postMessage(this.#inFlight.map(({ body, input }): Job => ({ body, input })))
  }

  #settle({ outcomes, peerings, people }: Commit): void {
    const group = this.#inFlight
    this.#inFlight = []
    this.#commits += 1
    if (this.#commits === CHECKPOINT_FROM) this.#startCheckpointer()
    this.#writes += group.length
    for (const id of peerings) this.#cache.delete(id)
    if (people) for (const listener of this.#peopleListeners) listener()
    if (this.#queue.length > 0) this.#send()
    else this.#drained?.()
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

  /**
   * While a group is in flight its commit may have happened and not been told to us, so the database answers and not
   * the cache: nobody sees the new state and then the old one. What is cached meanwhile is dropped when we are told.
   */
  #caching(tx: ReadTransaction): ReadTransaction {
    const pageIds = peeringPageIds(this.#reader)
    const kept = (id: PeeringId) => (this.#inFlight.length === 0 ? this.#cache.get(id) : undefined)
    const keep = (found: Peering): Peering => {
      const known = kept(found.id)
      if (known === undefined) this.#cache.set(found.id, found)
      // One object for one peering: what is made of it, such as its text, is made once.
      return known ?? found
    }
    return {
      ...tx,
      peering(id) {
        const known = kept(id)
        if (known !== undefined) return known
        const found = tx.peering(id) as Peering | undefined
        return found && keep(found)
      },
      peerings(query) {
        const page = pageIds(query)?.map(kept)
        if (page?.every((each) => each !== undefined)) return page
        return (tx.peerings(query) as readonly Peering[]).map(keep)
      },
    }
  }
}

function unavailable(what: 'reads' | 'writes', reason: string): Refusal {
  return new Refusal('unavailable', `The service cannot take more ${what} right now.`, { reason })
}
