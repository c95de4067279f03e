import { actingProject } from '../../rules/access.ts'
import type { VpcId } from '../../rules/ids.ts'
import type { VpcContents } from '../../rules/vpc.ts'
import { reading } from '../operation.ts'

/** What lies in a VPC of the caller's project. */
export const countContents = reading<VpcId, VpcContents>('countContents', (tx, { caller }, id) =>
  tx.contentsOfVpc(actingProject(caller), id),
)
