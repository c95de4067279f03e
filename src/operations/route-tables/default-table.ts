import type { VpcId } from '../../rules/ids.ts'
import type { RouteTable } from '../../rules/route.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** Every VPC has one; undefined: there is no such VPC, or, in a read, no more. */
export async function findDefaultTable(tx: ReadTransaction, vpcId: VpcId): Promise<RouteTable | undefined> {
  return (await tx.routeTablesOfVpc(vpcId)).find(({ isDefault }) => isDefault)
}

/** Of a VPC that is known to be there. */
export async function defaultTableOf(tx: ReadTransaction, vpcId: VpcId): Promise<RouteTable> {
  const table = await findDefaultTable(tx, vpcId)
  if (table === undefined) throw new Error(`VPC ${vpcId} has no default route table`)
  return table
}
