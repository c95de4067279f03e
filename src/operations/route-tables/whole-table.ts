import { localDestinations } from '../../rules/destination.ts'
import type { SubnetId } from '../../rules/ids.ts'
import type { Route, RouteTable } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** A table with all that is in it. */
export interface WholeTable {
  readonly table: RouteTable
  /** Destinations of the local routes. */
  readonly locals: readonly string[]
  /** In the order in which they were made. */
  readonly routes: readonly Route[]
  readonly subnets: readonly SubnetId[]
}

export async function wholeTable(tx: ReadTransaction, table: RouteTable): Promise<WholeTable> {
  const inVpc = await tx.subnetsOfVpc(table.vpcId)
  return {
    table,
    locals: localDestinations(inVpc),
    routes: await tx.routesOfTable(table.id),
    subnets: inVpc.filter(({ routeTableId }) => routeTableId === table.id).map(({ id }) => id),
  }
}
