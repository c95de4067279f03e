/**
 * Makes the network equal to the store, and knows how far it is. Its only input is which VPCs to look at again: a
 * commit names some, a timer marks all, and both go the same way. What a VPC's router ought to be is read anew each
 * time, and the driver compares it with what is really there. One call of the driver at a time, ever.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RouterReport } from '../dataplane/dataplane.ts'
import type { VpcId } from '../rules/ids.ts'
import type { Fault } from '../rules/readiness.ts'
import { backoff } from './backoff.ts'
import { Due, type Taken } from './due.ts'
import { FullPass } from './full-pass.ts'
import { type Intent, readIntents } from './intents.ts'
import type { ReconcilerParts } from './parts.ts'
import { readPage } from './rows.ts'
import { Sightings } from './sightings.ts'

/** From the end of a full pass to the next one. */
const FULL_PASS_EVERY_MS = 10_000
/**
 * VPCs in one call of the driver. A change waits for the call before its own, which may be a look at some that only a
 * full pass has marked: a look takes 2 to 5 ms where a VPC has 20 to 60 peerings.
 */
const BATCH = { limit: 64, marked: 4 } as const
/** After so long a call of the driver is told to hang. It is waited for all the same: two at once would be worse. */
const HANGS_AFTER_MS = 30_000
/** A fault of our own rests it like so many failures of the driver: it may come again at once. */
const FAILURES_OF_OURS = 5
/** How often the clock is looked at. */
const TICK_MS = 50

interface Call {
  readonly what: string
  since: number
  readonly intents: readonly Intent[]
  isOverdue: boolean
}

export class Reconciler implements AsyncDisposable {
  readonly sightings: Sightings
  readonly #parts: ReconcilerParts
  readonly #due = new Due()
  readonly #timer: NodeJS.Timeout
  /** When the clock was looked at last. */
  #clock: number
  #nextPassAt: number
  #pass: FullPass | undefined
  #failuresOfPass = 0
  /** Who waits for a full pass that has not begun, and who for the one under way. */
  #asking: (() => void)[] = []
  #awaiting: (() => void)[] = []
  #call: Call | undefined
  /** Calls of the driver in a row that it gave up; and until when it is left alone. */
  #failuresOfDriver = 0
  #restUntil = 0
  #running: Promise<void> | undefined
  #isClosing = false
  #giveUp: (() => void) | undefined

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
    this.#clock = parts.now()
    this.#nextPassAt = this.#clock
    this.sightings = new Sightings(this.#nextPassAt)
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#run()
  }

  /** These may have changed. */
  wake(ids: readonly VpcId[]): void {
    const at = this.#parts.now()
    for (const id of ids) {
      this.#due.change(id, at)
      this.sightings.change(id, at)
    }
    this.#run()
  }

