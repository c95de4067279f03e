/** What peerings have carried, for all who ask: the driver is asked at most once a second, and once at a time. */
import type { Dataplane } from '../dataplane/dataplane.ts'
import type { PeeringId } from '../rules/ids.ts'
import type { PeeringTraffic } from '../rules/readiness.ts'
import type { ReconcilerLog } from './parts.ts'

/** How old an answer may be, in milliseconds; or younger than now, where the clock was set back. */
const KEPT_MS = 1_000
/** How long who asks waits for the driver, in milliseconds: rather no figures than no answer. */
const PATIENCE_MS = 1_000

export type Counters = ReadonlyMap<PeeringId, PeeringTraffic>

/** Gives undefined where the driver does not tell, or not in time. `now`: milliseconds since the epoch, UTC. */
export function createCounters(
  dataplane: Pick<Dataplane, 'counters'>,
  now: () => number,
  log: ReconcilerLog,
): () => Promise<Counters | undefined> {
  let asked: { readonly at: number; readonly told: Promise<Counters | undefined> } | undefined
  let isAsking = false
  const ask = async (): Promise<Counters | undefined> => {
    isAsking = true
    try {
      return new Map((await dataplane.counters()).map((each) => [each.id, each]))
    } catch (error) {
      log.warn({ err: error }, 'the data plane does not tell what peerings have carried')
      return undefined
    } finally {
      isAsking = false
    }
  }
  return () => {
    if (asked === undefined || (!isAsking && Math.abs(now() - asked.at) >= KEPT_MS)) asked = { at: now(), told: ask() }
    return inTime(asked.told)
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
