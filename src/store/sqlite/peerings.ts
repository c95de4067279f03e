import type { DatabaseSync } from 'node:sqlite'
import { countsFor, type Peering, participants } from '../../rules/peering.ts'
import type { Status } from '../../rules/status.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'
import type { Generations } from './generations.ts'
import { peeringPages } from './peering-pages.ts'
import { PEERING_COLUMNS, toPeering } from './peering-row.ts'
import { limitTo } from './planning.ts'
import { quotaCounter } from './quotas.ts'

type PeeringReads = Pick<
  ReadTransaction,
  'peering' | 'peerings' | 'peeringsOfVpc' | 'livePeeringBetween' | 'overduePeerings' | 'forgottenPeerings'
>
type PeeringWrites = Pick<WriteTransaction, 'insertPeering' | 'updatePeering' | 'forgetPeering'>

export function peeringReads(db: DatabaseSync): PeeringReads {
  const from = `select ${PEERING_COLUMNS} from peering p`
  const byId = db.prepare(`${from} where p.id = ?`)
  const ofVpc = db.prepare(`
    ${from} where p.request_vpc = unhex(:vpc, '-') and p.status <> 'DELETED'
    union all
    ${from} where p.accept_vpc = unhex(:vpc, '-') and p.status <> 'DELETED'
    order by id`)
  // The terms are those of the unique index that carries P1, so that it is the one that answers.
  const live = db.prepare(`
    ${from}
    where min(p.request_vpc, p.accept_vpc) = min(unhex(:a, '-'), unhex(:b, '-'))
      and max(p.request_vpc, p.accept_vpc) = max(unhex(:a, '-'), unhex(:b, '-'))
      and p.status in ('PENDING_ACCEPTANCE', 'ACTIVE')`)
  // Both name their index: the planner, which knows no figures, would rather read a whole status and sort it.
  const overdue = db.prepare(`
    ${from} indexed by peering_waiting
    where p.status = 'PENDING_ACCEPTANCE' and p.created_at <= :since
      and (:requester is null or p.request_project_id = :requester)
    order by p.created_at, p.key ${limitTo(':limit')}`)
  const forgotten = db.prepare(`
    ${from} indexed by peering_tombstone
    where p.status = 'DELETED' and p.updated_at <= ? order by p.updated_at ${limitTo('?')}`)
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
      overdue.all({ since, limit, requester: requester ?? null }).map(toPeering),
    forgottenPeerings: (since, limit) => forgotten.all(since, limit).map(toPeering),
  }
}

/** `touched` is called for every peering that is changed. Only ACTIVE ones are part of a network. */
export function peeringWrites(
  db: DatabaseSync,
  generations: Generations,
  touched: (peering: Peering) => void,
): PeeringWrites {
  const insert = db.prepare(`
    insert into peering
      (id, name, description, status, request_vpc_id, request_project_id, accept_vpc_id, accept_project_id, created_at,
       updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare('update peering set name = ?, description = ?, status = ?, updated_at = ? where id = ?')
  const remove = db.prepare("delete from peering where id = ? and status = 'DELETED' returning *")
  const insertMember = db.prepare('insert into peering_member values (?, ?, ?, ?, ?)')
  const updateMember = db.prepare(`
    update peering_member set deleted = :deleted, status = :status, name = :name
    where project_id = :project and deleted = 0 and peering_id = :id`)
  const followStatus = db.prepare('update automatic_side set is_active = ? where peering_id = ?')
  const removeMember = db.prepare('delete from peering_member where project_id = ? and deleted = 1 and peering_id = ?')
  const count = quotaCounter(db, 'vpcPeer')
  const moveBoth = ({ requester, accepter }: Peering): void => {
    generations.move(requester.vpcId)
    generations.move(accepter.vpcId)
  }
  return {
    insertPeering(peering) {
      const { id, name, description, status, requester, accepter, createdAt, updatedAt } = peering
      insert.run(
        ...[id, name, description, status, requester.vpcId, requester.projectId],
        ...[accepter.vpcId, accepter.projectId, createdAt, updatedAt],
      )
      for (const project of participants(peering)) insertMember.run(project, deleted(status), id, status, name)
      count([], countsFor(peering))
      if (status === 'ACTIVE') moveBoth(peering)
      touched(peering)
    },
    updatePeering(before, after) {
      const { id, name, description, status } = after
      update.run(name, description, status, after.updatedAt, id)
      if (status !== before.status || name !== before.name) {
        for (const project of participants(after))
          updateMember.run({ deleted: deleted(status), status, name, project, id })
      }
      if (status !== before.status) followStatus.run(Number(status === 'ACTIVE'), id)
      count(countsFor(before), countsFor(after))
      if ((status === 'ACTIVE') !== (before.status === 'ACTIVE')) moveBoth(after)
      touched(after)
    },
    forgetPeering(id) {
      const row = remove.get(id)
      if (row === undefined) return
      const gone = toPeering(row)
      for (const project of participants(gone)) removeMember.run(project, id)
      touched(gone)
    },
  }
}

function deleted(status: Status): 0 | 1 {
  return status === 'DELETED' ? 1 : 0
}
