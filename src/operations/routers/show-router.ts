import { actingProject } from '../../rules/access.ts'
import type { VpcId } from '../../rules/ids.ts'
import { routerNotFound, type Vpc } from '../../rules/vpc.ts'
import { reading } from '../operation.ts'

/** A VPC as a router. The path names no project, so an admin sees those of all. */
export const showRouter = reading<VpcId, Vpc>('showRouter', async (tx, { caller }, id) => {
  const project = actingProject(caller)
  const vpc = await tx.vpc(id)
  if (vpc === undefined || !(caller.admin || vpc.projectId === project)) throw routerNotFound(id)
  return vpc
})
