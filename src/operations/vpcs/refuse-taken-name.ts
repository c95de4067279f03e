import type { ProjectId } from '../../rules/ids.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** Names of VPCs are unique within a project, the blank one excepted. */
export async function refuseTakenName(tx: ReadTransaction, projectId: ProjectId, name: string): Promise<void> {
  const taken = await tx.vpcNamed(projectId, name)
  if (taken !== undefined) {
    throw new Refusal('vpc_name_taken', `The VPC name '${name}' is taken by VPC ${taken.id}.`, { vpcId: taken.id })
  }
}
