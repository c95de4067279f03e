import { actingProject } from '../../rules/access.ts'
import type { SubnetId, VpcId } from '../../rules/ids.ts'
import { isFull, overQuota } from '../../rules/quota.ts'
import { assertPlace, type DhcpOption, type Subnet } from '../../rules/subnet.ts'
import { freeV6 } from '../../rules/subnet-v6.ts'
import type { Tag } from '../../rules/tag.ts'
import { limitOf } from '../limit-of.ts'
import { furtherId, writing } from '../operation.ts'
import { defaultTableOf } from '../route-tables/default-table.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'
import { refuseCoveredRoutes } from './refuse-covered-routes.ts'
import { syncRoutes } from './sync-routes.ts'

export interface NewSubnet {
  readonly vpcId: VpcId
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly gatewayIp: string
  readonly ipv6Enable: boolean
  readonly dhcpEnable: boolean
  readonly dnsList: readonly string[]
  readonly availabilityZone: string
  readonly extraDhcpOpts: readonly DhcpOption[]
  readonly tags: readonly Tag[]
}

/** A new subnet is routed by its VPC's default table. */
export const createSubnet = writing<NewSubnet, Subnet>(
  'createSubnet',
  async (tx, context, { ipv6Enable, ...input }) => {
    const { caller, now, newId } = context
    const projectId = actingProject(caller)
    const vpc = await loadVpc(tx, context, input.vpcId)
    if (isFull(await tx.used(projectId, 'subnet'), await limitOf(tx, projectId, 'subnet'))) throw overQuota('subnet')
    const sisters = await tx.subnetsOfVpc(vpc.id)
    assertPlace(vpc, sisters, input.cidr)
    const table = await defaultTableOf(tx, vpc.id)
    const subnet: Subnet = {
      ...input,
      ...{ id: newId as SubnetId, projectId, routeTableId: table.id },
      ...{ neutronSubnetId: furtherId(newId, 1), neutronSubnetIdV6: furtherId(newId, 2) },
      v6: ipv6Enable ? freeV6(vpc.id, sisters) : undefined,
      ...{ createdAt: now, updatedAt: now },
    }
    await refuseCoveredRoutes(tx, subnet)
    await tx.insertSubnet(subnet)
    await syncRoutes(tx, context, subnet)
    return subnet
  },
)
