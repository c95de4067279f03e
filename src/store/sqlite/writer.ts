/**
 * Thread entry: the only writer. Runs groups of bodies, each group in one transaction and each body in a savepoint of
 * its own, and answers a group after its commit. While it waits for the disk, the main thread goes on reading and
 * parsing, and the next group gathers.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { PeeringId } from '../../rules/ids.ts'
import type { Body, WriteTransaction } from '../store.ts'
import { type Commit, type Job, type Outcome, outcomeOf } from './commits.ts'
import { connectWriter } from './connection.ts'
import { type Touched, writeTransaction } from './transaction.ts'

type AnyBody = Body<WriteTransaction, unknown, unknown>

export interface WriterData {
  readonly file: string
  /** Address of a module whose export `WRITES` lists the bodies. */
  readonly bodies: string
}

if (parentPort === null) throw new Error('writer.ts is the entry of a thread')
const port = parentPort
const { file, bodies } = workerData as WriterData
const db = connectWriter(file)
const { WRITES } = (await import(bodies)) as { WRITES: readonly AnyBody[] }
const byName = new Map(WRITES.map((body) => [body.name, body]))
const touched: Touched = { peerings: new Set<PeeringId>(), people: false }
const tx = writeTransaction(db, touched)
const begin = db.prepare('begin immediate')
const commit = db.prepare('commit')
const rollback = db.prepare('rollback')
const savepoint = db.prepare('savepoint body')
const release = db.prepare('release body')
const undo = db.prepare('rollback to body')

port.on('message', async (message: readonly Job[] | 'close') => {
  if (message === 'close') {
    db.close()
    port.close()
    return
  }
  port.postMessage(await commitGroup(message))
})
port.postMessage('ready')

async function commitGroup(jobs: readonly Job[]): Promise<Commit> {
  touched.peerings.clear()
  touched.people = false
  const outcomes: Outcome[] = []
  try {
    begin.run()
    for (const job of jobs) outcomes.push(await runBody(job))
    commit.run()
  } catch (error) {
    // The disk said no (full, or failing): nothing of the group is there, and each of its callers is told so.
    if (db.isTransaction) rollback.run()
    const reason = error instanceof Error ? error.message : String(error)
    return { outcomes: jobs.map(() => ({ kind: 'uncommitted', reason })), peerings: [], people: false }
  }
  return { outcomes, peerings: [...touched.peerings], people: touched.people }
}

async function runBody({ body, input }: Job): Promise<Outcome> {
  const known = byName.get(body)
  if (known === undefined) return { kind: 'failed', error: new Error(`no write body is named ${body}`) }
  savepoint.run()
  try {
    const result = await known.run(tx, input)
    release.run()
    return { kind: 'done', result }
  } catch (error) {
    // SQLite itself ends the transaction on a full disk or an I/O error; then the whole group has failed.
    if (!db.isTransaction) throw error
    undo.run()
    release.run()
    return outcomeOf(error)
  }
}
