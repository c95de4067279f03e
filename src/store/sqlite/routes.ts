import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from '../../rules/ids.ts'
import type { Route, RouteTable } from '../../rules/route.ts'
import type { NetworkReads, NetworkWrites } from '../networks.ts'
import type { Generations } from './generations.ts'
import { limitTo } from './planning.ts'

type RouteReads = Pick<
  NetworkReads,
  | 'routeTable'
  | 'routeTables'
  | 'routeTablesOfVpc'
  | 'route'
  | 'routes'
  | 'routesOfVpc'
  | 'routesOfTable'
  | 'routeTo'
  | 'routeCount'
  | 'routesVia'
>
type RouteWrites = Pick<
  NetworkWrites,
  'insertRouteTable' | 'updateRouteTable' | 'deleteRouteTable' | 'insertRoute' | 'updateRoute' | 'deleteRoute'
>

const TABLE_FILTERS = `
  and (:id is null or id = :id)
  and (:vpc is null or vpc_id = :vpc)
  and (:subnet is null or id = (select route_table_id from subnet where id = :subnet))`

const ROUTE_FILTERS = `
  and (:id is null or id = :id)
  and (:vpc is null or vpc_id = :vpc)
  and (:destination is null or destination = :destination)`

export function routeReads(db: DatabaseSync): RouteReads {
  const table = db.prepare('select * from route_table where id = ?')
  const tablesOfVpc = db.prepare('select * from route_table where vpc_id = ? order by id')
  const tables = pages(db, `route_table where project_id = :project ${TABLE_FILTERS}`)
  const route = db.prepare('select * from route where id = ?')
  const ofVpc = db.prepare('select * from route where vpc_id = ? order by id')
  const ofTable = db.prepare('select * from route where table_id = ? order by key')
  const to = db.prepare('select * from route where table_id = ? and destination = ?')
  const count = db.prepare('select count(*) as count from route where table_id = ?')
  const via = db.prepare('select * from route where nexthop = ? order by id')
  const routes = pages(db, `route where project_id = :project and is_default = 1 ${ROUTE_FILTERS}`)
  return {
    routeTable(id) {
      const row = table.get(id)
      return row && toRouteTable(row)
    },
    routeTables: ({ projectId, id, vpcId, subnetId, ...page }) =>
      tables({ project: projectId, id: id ?? null, vpc: vpcId ?? null, subnet: subnetId ?? null }, page).map(
        toRouteTable,
      ),
    routeTablesOfVpc: (id) => tablesOfVpc.all(id).map(toRouteTable),
    route(id) {
      const row = route.get(id)
      return row && toRoute(row)
    },
    routes: ({ projectId, id, vpcId, destination, ...page }) =>
      routes({ project: projectId, id: id ?? null, vpc: vpcId ?? null, destination: destination ?? null }, page).map(
        toRoute,
      ),
    routesOfVpc: (id) => ofVpc.all(id).map(toRoute),
    routesOfTable: (id) => ofTable.all(id).map(toRoute),
    routeTo(id, destination) {
      const row = to.get(id, destination)
      return row && toRoute(row)
    },
    routeCount: (id) => count.get(id)?.count as number,
    routesVia: (id) => via.all(id).map(toRoute),
  }
}

interface AnyPage {
  readonly limit: number
  readonly after: string | undefined
  readonly before: string | undefined
}

/** A reader of pages in the order of ids, forwards and backwards. `from` is everything up to the place of the page. */
function pages(db: DatabaseSync, from: string) {
  const forwards = db.prepare(`select * from ${from} and id > :edge order by id ${limitTo(':limit')}`)
  const backwards = db.prepare(`select * from ${from} and id < :edge order by id desc ${limitTo(':limit')}`)
  return (filters: Readonly<Record<string, string | null>>, { limit, after, before }: AnyPage) =>
    before === undefined
      ? forwards.all({ ...filters, limit, edge: after ?? '' })
      : backwards.all({ ...filters, limit, edge: before }).reverse()
}

/** Tables without routes or subnets make no difference to a network, so it does not change with them. */
export function routeWrites(db: DatabaseSync, generations: Generations): RouteWrites {
  const insertTable = db.prepare(`
    insert into route_table (id, vpc_id, project_id, name, description, is_default, created_at, updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)`)
  const updateTable = db.prepare('update route_table set name = ?, description = ?, updated_at = ? where id = ?')
  const removeTable = db.prepare('delete from route_table where id = ?')
  const insertRoute = db.prepare(`
    insert into route
      (id, table_id, vpc_id, project_id, is_default, type, destination, nexthop, description, automatic, created_at,
       updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const updateRoute = db.prepare('update route set nexthop = ?, description = ?, updated_at = ? where id = ?')
  const nextHop = db.prepare('select nexthop from route where id = ?')
  const removeRoute = db.prepare('delete from route where id = ? returning vpc_id')
  return {
    insertRouteTable({ id, vpcId, projectId, name, description, isDefault, createdAt, updatedAt }) {
      insertTable.run(id, vpcId, projectId, name, description, Number(isDefault), createdAt, updatedAt)
    },
    updateRouteTable({ id, name, description, updatedAt }) {
      updateTable.run(name, description, updatedAt, id)
    },
    deleteRouteTable(id) {
      removeTable.run(id)
    },
    insertRoute(route) {
      insertRoute.run(
        ...[route.id, route.tableId, route.vpcId, route.projectId, Number(route.isDefault), route.type],
        ...[route.destination, route.nexthop, route.description, Number(route.automatic)],
        ...[route.createdAt, route.updatedAt],
      )
      generations.move(route.vpcId)
    },
    updateRoute({ id, vpcId, nexthop, description, updatedAt }) {
      if (nextHop.get(id)?.nexthop !== nexthop) generations.move(vpcId)
      updateRoute.run(nexthop, description, updatedAt, id)
    },
    deleteRoute(id) {
      const gone = removeRoute.get(id)
      if (gone !== undefined) generations.move(gone.vpc_id as VpcId)
    },
  }
}

function toRouteTable(row: Record<string, SQLOutputValue>): RouteTable {
  return {
    id: row.id as RouteTableId,
    vpcId: row.vpc_id as VpcId,
    projectId: row.project_id as ProjectId,
    name: row.name as string,
    description: row.description as string,
    isDefault: row.is_default === 1,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}

function toRoute(row: Record<string, SQLOutputValue>): Route {
  return {
    id: row.id as RouteId,
    tableId: row.table_id as RouteTableId,
    vpcId: row.vpc_id as VpcId,
    projectId: row.project_id as ProjectId,
    isDefault: row.is_default === 1,
    type: row.type as Route['type'],
    destination: row.destination as string,
    nexthop: row.nexthop as PeeringId,
    description: row.description as string,
    automatic: row.automatic === 1,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}
