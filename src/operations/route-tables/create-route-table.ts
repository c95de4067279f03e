import type { RouteTableId, VpcId } from '../../rules/ids.ts'
import { isFull } from '../../rules/quota.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { RouteTable } from '../../rules/route.ts'
import type { RouteDraft } from '../../rules/route-changes.ts'
import { limitOf } from '../limit-of.ts'
import { furtherId, writing } from '../operation.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'
import { changeRoutes } from './change-routes.ts'
import { type WholeTable, wholeTable } from './whole-table.ts'

export interface NewRouteTable {
  readonly vpcId: VpcId
  readonly name: string
  readonly description: string
  readonly routes: readonly RouteDraft[]
}

/** A table beside the default one, with no subnets yet. */
export const createRouteTable = writing<NewRouteTable, WholeTable>(
  'createRouteTable',
  async (tx, context, { vpcId, name, description, routes }) => {
    const { now, newId } = context
    const { projectId } = await loadVpc(tx, context, vpcId)
    const tables = await tx.routeTablesOfVpc(vpcId)
    if (isFull(tables.length, await limitOf(tx, projectId, 'vpcContainRoutetable'))) {
      throw new Refusal('route_table_over_quota', "Quota exceeded for resources: ['routetable'].", { vpcId })
    }
    const table: RouteTable = {
      ...{ id: newId as RouteTableId, vpcId, projectId, name, description },
      ...{ isDefault: false, createdAt: now, updatedAt: now },
    }
    await tx.insertRouteTable(table)
    const changes = { del: [], mod: [], add: routes }
    await changeRoutes(tx, context, 'tables', table, changes, (nth) => furtherId(newId, nth + 1))
    return wholeTable(tx, table)
  },
)
