import type { DatabaseSync } from 'node:sqlite'
import type { ProjectId } from '../../rules/ids.ts'
import type { Resource } from '../../rules/quota.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'

/** Keeps the counter of one resource equal to a recount (P4): takes who was counted before a change, and who after. */
export function quotaCounter(db: DatabaseSync, resource: Resource) {
  const add = db.prepare(`
    insert into quota_used (project_id, resource, used) values (?, '${resource}', 1)
    on conflict (project_id, resource) do update set used = used + 1`)
  const subtract = db.prepare(`update quota_used set used = used - 1 where project_id = ? and resource = '${resource}'`)
  return (before: readonly ProjectId[], after: readonly ProjectId[]): void => {
    for (const project of after) if (!before.includes(project)) add.run(project)
    for (const project of before) if (!after.includes(project)) subtract.run(project)
  }
}

export function quotaReads(db: DatabaseSync): Pick<ReadTransaction, 'used' | 'limit'> {
  const used = db.prepare('select used from quota_used where project_id = ? and resource = ?')
  const limit = db.prepare('select quota from quota_limit where project_id = ? and resource = ?')
  return {
    used: (project, resource) => (used.get(project, resource)?.used as number | undefined) ?? 0,
    limit: (project, resource) => limit.get(project, resource)?.quota as number | undefined,
  }
}

export function quotaWrites(db: DatabaseSync): Pick<WriteTransaction, 'setLimit'> {
  const set = db.prepare(`
    insert into quota_limit (project_id, resource, quota) values (?, ?, ?)
    on conflict (project_id, resource) do update set quota = excluded.quota`)
  const unset = db.prepare('delete from quota_limit where project_id = ? and resource = ?')
  return {
    setLimit(project, resource, limit) {
      if (limit === undefined) unset.run(project, resource)
      else set.run(project, resource, limit)
    },
  }
}
