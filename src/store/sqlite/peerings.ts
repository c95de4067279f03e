import type { DatabaseSync } from 'node:sqlite'
import type { PeeringId } from '../../rules/ids.ts'
import { countsFor, participants } from '../../rules/peering.ts'
import type { Status } from '../../rules/status.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'
import { peeringPages } from './peering-pages.ts'
import { toPeering } from './peering-row.ts'
import { quotaCounter } from './quotas.ts'

type PeeringReads = Pick<
  ReadTransaction,
  'peering' | 'peerings' | 'peeringsOfVpc' | 'livePeeringBetween' | 'overduePeerings' | 'forgottenPeerings'
>
type PeeringWrites = Pick<WriteTransaction, 'insertPeering' | 'updatePeering' | 'forgetPeering' | 'insertEvent'>

export function peeringReads(db: DatabaseSync): PeeringReads {
  const byId = db.prepare('select * from peering where id = ?')
  const ofVpc = db.prepare(`
    select * from peering where request_vpc_id = :vpc and status <> 'DELETED'
    union all
    select * from peering where accept_vpc_id = :vpc and status <> 'DELETED'
    order by id`)
  // The terms are those of the unique index that carries P1, so that it is the one that answers.
  const live = db.prepare(`
    select * from peering
    where min(request_vpc_id, accept_vpc_id) = min(:a, :b) and max(request_vpc_id, accept_vpc_id) = max(:a, :b)
      and status in ('PENDING_ACCEPTANCE', 'ACTIVE')`)
  const overdue = db.prepare(`
    select * from peering where status = 'PENDING_ACCEPTANCE' and created_at <= ? order by id limit ?`)
  const overdueOf = db.prepare(`
    select p.* from peering_member m join peering p on p.id = m.peering_id
    where m.project_id = :requester and m.status = 'PENDING_ACCEPTANCE'
      and p.request_project_id = :requester and p.created_at <= :since
    order by m.peering_id limit :limit`)
  const forgotten = db.prepare(`
    select * from peering where status = 'DELETED' and updated_at <= ? order by updated_at limit ?`)
  return {
    peering(id) {
      const row = byId.get(id)
      return row && toPeering(row)
    },
    peerings: peeringPages(db),
    peeringsOfVpc: (vpc) => ofVpc.all({ vpc }).map(toPeering),
    livePeeringBetween(a, b) {
      const row = live.get({ a, b })
      return row && toPeering(row)
    },
    overduePeerings: (since, limit, requester) =>
      (requester === undefined ? overdue.all(since, limit) : overdueOf.all({ requester, since, limit })).map(toPeering),
    forgottenPeerings: (since, limit) => forgotten.all(since, limit).map(toPeering),
  }
}

/** `touched` collects the peerings that a batch of bodies changes, for the reader's cache. */
export function peeringWrites(db: DatabaseSync, touched: Set<PeeringId>): PeeringWrites {
  const insert = db.prepare('insert into peering values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const update = db.prepare('update peering set name = ?, description = ?, status = ?, updated_at = ? where id = ?')
  const remove = db.prepare("delete from peering where id = ? and status = 'DELETED' returning *")
  const insertMember = db.prepare('insert into peering_member values (?, ?, ?, ?, ?)')
  const updateMember = db.prepare(`
    update peering_member set deleted = :deleted, status = :status, name = :name
    where project_id = :project and deleted = 0 and peering_id = :id`)
  const removeMember = db.prepare('delete from peering_member where project_id = ? and deleted = 1 and peering_id = ?')
  const insertEvent = db.prepare(`
    insert into event (at, peering_id, verb, from_status, to_status, user_id, project_id, request_id)
    values (?, ?, ?, ?, ?, ?, ?, ?)`)
  const count = quotaCounter(db, 'vpcPeer')
  return {
    insertPeering(peering) {
      const { id, name, description, status, requester, accepter, createdAt, updatedAt } = peering
      insert.run(
        ...[id, name, description, status, requester.vpcId, requester.projectId],
        ...[accepter.vpcId, accepter.projectId, createdAt, updatedAt],
      )
      for (const project of participants(peering)) insertMember.run(project, deleted(status), id, status, name)
      count([], countsFor(peering))
      touched.add(id)
    },
    updatePeering(before, after) {
      const { id, name, description, status } = after
      update.run(name, description, status, after.updatedAt, id)
      if (status !== before.status || name !== before.name) {
        for (const project of participants(after))
          updateMember.run({ deleted: deleted(status), status, name, project, id })
      }
      count(countsFor(before), countsFor(after))
      touched.add(id)
    },
    forgetPeering(id) {
      const row = remove.get(id)
      if (row === undefined) return
      for (const project of participants(toPeering(row))) removeMember.run(project, id)
      touched.add(id)
    },
    insertEvent({ at, peeringId, verb, from, to, userId, projectId, requestId }) {
      insertEvent.run(at, peeringId, verb, from ?? null, to, userId ?? null, projectId ?? null, requestId ?? null)
    },
  }
}

function deleted(status: Status): 0 | 1 {
  return status === 'DELETED' ? 1 : 0
}
