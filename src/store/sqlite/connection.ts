import { DatabaseSync } from 'node:sqlite'
import { pendingMigrations, readMigrations } from '../migrate.ts'
import { chainOldEvents } from './events.ts'

export const MIGRATIONS = new URL('../../../migrations/sqlite', import.meta.url).pathname

/** Its name in the data folder. */
export const DATABASE = 'causeway.sqlite'

/** How long a statement waits for another connection's lock: a checkpoint, or a process that migrates. */
const BUSY_TIMEOUT_MS = 10_000

/** Pages that the reader keeps: the indexes of some 100,000 peerings. SQLite's own 2 MiB hold those of 5,000. */
const READ_CACHE_KIB = 65_536

/** The one connection that writes. Brings the schema up to date first. */
export function connectWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  // A commit writes whole pages: 2 KiB halve the log of a create. Only a database that is being made takes it.
  db.exec('pragma page_size = 2048')
  db.exec('pragma journal_mode = wal')
  // Full: a commit returns when it is on disk (P10). Grouping commits makes that cheap.
  db.exec('pragma synchronous = full')
  // A checkpoint inside a commit costs that commit a second fsync and tens of milliseconds: see checkpointer.ts.
  db.exec('pragma wal_autocheckpoint = 0')
  migrate(db)
  return db
}

/** A connection that only reads; the writer must have been connected once before. */
export function connectReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  db.exec(`pragma cache_size = -${READ_CACHE_KIB}`)
  return db
}

/** What of a migration is not SQL's to do, by the name of its file without the number. */
const STEPS: Readonly<Record<string, (db: DatabaseSync) => void>> = { 'history.sql': chainOldEvents }

function migrate(db: DatabaseSync): void {
  // Immediate: of two processes that start at once, the second waits here and then finds nothing to do.
  db.exec('begin immediate')
  try {
    const row = db.prepare('pragma user_version').get() as { user_version: number }
    for (const { version, name, sql } of pendingMigrations(readMigrations(MIGRATIONS), row.user_version)) {
      db.exec(sql)
      STEPS[name.slice('0000-'.length)]?.(db)
      db.exec(`pragma user_version = ${version}`)
    }
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
    throw error
  }
}
