import type { RouteTableId, SubnetId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { RouteTable } from '../../rules/route.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { WriteTransaction } from '../../store/store.ts'
import { writing } from '../operation.ts'
import { defaultTableOf } from './default-table.ts'
import { loadRouteTable } from './load-route-table.ts'
import { type WholeTable, wholeTable } from './whole-table.ts'

export interface SubnetMoves {
  readonly id: RouteTableId
  /** Back to the default table; done first. */
  readonly disassociate: readonly SubnetId[]
  /** From whichever table they are in. */
  readonly associate: readonly SubnetId[]
}

/** All of them or none. */
export const moveSubnets = writing<SubnetMoves, WholeTable>(
  'moveSubnets',
  async (tx, context, { id, disassociate, associate }) => {
    const table = await loadRouteTable(tx, context, id)
    const { id: main } = await defaultTableOf(tx, table.vpcId)
    for (const subnetId of disassociate) {
      const subnet = await loadSubnetFor(tx, table, subnetId)
      if (table.isDefault || subnet.routeTableId !== id) {
        throw new Refusal('table_subnet_invalid', `Subnet ${subnetId} is not associated with route table ${id}.`)
      }
      await tx.updateSubnet({ ...subnet, routeTableId: main })
    }
    for (const subnetId of associate) {
      await tx.updateSubnet({ ...(await loadSubnetFor(tx, table, subnetId)), routeTableId: id })
    }
    return wholeTable(tx, table)
  },
)

async function loadSubnetFor(tx: WriteTransaction, table: RouteTable, id: SubnetId): Promise<Subnet> {
  const subnet = await tx.subnet(id)
  // One answer for "no such subnet" and "somebody else's": either way it is none of this VPC.
  if (subnet?.vpcId === table.vpcId) return subnet
  throw new Refusal('table_subnet_invalid', `VPC ${table.vpcId} has no subnet ${id}.`, { subnetId: id })
}
