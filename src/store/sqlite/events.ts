import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { PeeringId, ProjectId, UserId } from '../../rules/ids.ts'
import type { Status } from '../../rules/status.ts'
import { chained } from '../chain.ts'
import type { ChainedEvent, HistoryReads, HistoryWrites, StoredEvent, Why } from '../history.ts'
import { limitTo } from './planning.ts'

/** What toEvent takes; not `*`, which would compute the columns that only the indexes need. */
export const EVENT_COLUMNS = `seq, at, peering_id, place, requester_project_id, accepter_project_id, verb, from_status,
  to_status, why, user_id, project_id, request_id, lower(hex(hash)) as hash`

export function eventReads(db: DatabaseSync): HistoryReads {
  const from = `select ${EVENT_COLUMNS} from event`
  const ofPeering = db.prepare(`
    ${from} where peering = unhex(?, '-') and place > ? order by peering, place ${limitTo('?')}`)
  const all = db.prepare(`${from} where seq > ? order by seq ${limitTo('?')}`)
  const ofProject = db.prepare(`
    ${from} where requester = unhex(:project) and seq > :after
    union all
    ${from} where accepter = unhex(:project) and accepter_project_id <> requester_project_id and seq > :after
    order by seq ${limitTo(':limit')}`)
  const last = db.prepare('select max(seq) as seq from event')
  return {
    history: (id, after, limit) => ofPeering.all(id, after, limit).map(toEvent),
    events: ({ visibleTo, after, limit }) => {
      const rows = visibleTo === undefined ? all.all(after, limit) : ofProject.all({ project: visibleTo, after, limit })
      return rows.map(toEvent)
    },
    lastSeq: () => (last.get()?.seq as number | null) ?? 0,
  }
}

/** `touched` is called for every event. */
export function eventWrites(db: DatabaseSync, touched: () => void): HistoryWrites {
  const last = db.prepare(`
    select place, lower(hex(hash)) as hash from event where peering = unhex(?, '-') order by place desc limit 1`)
  const insert = db.prepare(`
    insert into event
      (at, peering_id, place, requester_project_id, accepter_project_id, verb, from_status, to_status, why, user_id,
       project_id, request_id, hash)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?))`)
  return {
    insertEvent(event) {
      // A birth has nothing before it, and is the one that must be fast.
      const before = event.verb === 'create' ? undefined : last.get(event.peeringId)
      const { place, hash } = chained(before as unknown as ChainedEvent | undefined, event)
      insert.run(
        ...[event.at, event.peeringId, place, event.requester ?? null, event.accepter ?? null, event.verb],
        ...[event.from ?? null, event.to, event.why, event.userId ?? null, event.projectId ?? null],
        ...[event.requestId ?? null, hash],
      )
      touched()
    },
  }
}

/** Gives the events of an older version their hashes; they have their place already, in the order that is read here. */
export function chainOldEvents(db: DatabaseSync): void {
  const update = db.prepare('update event set hash = unhex(?) where seq = ?')
  let last: ChainedEvent | undefined
  for (const row of db.prepare(`select ${EVENT_COLUMNS} from event order by peering, place`).iterate()) {
    const { seq, ...event } = toEvent(row)
    last = chained(last?.peeringId === event.peeringId ? last : undefined, event)
    update.run(last.hash, seq)
  }
}

export function toEvent(row: Record<string, SQLOutputValue>): StoredEvent {
  return {
    seq: row.seq as number,
    at: row.at as number,
    peeringId: row.peering_id as PeeringId,
    place: row.place as number,
    requester: (row.requester_project_id as ProjectId | null) ?? undefined,
    accepter: (row.accepter_project_id as ProjectId | null) ?? undefined,
    verb: row.verb as StoredEvent['verb'],
    from: (row.from_status as Status | null) ?? undefined,
    to: row.to_status as Status,
    why: row.why as Why,
    userId: (row.user_id as UserId | null) ?? undefined,
    projectId: (row.project_id as ProjectId | null) ?? undefined,
    requestId: (row.request_id as string | null) ?? undefined,
    hash: row.hash as string,
  }
}
