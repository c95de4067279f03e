/**
 * Thread entry: the only writer. Runs groups of bodies, each group in one transaction, and answers a group after its
 * commit. While it waits for the disk, the main thread goes on reading and parsing, and the next group gathers.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Body, WriteTransaction } from '../store.ts'
import { type Commit, type Job, type Message, type Outcome, outcomeOf } from './commits.ts'
import { connectWriter } from './connection.ts'
import { type Touched, writeTransaction } from './transaction.ts'
import { rememberVpcs } from './vpc-memory.ts'

/** Bodies in one commit at the most: bounds how long the first of them waits for the last. */
const MAX_GROUP = 256
/**
 * Of more bodies than these only half are taken, so that this thread runs one half while the main thread answers the
 * other: with all of them in one group the two threads would take turns, at three quarters of the speed.
 */
const MIN_SPLIT = 32

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
const touched: Touched = { peerings: new Set(), projects: new Set(), networks: new Set(), people: false, events: false }
const { tx, forget } = rememberVpcs(writeTransaction(db, touched))
const begin = db.prepare('begin immediate')
const commit = db.prepare('commit')
const rollback = db.prepare('rollback')
const savepoint = db.prepare('savepoint body')
const release = db.prepare('release body')
const undo = db.prepare('rollback to body')
const totalChanges = db.prepare('select total_changes() as changes')

/** Bodies that wait for a commit. */
const waiting: Job[] = []
let isRunning = false
let isClosing = false

port.on('message', async (message: Message) => {
  accept(message)
  // A body awaits its transaction only, which answers at once here; if one ever did not, groups must still not mingle.
  if (isRunning) return
  isRunning = true
  for (;;) {
    // What has arrived since: this thread is too busy to be told.
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
      accept(more.message as Message)
    }
    if (waiting.length === 0) break
    port.postMessage(await commitGroup(waiting.splice(0, groupOf(waiting.length))))
  }
  isRunning = false
  if (!isClosing) return
  db.close()
  port.close()
})
port.postMessage('ready')

function accept(message: Message): void {
  if (message === 'close') isClosing = true
  else for (const job of message) waiting.push(job)
}

/** How many of those that wait are taken. */
function groupOf(count: number): number {
  return Math.min(MAX_GROUP, Math.max(MIN_SPLIT, Math.ceil(count / 2)))
}

async function commitGroup(jobs: readonly Job[]): Promise<Commit> {
  try {
    begin.run()
    let outcomes = await runGroup(jobs, false)
    if (outcomes === undefined) {
      undoAll()
      begin.run()
      outcomes = await runGroup(jobs, true)
    }
    if (outcomes === undefined) throw new Error('a body in a savepoint of its own left something behind')
    commit.run()
    return { outcomes, ...changed() }
  } catch (error) {
    // The disk said no (full, or failing): nothing of the group is there, and each of its callers is told so.
    undoAll()
    const reason = error instanceof Error ? error.message : String(error)
    forgetChanges()
    return { outcomes: jobs.map(() => ({ kind: 'uncommitted', reason })), ...changed() }
  }
}

/**
 * Runs the bodies, one after the other. A savepoint makes SQLite copy each page it changes once more, which doubles the
 * time of a body, and nearly every body that throws does so before it writes. So a group first runs without: undefined
 * if a body threw after it wrote, and then the group must run again with them. Bodies bear that: what is random or
 * reads a clock is in their input.
 */
async function runGroup(jobs: readonly Job[], savepoints: boolean): Promise<readonly Outcome[] | undefined> {
  forgetChanges()
  const outcomes: Outcome[] = []
  for (const job of jobs) {
    const before = changes()
    if (savepoints) savepoint.run()
    const outcome = await runBody(job)
    if (outcome.kind !== 'done') {
      // SQLite itself ends the transaction on a full disk or an I/O error; then the whole group has failed.
      if (!db.isTransaction)
        throw new Error(outcome.kind === 'failed' ? outcome.error.message : 'the transaction ended')
      if (savepoints) undoOne()
      else if (changes() !== before) return undefined
    }
    if (savepoints) release.run()
    outcomes.push(outcome)
  }
  return outcomes
}

async function runBody({ body, input }: Job): Promise<Outcome> {
  const known = byName.get(body)
  if (known === undefined) return { kind: 'failed', error: new Error(`no write body is named ${body}`) }
  try {
    return { kind: 'done', result: await known.run(tx, input) }
  } catch (error) {
    return outcomeOf(error)
  }
}

/** SQLite itself has ended the transaction where the disk is full or fails. */
function undoAll(): void {
  if (db.isTransaction) rollback.run()
  forget()
}

function undoOne(): void {
  undo.run()
  forget()
}

function changed() {
  const { peerings, projects, networks, people, events } = touched
  return { peerings: [...peerings], projects: [...projects], networks: [...networks], people, events }
}

function forgetChanges(): void {
  touched.peerings.clear()
  touched.projects.clear()
  touched.networks.clear()
  touched.people = false
  touched.events = false
}

/** Rows changed since the connection was made. */
function changes(): number {
  return totalChanges.get()?.changes as number
}
