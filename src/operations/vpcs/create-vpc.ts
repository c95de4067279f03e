import { actingProject } from '../../rules/access.ts'
import type { RouteTableId, VpcId } from '../../rules/ids.ts'
import { isFull, overQuota } from '../../rules/quota.ts'
import { defaultTableName } from '../../rules/route.ts'
import type { Tag } from '../../rules/tag.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { limitOf } from '../limit-of.ts'
import { furtherId, writing } from '../operation.ts'
import { refuseTakenName } from './refuse-taken-name.ts'

export interface NewVpc {
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly enterpriseProjectId: string
  readonly tags: readonly Tag[]
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean
}

export const createVpc = writing<NewVpc, Vpc>('createVpc', async (tx, { caller, now, newId }, { dryRun, ...input }) => {
  const projectId = actingProject(caller)
  if (isFull(await tx.used(projectId, 'vpc'), await limitOf(tx, projectId, 'vpc'))) throw overQuota('vpc')
  await refuseTakenName(tx, projectId, input.name)
  const vpc: Vpc = {
    ...{ ...input, id: newId as VpcId, projectId, extendCidrs: [], acceptance: [] },
    ...{ createdAt: now, updatedAt: now },
  }
  if (dryRun) return vpc
  await tx.insertVpc(vpc)
  await tx.insertRouteTable({
    ...{ id: furtherId(newId, 1) as RouteTableId, vpcId: vpc.id, projectId, name: defaultTableName(vpc) },
    ...{ description: '', isDefault: true, createdAt: now, updatedAt: now },
  })
  return vpc
})
