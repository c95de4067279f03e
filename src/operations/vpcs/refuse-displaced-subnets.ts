import { Refusal } from '../../rules/refusal.ts'
import { displacedBy } from '../../rules/subnet.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** No change of a VPC's blocks may leave a subnet outside all of them. `vpc` is the VPC as it would be. */
export async function refuseDisplacedSubnets(
  tx: ReadTransaction,
  vpc: Vpc,
  code: 'vpc_cidr_displaces_subnet' | 'extend_cidr_in_use',
): Promise<void> {
  const displaced = displacedBy(vpc, await tx.subnetsOfVpc(vpc.id))
  if (displaced === undefined) return
  const { id, cidr } = displaced
  throw new Refusal(code, `Subnet ${id} (${cidr}) would lie in no CIDR block of VPC ${vpc.id}.`, { subnetId: id })
}
