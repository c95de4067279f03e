import { actingProject } from '../../rules/access.ts'
import type { SubnetId, VpcId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import { type Subnet, subnetNotFound } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** A subnet as the paths that change it name it: below its VPC. */
export interface NestedSubnet {
  readonly id: SubnetId
  /** Undefined: what the path has there is no id. */
  readonly vpcId: VpcId | undefined
}

/** The subnet, or *not found*, which is also the answer for one of another project. */
export async function loadSubnet(tx: ReadTransaction, { caller }: Context, id: SubnetId): Promise<Subnet> {
  const project = actingProject(caller)
  const subnet = await tx.subnet(id)
  if (subnet === undefined || subnet.projectId !== project) throw subnetNotFound(id)
  return subnet
}

/** The subnet, if it is one of the VPC that the path names. */
export async function loadNestedSubnet(
  tx: ReadTransaction,
  context: Context,
  { id, vpcId }: NestedSubnet,
): Promise<Subnet> {
  const subnet = await loadSubnet(tx, context, id)
  if (subnet.vpcId === vpcId) return subnet
  throw new Refusal('subnet_wrong_vpc', `Subnet ${id} is one of another VPC than the path says.`, { subnetId: id })
}
