/**
 * Pages of peerings. A list is driven by the narrowest index that its filters allow, and each index yields ids in
 * ascending order, so that a page costs the page and not the table. Where one filter means two stored statuses, or
 * either side of a VPC, two ranges are read and merged.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PeeringId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import type { Status } from '../../rules/status.ts'
import type { PeeringQuery } from '../store.ts'
import { PEERING_COLUMNS, toPeering } from './peering-row.ts'
import { limitTo, planned } from './planning.ts'

/** Where the ids of a page come from. Every source but the first two sees the living and the tombstones apart. */
const SOURCES = {
  id: 'peering p where p.id = :id',
  memberStatus: `peering_member m join peering p on p.id = m.peering_id
    where m.project_id = :member and m.status = :stored`,
  memberName: `peering_member m join peering p on p.id = m.peering_id
    where m.project_id = :member and m.deleted = 0 and m.name = :name`,
  member: `peering_member m join peering p on p.id = m.peering_id where m.project_id = :member and m.deleted = 0`,
  requestVpc: "peering p where p.request_vpc = unhex(:vpc, '-') and p.status <> 'DELETED'",
  acceptVpc: "peering p where p.accept_vpc = unhex(:vpc, '-') and p.status <> 'DELETED'",
  status: `peering p where p.status = ${planned(':stored')}`,
} as const
type SourceName = keyof typeof SOURCES

interface Source {
  readonly name: SourceName
  readonly stored?: Status
}

/** Every filter but the id, which drives alone; the planner ignores a term whose value is null. */
const FILTERS = `
  and (:visible is null or :visible in (p.request_project_id, p.accept_project_id))
  and (:project is null or :project in (p.request_project_id, p.accept_project_id))
  and (:vpc is null or :vpc in (p.request_vpc_id, p.accept_vpc_id))
  and (:name is null or p.name = :name)
  and case when :status is null then p.status <> 'DELETED'
      else :status = case when p.status = 'PENDING_ACCEPTANCE' and p.created_at <= :overdue then 'EXPIRED'
        else p.status end
      end
  and (p.status <> 'DELETED' or p.updated_at > :forgotten)`

export function peeringPages(db: DatabaseSync): (query: PeeringQuery) => readonly Peering[] {
  const statements = new Map<string, StatementSync>()
  return (query) => {
    const backwards = query.before !== undefined
    const parameters = parametersOf(query)
    const found = sourcesOf(query).flatMap(({ name, stored }) =>
      statementOf(db, statements, name, backwards)
        .all({ ...parameters, stored: stored ?? null })
        .map(toPeering),
    )
    found.sort((a, b) => (a.id < b.id ? -1 : 1))
    return backwards ? found.slice(-query.limit) : found.slice(0, query.limit)
  }
}

/**
 * The ids of a page of everything that a project may see, or undefined where the query asks for less. They cost a
 * seventh of the rows, and whoever has the rows in memory needs no more.
 */
export function peeringPageIds(db: DatabaseSync): (query: PeeringQuery) => readonly PeeringId[] | undefined {
  // One text of them all: as rows they would take twice the time.
  const page = (order: string) =>
    db.prepare(`
    select group_concat(peering_id, '') as ids from (
      select peering_id from peering_member
      where project_id = ? and deleted = 0 and peering_id ${order} ${limitTo('?')})`)
  const forwards = page('> ? order by peering_id')
  const backwards = page('< ? order by peering_id desc')
  return (query) => {
    const { visibleTo, before, after, limit } = query
    if (visibleTo === undefined || isFiltered(query)) return undefined
    const row =
      before === undefined ? forwards.get(visibleTo, after ?? '', limit) : backwards.get(visibleTo, before, limit)
    const ids = idsIn((row?.ids as string | null) ?? '')
    return before === undefined ? ids : ids.reverse()
  }
}

/** Whether a query asks for less than everything that its project may see. */
export function isFiltered({ id, name, status, projectId, vpcId }: PeeringQuery): boolean {
  return [id, name, status, projectId, vpcId].some((filter) => filter !== undefined)
}

/** Ids one after the other, without anything between them. */
function idsIn(text: string): PeeringId[] {
  return Array.from(
    { length: text.length / ID_LENGTH },
    (_, index) => text.slice(index * ID_LENGTH, (index + 1) * ID_LENGTH) as PeeringId,
  )
}

/** Characters of a UUID. */
const ID_LENGTH = 36

function sourcesOf(query: PeeringQuery): readonly Source[] {
  const { status } = query
  const stored: readonly Status[] | undefined =
    status === undefined ? undefined : status === 'EXPIRED' ? ['EXPIRED', 'PENDING_ACCEPTANCE'] : [status]
  const isMember = (query.visibleTo ?? query.projectId) !== undefined
  if (query.id !== undefined) return [{ name: 'id' }]
  if (query.vpcId !== undefined && status !== 'DELETED') return [{ name: 'requestVpc' }, { name: 'acceptVpc' }]
  if (isMember && stored) return stored.map((each) => ({ name: 'memberStatus', stored: each }))
  if (isMember) return [{ name: query.name === undefined ? 'member' : 'memberName' }]
  const any: readonly Status[] = ['PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED', 'ACTIVE']
  return (stored ?? any).map((each) => ({ name: 'status', stored: each }))
}

function statementOf(
  db: DatabaseSync,
  statements: Map<string, StatementSync>,
  source: SourceName,
  backwards: boolean,
): StatementSync {
  const key = `${source} ${backwards}`
  const known = statements.get(key)
  if (known) return known
  // The key of the index itself is what is compared and ordered by: `p.id` would make SQLite sort the whole range.
  const id = source.startsWith('member') ? 'm.peering_id' : 'p.id'
  const order = backwards ? `and ${id} < :edge order by ${id} desc` : `and ${id} > :edge order by ${id}`
  const statement = db.prepare(
    `select ${PEERING_COLUMNS} from ${SOURCES[source]} ${FILTERS} ${order} ${limitTo(':limit')}`,
  )
  // One set of values serves every source, though not every source names them all.
  statement.setAllowUnknownNamedParameters(true)
  statements.set(key, statement)
  return statement
}

function parametersOf(query: PeeringQuery) {
  return {
    id: query.id ?? null,
    member: query.visibleTo ?? query.projectId ?? null,
    visible: query.visibleTo ?? null,
    project: query.projectId ?? null,
    vpc: query.vpcId ?? null,
    name: query.name ?? null,
    status: query.status ?? null,
    overdue: query.overdueSince ?? Number.MIN_SAFE_INTEGER,
    forgotten: query.forgottenSince,
    edge: query.before ?? query.after ?? '',
    limit: query.limit,
  }
}
