/** What the routers of some VPCs ought to be, all at one instant. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IntendedRouter } from '../dataplane/dataplane.ts'
import type { PeeringId } from '../rules/ids.ts'
import type { Store } from '../store/store.ts'
import type { Taken } from './due.ts'
import { intendedRouter } from './intended.ts'
import { readGenerations, readRows } from './rows.ts'

/** VPCs whose rows are read at once, before the event loop has its turn. */
const READS_AT_ONCE = 8

/** A VPC that was taken, and what its router ought to be. */
export interface Intent extends Taken {
  /** Undefined: there is no such VPC. */
  readonly generation: number | undefined
  readonly router: IntendedRouter
  /** Those of the VPC, in any status but DELETED. */
  readonly peeringIds: readonly PeeringId[]
}

export interface Reading {
  readonly intents: readonly Intent[]
  /** What changed while it was read. */
  readonly changed: readonly Taken[]
  /** What could not be read, and why; nothing is known of the router there. */
  readonly unread: readonly { readonly intent: Intent; readonly error: unknown }[]
}

/**
 * Generations are read first, so that nobody is told that something was seen which was not. They are read again at the
 * end, and what has changed in between is left out: the others all are of one instant then, and no router gets an end
 * of a link that the other, a moment older, does not know of. Rejects where not even generations can be read.
 */
export async function readIntents(store: Pick<Store, 'read'>, taken: readonly Taken[]): Promise<Reading> {
  const ids = taken.map(({ id }) => id)
  const before = await store.read(readGenerations, ids)
  const intents: Intent[] = []
  const unread: Reading['unread'][number][] = []
  const readOne = async (each: Taken, generation: number | undefined): Promise<void> => {
    const intentOf = (router: IntendedRouter, peeringIds: readonly PeeringId[] = []): Intent => ({
      ...each,
      ...{ generation, router, peeringIds },
    })
    const none = intendedRouter(each.id, generation ?? 0, undefined)
    if (generation === undefined) return void intents.push(intentOf(none))
    try {
      const rows = await store.read(readRows, each.id)
      const peeringIds = rows.peerings.map(({ id }) => id)
      intents.push(intentOf(intendedRouter(each.id, generation, rows), peeringIds))
    } catch (error) {
      unread.push({ intent: intentOf(none), error })
    }
  }
  for (let from = 0; from < taken.length; from += READS_AT_ONCE) {
    if (from > 0) await nextTurn()
    const some = taken.slice(from, from + READS_AT_ONCE)
    await Promise.all(some.map((each, index) => readOne(each, before[from + index])))
  }
  const after = await store.read(readGenerations, ids)
  const moved = new Set(ids.filter((_, index) => before[index] !== after[index]))
  const still = intents.filter(({ id }) => !moved.has(id))
  // Where everything changes all the time, one is taken as it was: alone it need agree with no other.
  const chosen = still.length > 0 ? still : intents.slice(0, 1)
  return { intents: chosen, changed: intents.filter((intent) => !chosen.includes(intent)), unread }
}
