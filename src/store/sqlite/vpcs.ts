import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AcceptanceRule } from '../../rules/acceptance.ts'
import type { ProjectId, VpcId } from '../../rules/ids.ts'
import type { Tag } from '../../rules/tag.ts'
import type { Vpc, VpcContents } from '../../rules/vpc.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'
import type { Generations } from './generations.ts'
import { limitTo } from './planning.ts'
import { quotaCounter } from './quotas.ts'

/** A list that is absent filters nothing; it is passed as JSON, so that one statement serves any length. */
const FILTERS = `
  and (:ids is null or id in (select value from json_each(:ids)))
  and (:names is null or name in (select value from json_each(:names)))
  and (:descriptions is null or description in (select value from json_each(:descriptions)))
  and (:cidrs is null or cidr in (select value from json_each(:cidrs)))
  and (:enterprise is null or enterprise_project_id = :enterprise)`

export function vpcReads(db: DatabaseSync): Pick<ReadTransaction, 'vpc' | 'vpcs' | 'vpcNamed' | 'contentsOfVpc'> {
  const byId = db.prepare('select * from vpc where id = ?')
  const byName = db.prepare("select * from vpc where project_id = ? and name = ? and name <> ''")
  const contents = db.prepare(`
    select (select count(*) from subnet where vpc_id = :vpc and project_id = :project) as subnets,
      (select count(*) from route_table where vpc_id = :vpc and project_id = :project) as tables`)
  const forwards = db.prepare(`
    select * from vpc where project_id = :project ${FILTERS} and id > :edge order by id ${limitTo(':limit')}`)
  const backwards = db.prepare(`
    select * from vpc where project_id = :project ${FILTERS} and id < :edge order by id desc ${limitTo(':limit')}`)
  return {
    vpc(id) {
      const row = byId.get(id)
      return row && toVpc(row)
    },
    vpcNamed(project, name) {
      const row = byName.get(project, name)
      return row && toVpc(row)
    },
    contentsOfVpc(project, vpc): VpcContents {
      const row = contents.get({ project, vpc })
      return { subnets: row?.subnets as number, routeTables: row?.tables as number }
    },
    vpcs(query) {
      const parameters = {
        project: query.projectId,
        ids: json(query.ids),
        names: json(query.names),
        descriptions: json(query.descriptions),
        cidrs: json(query.cidrs),
        enterprise: query.enterpriseProjectId ?? null,
        edge: query.before ?? query.after ?? '',
        limit: query.limit,
      }
      const page = query.before === undefined ? forwards.all(parameters) : backwards.all(parameters).reverse()
      return page.map(toVpc)
    },
  }
}

type VpcWrites = Pick<WriteTransaction, 'insertVpc' | 'updateVpc' | 'deleteVpc'>

export function vpcWrites(db: DatabaseSync, generations: Generations): VpcWrites {
  const insert = db.prepare(`
    insert into vpc
      (id, project_id, name, description, cidr, extend_cidrs, enterprise_project_id, tags, created_at, updated_at,
       acceptance)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(`
    update vpc set name = ?, description = ?, cidr = ?, extend_cidrs = ?, tags = ?, acceptance = ?,
      updated_at = ? where id = ?`)
  const remove = db.prepare('delete from vpc where id = ?')
  const count = quotaCounter(db, 'vpc')
  return {
    insertVpc(vpc) {
      insert.run(
        ...[vpc.id, vpc.projectId, vpc.name, vpc.description, vpc.cidr, JSON.stringify(vpc.extendCidrs)],
        ...[vpc.enterpriseProjectId, JSON.stringify(vpc.tags), vpc.createdAt, vpc.updatedAt],
        JSON.stringify(vpc.acceptance),
      )
      generations.begin(vpc.id)
      count([], [vpc.projectId])
    },
    updateVpc(vpc) {
      update.run(
        ...[vpc.name, vpc.description, vpc.cidr, JSON.stringify(vpc.extendCidrs), JSON.stringify(vpc.tags)],
        ...[JSON.stringify(vpc.acceptance), vpc.updatedAt, vpc.id],
      )
    },
    deleteVpc(vpc) {
      remove.run(vpc.id)
      generations.end(vpc.id)
      count([vpc.projectId], [])
    },
  }
}

function toVpc(row: Record<string, SQLOutputValue>): Vpc {
  return {
    id: row.id as VpcId,
    projectId: row.project_id as ProjectId,
    name: row.name as string,
    description: row.description as string,
    cidr: row.cidr as string,
    extendCidrs: JSON.parse(row.extend_cidrs as string) as string[],
    enterpriseProjectId: row.enterprise_project_id as string,
    tags: JSON.parse(row.tags as string) as Tag[],
    acceptance: JSON.parse(row.acceptance as string) as AcceptanceRule[],
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

function json(values: readonly string[] | undefined): string | null {
  return values === undefined ? null : JSON.stringify(values)
}
