/**
 * Finds what was changed in the history behind the service's back. Reads one state of the database, without the lock,
 * so that it works on the folder of a running service too, and in the order of an index, so that it holds no more than
 * two events at a time.
 */
import type { DatabaseSync } from 'node:sqlite'
import { chained } from '../chain.ts'
import type { StoredEvent } from '../history.ts'
import { readMigrations } from '../migrate.ts'
import { connectReader, MIGRATIONS } from './connection.ts'
import { EVENT_COLUMNS, toEvent } from './events.ts'

export interface HistoryCheck {
  readonly entries: number
  readonly peerings: number
  readonly faults: number
  /** To be noted, and compared with the same `seq` another time. */
  readonly last: { readonly seq: number; readonly hash: string } | undefined
}

/** `report` is told each fault, as a sentence that names the entry. Throws where the file cannot be read as ours. */
export function checkHistory(file: string, report: (fault: string) => void): HistoryCheck {
  using db = connectReader(file)
  db.exec('begin')
  requireSchema(db)
  let faults = 0
  const count = (fault: string): void => {
    faults += 1
    report(fault)
  }
  const { entries, peerings } = checkChains(db, count)
  checkNumbers(db, count)
  checkEnds(db, count)
  const last = db.prepare('select seq, lower(hex(hash)) as hash from event order by seq desc limit 1').get()
  return { entries, peerings, faults, last: last as unknown as HistoryCheck['last'] }
}

function requireSchema(db: DatabaseSync): void {
  const { user_version: found } = db.prepare('pragma user_version').get() as { user_version: number }
  const known = readMigrations(MIGRATIONS).length
  if (found === known) return
  throw new Error(`the database has schema ${found}, this program knows ${known}: use the program that runs on it`)
}

/** Each chain by itself: its places, its hashes, its order. */
function checkChains(db: DatabaseSync, report: (fault: string) => void): { entries: number; peerings: number } {
  let entries = 0
  let peerings = 0
  let last: StoredEvent | undefined
  // By the text of the id too: an id that is no UUID has no bytes.
  for (const row of db.prepare(`select ${EVENT_COLUMNS} from event order by peering, place, peering_id`).iterate()) {
    const event = toEvent(row)
    const before = last?.peeringId === event.peeringId ? last : undefined
    entries += 1
    if (before === undefined) peerings += 1
    for (const fault of faultsOf(before, event)) report(`${nameOf(event)} ${fault}`)
    last = event
  }
  return { entries, peerings }
}

function* faultsOf(before: StoredEvent | undefined, event: StoredEvent): Generator<string> {
  const place = (before?.place ?? 0) + 1
  if (event.place > place) yield `follows a gap: ${missing(place, event.place)}`
  else if (event.place < place) yield 'has the index of another entry'
  else if (event.hash !== chained(before, event).hash) yield 'does not fit its hash: it was changed, moved or put in'
  if (place === 1 && event.place === 1 && event.verb !== 'create') yield 'is the first, and no birth'
  if (before !== undefined && event.seq <= before.seq) yield `stands before entry ${before.place} in the table`
}

/** Of all chains together: numbers are given out without a gap, so one that is missing was removed. */
function checkNumbers(db: DatabaseSync, report: (fault: string) => void): void {
  let next = 1
  for (const { seq } of db.prepare('select seq from event order by seq').iterate()) {
    if (Number(seq) !== next) report(`the table of events has a gap: ${missing(next, Number(seq))}`)
    next = Number(seq) + 1
  }
}

/** The end of a chain has nothing after it that would tell; but the peering says where it must end. */
function checkEnds(db: DatabaseSync, report: (fault: string) => void): void {
  const ends = db.prepare(`
    select p.id, p.status, (
      select e.to_status from event e where e.peering = unhex(p.id, '-') order by e.place desc limit 1
    ) as told
    from peering p where p.status is not told`)
  for (const { id, status, told } of ends.iterate()) {
    const end = told === null ? 'it has no history' : `its history ends with ${told}`
    report(`peering ${id} is ${status}, and ${end}: entries were removed, or the peering was changed`)
  }
}

function missing(from: number, to: number): string {
  if (to < from) return `${to} stands where ${from} should`
  return to - from === 1 ? `${from} is missing` : `${from} to ${to - 1} are missing`
}

function nameOf({ peeringId, place, seq }: StoredEvent): string {
  return `peering ${peeringId}, entry ${place} (event ${seq})`
}
