import { actingProject } from '../../rules/access.ts'
import type { VpcId } from '../../rules/ids.ts'
import { type Vpc, vpcNotFound } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** The VPC, or *not found*, which is also the answer for one of another project. */
export async function loadVpc(tx: ReadTransaction, { caller }: Context, id: VpcId): Promise<Vpc> {
  const project = actingProject(caller)
  const vpc = await tx.vpc(id)
  if (vpc === undefined || vpc.projectId !== project) throw vpcNotFound(id)
  return vpc
}

/** Likewise, where no project stands in the path: an admin may mean anybody's. */
export async function loadAnyVpc(tx: ReadTransaction, context: Context, id: VpcId): Promise<Vpc> {
  if (!context.caller.admin) return loadVpc(tx, context, id)
  const vpc = await tx.vpc(id)
  if (vpc === undefined) throw vpcNotFound(id)
  return vpc
}
