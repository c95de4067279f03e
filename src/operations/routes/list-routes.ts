import { actingProject } from '../../rules/access.ts'
import type { ProjectId, RouteId, VpcId } from '../../rules/ids.ts'
import type { Route } from '../../rules/route.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

/** All given filters must hold. */
export interface RouteFilter {
  readonly id: RouteId | undefined
  readonly vpcId: VpcId | undefined
  readonly projectId: ProjectId | undefined
  /** In its one spelling. */
  readonly destination: string | undefined
}

interface RoutesRequest {
  /** Undefined: one that nothing can match. */
  readonly filter: RouteFilter | undefined
  readonly page: PageRequest<RouteId>
}

/** A page of the routes in the default tables of the caller's project; an admin may name another one. */
export const listRoutes = reading<RoutesRequest, PageResult<Route>>(
  'listRoutes',
  async (tx, { caller }, { page, filter }) => {
    const own = actingProject(caller)
    const projectId = filter?.projectId ?? own
    if (filter === undefined || !(caller.admin || projectId === own)) {
      return { items: [], next: false, previous: false }
    }
    return readPage(page, (range) => tx.routes({ ...filter, projectId, ...range }))
  },
)
