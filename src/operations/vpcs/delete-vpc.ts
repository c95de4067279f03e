import type { VpcId } from '../../rules/ids.ts'
import { asOf, type Peering } from '../../rules/peering.ts'
import { refuseProtected } from '../../rules/protection.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { writing } from '../operation.ts'
import { changePeering } from '../peerings/change-peering.ts'
import { loadVpc } from './load-vpc.ts'

/**
 * Refused while a peering holds the VPC (P8), or it has subnets or route tables that somebody made. A peering that is
 * over, or that a stranger asks for and nobody has accepted, does not hold it, or else a stranger could stop the owner:
 * such ones are deleted with it, unless the owner protects them, and so is the default table.
 */
export const deleteVpc = writing<VpcId, void>('deleteVpc', async (tx, context, id) => {
  const vpc = await loadVpc(tx, context, id)
  const stored = await tx.peeringsOfVpc(id)
  const peerings = stored.map((peering) => asOf(peering, context.now, context.policy.pendingTtlMs))
  const holding = peerings.find((peering) => holds(peering, vpc))
  if (holding !== undefined) {
    throw new Refusal('vpc_has_peerings', `VPC ${id} is used by peering ${holding.id}; delete the peering first.`, {
      peeringId: holding.id,
    })
  }
  const [subnet] = await tx.subnetsOfVpc(id)
  if (subnet !== undefined) {
    throw new Refusal('vpc_has_subnets', `VPC ${id} contains subnets, such as ${subnet.id}; delete them first.`, {
      subnetId: subnet.id,
    })
  }
  const tables = await tx.routeTablesOfVpc(id)
  const custom = tables.find(({ isDefault }) => !isDefault)
  if (custom !== undefined) {
    throw new Refusal('vpc_has_route_tables', `VPC ${id} has route table ${custom.id}; delete the table first.`, {
      routeTableId: custom.id,
    })
  }
  for (const peering of peerings) {
    refuseProtected(context.caller, peering, await tx.protectedBy(peering.id))
    await changePeering(tx, context, peering, 'delete', {}, 'vpc_deletion')
  }
  for (const table of tables) await tx.deleteRouteTable(table.id)
  await tx.deleteVpc(vpc)
})

function holds({ status, requester }: Peering, vpc: Vpc): boolean {
  return status === 'ACTIVE' || (status === 'PENDING_ACCEPTANCE' && requester.vpcId === vpc.id)
}
