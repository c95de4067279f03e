/**
 * Who waits for a peering to change. Woken by commits and by the clock; the database is asked only then. The clock is
 * looked at for all of them together, a few times a second, and so a clock that jumps wakes them too.
 */
import type { PeeringId } from '../rules/ids.ts'
import { Refusal } from '../rules/refusal.ts'

/** Waits at a time: each holds a connection and some 5 KiB. */
const MAX_WAITS = 1_000
/** Of these one project may have so many, so that none shuts the others out. */
const MAX_OF_PROJECT = 100
/** How late the clock may wake somebody. */
const LOOK_AT_CLOCK_EVERY_MS = 50

export interface PeeringWaits {
  /** Begins to listen; throws where too many wait already. `over` is the instant at which it ends. */
  begin(id: PeeringId, project: string, over: number): Wait
  /** Tells that these peerings have changed. */
  wake(ids: readonly PeeringId[]): void
  /** How many wait right now. */
  count(): number
  /** Ends all of them, and lets none wait any more. */
  close(): void
}

export interface Wait extends Disposable {
  /** Why it is over; undefined: it is not. */
  ended(): 'timeout' | 'shutdown' | undefined
  /** From here on `changed` counts what happens. */
  rearm(): void
  /** Resolves when the peering has changed since `rearm`, at an instant if one is given, and when the wait is over. */
  changed(at: number | undefined): Promise<void>
  /** Ends it: nobody listens any more. */
  cancel(): void
}

/** `now` gives milliseconds since the epoch, UTC. */
export function createPeeringWaits(now: () => number): PeeringWaits {
  const all = new Set<Waiting>()
  const byPeering = new Map<PeeringId, Set<Waiting>>()
  const ofProject = new Map<string, number>()
  let clock: NodeJS.Timeout | undefined
  let isClosed = false

  const lookAtClock = (): void => {
    const at = now()
    for (const each of all) if (each.until <= at) each.wake()
  }
  const add = (waiting: Waiting): void => {
    all.add(waiting)
    const same = byPeering.get(waiting.id) ?? new Set()
    byPeering.set(waiting.id, same.add(waiting))
    ofProject.set(waiting.project, (ofProject.get(waiting.project) ?? 0) + 1)
    clock ??= setInterval(lookAtClock, LOOK_AT_CLOCK_EVERY_MS)
  }
  const remove = (waiting: Waiting): void => {
    if (!all.delete(waiting)) return
    const same = byPeering.get(waiting.id)
    same?.delete(waiting)
    if (same?.size === 0) byPeering.delete(waiting.id)
    const left = (ofProject.get(waiting.project) ?? 1) - 1
    if (left === 0) ofProject.delete(waiting.project)
    else ofProject.set(waiting.project, left)
    if (all.size > 0) return
    clearInterval(clock)
    clock = undefined
  }

  return {
    begin(id, project, over) {
      if (all.size >= MAX_WAITS || (ofProject.get(project) ?? 0) >= MAX_OF_PROJECT) throw tooMany()
      const waiting = new Waiting(id, project)
      add(waiting)
      return {
        ended: () => (isClosed ? 'shutdown' : waiting.isCancelled || now() >= over ? 'timeout' : undefined),
        rearm: () => waiting.rearm(),
        changed: (at) => waiting.changed(Math.min(at ?? over, over)),
        cancel() {
          waiting.isCancelled = true
          waiting.wake()
        },
        [Symbol.dispose]: () => remove(waiting),
      }
    },
    wake(ids) {
      if (all.size === 0) return
      for (const id of ids) for (const each of byPeering.get(id) ?? []) each.wake()
    },
    count: () => all.size,
    close() {
      isClosed = true
      for (const each of all) each.wake()
    },
  }
}

class Waiting {
  readonly id: PeeringId
  readonly project: string
  isCancelled = false
  /** The instant at which the clock wakes it. */
  until = Number.POSITIVE_INFINITY
  #isAwake = false
  #resolve: (() => void) | undefined

  constructor(id: PeeringId, project: string) {
    this.id = id
    this.project = project
  }

  rearm(): void {
    this.#isAwake = false
  }

  wake(): void {
    this.#isAwake = true
    this.#resolve?.()
  }

  changed(until: number): Promise<void> {
    this.until = until
    if (this.#isAwake) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }
}

function tooMany(): Refusal {
  const message = `At most ${MAX_OF_PROJECT} requests of a project may wait at a time, and ${MAX_WAITS} of all.`
  return new Refusal('too_many_waits', message, { retryAfterSeconds: 1 })
}
