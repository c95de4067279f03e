/** A process of its own with a store in FILE, that writes when a line tells it to and answers with a line of JSON. */
import { createInterface } from 'node:readline'
import { setInterval } from 'node:timers/promises'
import { openSqlite } from '../../src/store/sqlite/sqlite.ts'
import { applyChanges, countUp } from './store-bodies.ts'
import { isUnavailable, look } from './store-fresh.ts'
import { ALICE, newId, PEOPLE, vpc } from './store-samples.ts'
import { BODIES } from './stores.ts'

const store = await openSqlite(process.argv[2] ?? '', BODIES)
await store.write(applyChanges, PEOPLE)
say('ready')
for await (const line of createInterface(process.stdin)) {
  if (line === 'commit often') {
    // Enough of them that checkpoints begin.
    for (let count = 0; count < 30; count += 1) await store.write(applyChanges, [])
    say('done')
  }
  if (line === 'write') say(await outcome(Array.from({ length: 20 }, () => store.write(countUp, ALICE))))
  if (line === 'large') say(await outcome([store.write(applyChanges, large())]))
  if (line === 'checkpoint') {
    const before = store.statistics().failedCheckpoints
    for await (const _ of setInterval(20)) if (store.statistics().failedCheckpoints > before) break
    say('failed')
  }
}
await store[Symbol.asyncDispose]()

/** More than SQLite keeps in memory, so that it writes, and fails, in the middle of the body. */
function large() {
  const description = 'x'.repeat(64 * 1024)
  return Array.from({ length: 100 }, () => ['insertVpc', vpc({ id: newId() as never, description })] as const)
}

async function outcome(writes: readonly Promise<unknown>[]) {
  const rejected = (await Promise.allSettled(writes)).filter((each) => each.status === 'rejected')
  const refused = rejected.filter(({ reason }) => isUnavailable(reason)).map(({ reason }) => reason.facts.reason)
  const other = rejected.filter(({ reason }) => !isUnavailable(reason)).map(({ reason }) => String(reason))
  const count = await look(store, (tx) => tx.limit(ALICE, 'vpc'))
  const reasons = [...new Set(refused)]
  return { done: writes.length - rejected.length, unavailable: refused.length, reasons, other, count }
}

function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
