/**
 * A full pass over many peerings of which none differs from what it ought to be: what the service reads, compares and
 * asks the kernel, beside a dump of the same objects by `ip`.
 */
import { join } from 'node:path'
import type { Dataplane } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { Reconciler } from '../../src/reconciler/reconciler.ts'
import { lockFolder } from '../../src/store/sqlite/lock.ts'
import { openSqlite } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { median } from '../table.ts'
import { runScript, writeDump } from './by-hand.ts'
import { type Ground, namesOf, openGround } from './ground.ts'
import { acceptAll, type NetSite, openNetSite } from './net-site.ts'
import { now } from './probing.ts'
import { type Beside, takeTurns } from './turns.ts'

export interface Look extends Beside {
  /** Of `ours`, what the driver took; median milliseconds. */
  readonly driver: number
}

/** The network is made by the whole service; then it is stopped, and its parts are looked at here. */
export async function measureLook(parent: string, peerings: number, rounds: number): Promise<Look> {
  using ground = openGround()
  const { instance, dataFolder } = await build(parent, ground, peerings)
  using _lock = lockFolder(dataFolder)
  const bodies = new URL('../../src/operations/writes.ts', import.meta.url)
  await using store = await openSqlite(join(dataFolder, 'causeway.sqlite'), bodies)
  await using dataplane = await openNetns({ instance })
  const script = writeDump(parent, 'look', namesOf(instance))
  const driver: number[] = []
  const times = await takeTurns(rounds, {
    ours: async () => void driver.push(await pass(store, dataplane, peerings)),
    byHand: async () => runScript(script),
    after: () => Promise.resolve(),
  })
  return { ...times, driver: median(driver.slice(1)) }
}

async function build(parent: string, ground: Ground, peerings: number): Promise<NetSite> {
  await using site = await openNetSite(parent, ground, peerings)
  await acceptAll(site, site.pairs.slice(0, peerings))
  return site
}

/** One full pass, the first of a reconciler; how many milliseconds of it the driver took. */
async function pass(store: Store, dataplane: Dataplane, peerings: number): Promise<number> {
  let ms = 0
  const looked = new Set<string>()
  const fail = (facts: object, message: string) => {
    throw new Error(`${message}: ${JSON.stringify(facts)}`)
  }
  const apply: Dataplane['apply'] = async (routers) => {
    const start = now()
    const reports = await dataplane.apply(routers)
    ms += now() - start
    const wrong = reports.find(({ changes, failures }) => changes > 0 || failures.length > 0)
    if (wrong !== undefined) throw new Error(`a network differed: ${JSON.stringify(wrong)}`)
    return reports
  }
  await using reconciler = new Reconciler({
    ...{ store, now: Date.now, random: Math.random, log: { warn: fail, error: fail } },
    dataplane: { apply, present: () => dataplane.present() },
    metrics: { passed: () => {}, repaired: () => {}, lagged: () => {} },
    looked(ids) {
      for (const id of ids) looked.add(id)
    },
  })
  await reconciler.fullPass()
  if (looked.size !== peerings) throw new Error(`of ${peerings} peerings ${looked.size} were looked at`)
  return ms
}
