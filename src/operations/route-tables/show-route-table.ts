import type { RouteTableId } from '../../rules/ids.ts'
import { reading } from '../operation.ts'
import { loadRouteTable } from './load-route-table.ts'
import { type WholeTable, wholeTable } from './whole-table.ts'

export const showRouteTable = reading<RouteTableId, WholeTable>('showRouteTable', async (tx, context, id) =>
  wholeTable(tx, await loadRouteTable(tx, context, id)),
)
