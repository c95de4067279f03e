/**
 * Thread entry: moves committed pages from the write-ahead log into the database, so that no commit has to. Passive
 * checkpoints never make the writer wait; but under steady writing the log would never be empty and so grow for ever,
 * and then one short restart is forced.
 */
import { workerData } from 'node:worker_threads'
import { connectWriter } from './connection.ts'

export interface CheckpointerData {
  readonly file: string
}

const EVERY_MS = 1_000
/** Pages of 4 KiB: beyond 64 MiB of log the next checkpoint waits for the writer, and the log starts anew. */
const RESTART_AT_PAGES = 16_384

const { file } = workerData as CheckpointerData
const db = connectWriter(file)
const passive = db.prepare('pragma wal_checkpoint(passive)')
const restart = db.prepare('pragma wal_checkpoint(restart)')

setInterval(() => {
  const { log } = passive.get() as { log: number }
  if (log > RESTART_AT_PAGES) restart.get()
}, EVERY_MS)
