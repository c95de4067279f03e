/**
 * Thread entry: moves committed pages from the write-ahead log into the database, so that no commit has to. Passive
 * checkpoints never make the writer wait; but under steady writing the log would never be empty and so grow for ever,
 * and then one short restart is forced.
 */
import { parentPort, workerData } from 'node:worker_threads'
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
  try {
    const { log } = passive.get() as { log: number }
    if (log > RESTART_AT_PAGES) restart.get()
  } catch (error) {
    // Nothing is lost: what is committed is in the log, and the next checkpoint finds it there.
    if (!mayPass(error)) throw error
    parentPort?.postMessage('failed')
  }
}, EVERY_MS)

/** SQLite's own numbers; the low byte is the kind of error. */
const BUSY = 5
const IO_ERROR = 10
const FULL = 13

/** Whether it is the disk or another process that is in the way, rather than a file that is broken. */
function mayPass(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  return code === BUSY || code === IO_ERROR || code === FULL
}
