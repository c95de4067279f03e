import { actingProject } from '../../rules/access.ts'
import type { RouteTableId, SubnetId, VpcId } from '../../rules/ids.ts'
import { reading } from '../operation.ts'
import { type PageRequest, readPage } from '../page.ts'
import { type WholeTable, wholeTable } from './whole-table.ts'

/** All given filters must hold. */
export interface RouteTableFilter {
  readonly id: RouteTableId | undefined
  readonly vpcId: VpcId | undefined
  /** The table that this subnet is routed by. */
  readonly subnetId: SubnetId | undefined
}

interface RouteTablesRequest {
  /** Undefined: one that nothing can match. */
  readonly filter: RouteTableFilter | undefined
  readonly page: PageRequest<RouteTableId>
}

/** A page of the tables of the caller's project, each with all that is in it. */
export const listRouteTables = reading<RouteTablesRequest, readonly WholeTable[]>(
  'listRouteTables',
  async (tx, { caller }, { page, filter }) => {
    const projectId = actingProject(caller)
    if (filter === undefined) return []
    const { items } = await readPage(page, (range) => tx.routeTables({ ...filter, projectId, ...range }))
    return Promise.all(items.map((table) => wholeTable(tx, table)))
  },
)
