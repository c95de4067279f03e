/**
 * One process per data folder, because the rows it has read stay in its memory. The lock is a transaction held open on
 * a file of its own: the kernel lets go of it when the process ends, however it ends, so no stale lock is ever left.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** SQLite's own number: somebody else has the lock. */
const BUSY = 5

/** Takes the folder, or throws an error that names the process that has it. Dispose to let go. */
export function lockFolder(folder: string): Disposable {
  const db = openLock(folder)
  try {
    db.exec('pragma journal_mode = delete')
    db.exec('create table if not exists holder (pid integer not null)')
    db.exec('begin immediate; delete from holder')
    db.prepare('insert into holder (pid) values (?)').run(process.pid)
    db.exec('commit; begin immediate')
  } catch (error) {
    const holder = readHolder(db)
    db.close()
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === BUSY
    if (!isBusy) throw unwritable(folder, error)
    throw new Error(`the data folder ${folder} is in use by another Causeway process${holder}`, { cause: error })
  }
  return { [Symbol.dispose]: () => db.close() }
}

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 })
  } catch (error) {
    throw unwritable(folder, error)
  }
}

function unwritable(folder: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(`the data folder ${folder} cannot be written: ${reason}`, { cause })
}

/** The holder's process id for the message; the table may be locked for the instant in which it is written. */
function readHolder(db: DatabaseSync): string {
  try {
    const row = db.prepare('select pid from holder').get() as { pid: number } | undefined
    return row === undefined ? '' : ` (pid ${row.pid})`
  } catch {
    return ''
  }
}
