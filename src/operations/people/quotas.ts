import { actingProject, requireAdmin } from '../../rules/access.ts'
import type { ProjectId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { RESOURCES, type Resource } from '../../rules/quota.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { limitOf } from '../limit-of.ts'
import { type Context, reading, writing } from '../operation.ts'
import { overdueRequests } from '../peerings/overdue-requests.ts'
import { syncAutomaticRoutes } from '../routes/sync-automatic-routes.ts'

/** `limit` -1: unlimited. */
export interface QuotaState {
  readonly resource: Resource
  readonly used: number
  readonly limit: number
}

export interface QuotaChange {
  readonly projectId: ProjectId
  /** Only what is named changes; null takes the project's own limit back, so that the default holds again. */
  readonly limits: Readonly<Partial<Record<Resource, number | null>>>
}

/** A project's quotas, for an admin. */
export const showQuotas = reading<ProjectId, readonly QuotaState[]>('showQuotas', async (tx, context, projectId) => {
  requireAdmin(context.caller)
  return quotasOf(tx, context, projectId)
})

/** The quotas of the caller's own project: all, or one. */
export const showOwnQuotas = reading<Resource | undefined, readonly QuotaState[]>(
  'showOwnQuotas',
  (tx, context, resource) => quotasOf(tx, context, actingProject(context.caller), resource),
)

/** Sets a project's limits. One below what is used takes nothing away; it only refuses more. */
export const setQuotas = writing<QuotaChange, readonly QuotaState[]>(
  'setQuotas',
  async (tx, context, { projectId, limits }) => {
    requireAdmin(context.caller)
    const before = await quotasOf(tx, context, projectId)
    for (const { resource } of before) {
      const limit = limits[resource]
      if (limit !== undefined) await tx.setLimit(projectId, resource, limit ?? undefined)
    }
    // A higher one may have room for automatic routes that had to stay out.
    if (limits.routetableContainRoutes !== undefined) {
      await syncAutomaticRoutes(tx, context, await tx.automaticVpcsOfProject(projectId))
    }
    return quotasOf(tx, context, projectId)
  },
)

async function quotasOf(
  tx: ReadTransaction,
  context: Context,
  projectId: ProjectId,
  only?: Resource,
): Promise<readonly QuotaState[]> {
  if ((await tx.project(projectId)) === undefined) throw identityNotFound('project', projectId)
  const states: QuotaState[] = []
  for (const resource of only === undefined ? RESOURCES : [only]) {
    const limit = await limitOf(tx, projectId, resource)
    // Nothing is counted of what we do not have, nor of what is limited per VPC or per table: 0, as on the clouds.
    const counted = await tx.used(projectId, resource)
    // The counter has requests that time has expired until a sweep writes it down; the quota has them no more.
    const overdue = resource === 'vpcPeer' ? await overdueRequests(tx, context, counted, projectId) : []
    states.push({ resource, used: counted - overdue.length, limit })
  }
  return states
}
