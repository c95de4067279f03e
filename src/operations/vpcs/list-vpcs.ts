import { actingProject } from '../../rules/access.ts'
import type { VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

/** A list that is given filters by any of its values; all given lists must hold. */
export interface VpcFilter {
  readonly ids: readonly VpcId[] | undefined
  readonly names: readonly string[] | undefined
  readonly descriptions: readonly string[] | undefined
  readonly cidrs: readonly string[] | undefined
  readonly enterpriseProjectId: string | undefined
}

/** A page of the VPCs of the caller's project. */
export const listVpcs = reading<VpcFilter & { readonly page: PageRequest<VpcId> }, PageResult<Vpc>>(
  'listVpcs',
  (tx, { caller }, { page, ...filter }) => {
    const projectId = actingProject(caller)
    return readPage(page, (range) => tx.vpcs({ ...filter, projectId, ...range }))
  },
)
