import { actingProject } from '../../rules/access.ts'
import type { ProjectId, VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

/** All given filters must hold. */
export interface RouterFilter {
  readonly id: VpcId | undefined
  readonly name: string | undefined
  readonly projectId: ProjectId | undefined
}

interface RoutersRequest {
  /** Undefined: one that nothing can match. */
  readonly filter: RouterFilter | undefined
  readonly page: PageRequest<VpcId>
}

/** A page of the VPCs of the caller's project, as routers; an admin may name another one. */
export const listRouters = reading<RoutersRequest, PageResult<Vpc>>(
  'listRouters',
  async (tx, { caller }, { page, filter }) => {
    const own = actingProject(caller)
    const projectId = filter?.projectId ?? own
    if (filter === undefined || !(caller.admin || projectId === own)) {
      return { items: [], next: false, previous: false }
    }
    const query = {
      ids: filter.id && [filter.id],
      names: filter.name === undefined ? undefined : [filter.name],
      ...{ projectId, descriptions: undefined, cidrs: undefined, enterpriseProjectId: undefined },
    }
    return readPage(page, (range) => tx.vpcs({ ...query, ...range }))
  },
)