  /** Looks at everything; resolves when a pass that began after the call is over, and when there will be none. */
  fullPass(): Promise<void> {
    if (this.#isClosing) return Promise.resolve()
    this.#nextPassAt = this.#parts.now()
    return new Promise((resolve) => {
      this.#asking.push(resolve)
      this.#run()
    })
  }

  /** Waits for the call of the driver that is under way, unless that hangs. The network stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await Promise.race([
      this.#running,
      new Promise<void>((resolve) => {
        this.#giveUp = resolve
      }),
    ])
    clearInterval(this.#timer)
    this.sightings.close(this.#parts.now())
    for (const resolve of [...this.#asking, ...this.#awaiting]) resolve()
  }

  #tick(): void {
    const at = this.#parts.now()
    if (at < this.#clock) this.#clockSetBack(at)
    this.#clock = at
    this.sightings.lookAtClock(at)
    if (this.#call !== undefined && at - this.#call.since >= HANGS_AFTER_MS) this.#tellOverdue(this.#call, at)
    this.#run()
  }

  /** What was to be soon would else be only when the clock is there again: rather it is now. */
  #clockSetBack(at: number): void {
    this.#nextPassAt = Math.min(this.#nextPassAt, at)
    this.#restUntil = at
    if (this.#call !== undefined) this.#call.since = at
    this.#due.clockSetBack(at)
    this.sightings.clockSetBack(at)
  }

  #tellOverdue(call: Call, at: number): void {
    if (this.#isClosing) this.#giveUp?.()
    if (call.isOverdue) return
    call.isOverdue = true
    const { what, intents } = call
    this.#parts.log.error({ what, vpcs: intents.length }, 'the data plane does not answer')
    const message = `The data plane has not answered for ${HANGS_AFTER_MS / 1000} seconds.`
    for (const intent of intents) this.#note(intent, at, [faultOf(intent, message)])
  }

  #run(): void {
    this.#running ??= this.#loop()
      .catch((error) => {
        this.#rest(FAILURES_OF_OURS)
        this.#parts.log.error({ err: error }, 'the reconciler failed; the next full pass goes on')
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  async #loop(): Promise<void> {
    // First of all the writes are acknowledged that have woken it.
    await nextTurn()
    while (!this.#isClosing && this.#parts.now() >= this.#restUntil) {
      const taken = this.#due.take(this.#parts.now(), BATCH)
      if (taken.length > 0) await this.#lookAt(taken)
      // Where changes never end, what others have changed in the network would else never be put right.
      if (taken.length > 0 && (this.#due.hasMarked || this.#parts.now() < this.#passOverdueAt)) continue
      if (this.#pass !== undefined) await this.#goOn(this.#pass)
      else if (this.#parts.now() >= this.#nextPassAt) this.#beginPass()
      else if (taken.length === 0) return
    }
  }

  get #passOverdueAt(): number {
    return this.#nextPassAt + FULL_PASS_EVERY_MS
  }

  #beginPass(): void {
    const { store, dataplane } = this.#parts
    this.#awaiting = this.#asking
    this.#asking = []
    this.#pass = new FullPass({
      present: () => this.#ask('present', [], () => dataplane.present()),
      page: (after, limit) => store.read(readPage, { after, limit }),
      wasEmpty: (id, generation) => this.sightings.wasEmpty(id, generation),
      mark: (id) => this.#due.mark(id),
    })
  }

  /** Called when all that the pass has marked so far was looked at. */
  async #goOn(pass: FullPass): Promise<void> {
    try {
      if (!pass.isOver) {
        await pass.next()
        // A pass that finds nothing to look at must not hold up the requests.
        return await nextTurn()
      }
    } catch (error) {
      this.#failuresOfPass += 1
      this.#rest(this.#failuresOfPass)
      this.#parts.log.error({ err: error }, 'a full pass of the reconciler cannot go on; it is tried again')
      return
    }
    this.#failuresOfPass = 0
    this.#pass = undefined
    this.#parts.metrics.passed()
    this.#nextPassAt = this.#parts.now() + (this.#asking.length > 0 ? 0 : FULL_PASS_EVERY_MS)
    for (const resolve of this.#awaiting.splice(0)) resolve()
  }

  async #lookAt(taken: readonly Taken[]): Promise<void> {
    const intents = await this.#read(taken)
    if (intents.length === 0) return
    try {
      const routers = intents.map(({ router }) => router)
      const reports = await this.#ask('apply', intents, () => this.#parts.dataplane.apply(routers))
      this.#failuresOfDriver = 0
      const byVpc = new Map(reports.map((report) => [report.vpcId, report]))
      for (const intent of intents) this.#learn(intent, byVpc.get(intent.id))
    } catch (error) {
      this.#failuresOfDriver += 1
      this.#rest(this.#failuresOfDriver)
      this.#parts.log.error({ err: error, vpcs: intents.length }, 'the data plane failed; it is tried again')
      for (const intent of intents) this.#fail(intent, `The data plane failed: ${messageOf(error)}`, true)
    }
  }

  /** One call of the driver, whose beginning is known, so that it can be told to hang. */
  async #ask<Result>(what: string, intents: readonly Intent[], act: () => Promise<Result>): Promise<Result> {
    this.#call = { what, since: this.#parts.now(), intents, isOverdue: false }
    try {
      return await act()
    } finally {
      this.#call = undefined
    }
  }

  #rest(failures: number): void {
    this.#restUntil = this.#parts.now() + backoff(failures, this.#parts.random())
  }

  /** What the routers ought to be; what cannot be told now comes another time. */
  async #read(taken: readonly Taken[]): Promise<readonly Intent[]> {
    const { store, log, now, random } = this.#parts
    try {
      const { intents, changed, unread } = await readIntents(store, taken)
      for (const { id, changedAt } of changed) this.#due.change(id, changedAt ?? now())
      for (const { intent, error } of unread) {
        log.error({ err: error, vpcId: intent.id }, 'what a network ought to be cannot be read; it is tried again')
        this.#fail(intent, 'What the network ought to be cannot be read from the database.', false)
      }
      return intents
    } catch (error) {
      log.error({ err: error, vpcs: taken.length }, 'what networks ought to be cannot be read; it is tried again')
      for (const { id } of taken) this.#due.fail(id, now(), random(), false)
      return []
    }
  }

  #learn(intent: Intent, report: RouterReport | undefined): void {
    const { id, generation, router, changedAt, isMarked } = intent
    if (report === undefined) {
      this.#fail(intent, 'The data plane has not reported on the router.', false)
      return
    }
    const { changes, failures } = report
    const at = this.#parts.now()
    const wasWell = generation !== undefined && this.sightings.wasWell(id, generation)
    if (isMarked && wasWell && changes > 0) {
      this.#parts.log.warn({ vpcId: id, changes }, 'a network was not as it was left, and has been repaired')
      this.#parts.metrics.repaired(changes)
    }
    if (failures.length === 0) {
      this.#due.succeed(id)
      if (changedAt !== undefined) this.#parts.metrics.lagged(at - changedAt)
    } else {
      this.#due.fail(id, at, this.#parts.random(), false)
      const facts = { vpcId: id, generation: router.generation, failures }
      this.#parts.log.warn(facts, 'a network is not as it ought to be; it is tried again')
    }
    this.#note(intent, at, failures)
  }

  #fail(intent: Intent, message: string, alone: boolean): void {
    const at = this.#parts.now()
    this.#due.fail(intent.id, at, this.#parts.random(), alone)
    this.#note(intent, at, [faultOf(intent, message)])
  }

  #note({ id, generation, router, peeringIds }: Intent, at: number, faults: readonly Fault[]): void {
    if (generation === undefined && faults.length === 0) this.sightings.forget(id, at)
    else {
      const look = { generation: router.generation, at, faults }
      this.sightings.note(id, look, router.network === undefined, this.#due.changedAt(id))
    }
    this.#parts.looked(peeringIds)
  }
}

function faultOf({ id }: Intent, message: string): Fault {
  return { kind: 'router', id, message }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
