import { requireAdmin } from '../../rules/access.ts'
import type { ProjectId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { DEFAULT_LIMITS, RESOURCES, type Resource } from '../../rules/quota.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading, writing } from '../operation.ts'

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
export const showQuotas = reading<ProjectId, readonly QuotaState[]>('showQuotas', async (tx, { caller }, projectId) => {
  requireAdmin(caller)
  return quotasOf(tx, projectId)
})

/** Sets a project's limits. One below what is used takes nothing away; it only refuses more. */
export const setQuotas = writing<QuotaChange, readonly QuotaState[]>(
  'setQuotas',
  async (tx, { caller }, { projectId, limits }) => {
    requireAdmin(caller)
    const before = await quotasOf(tx, projectId)
    for (const { resource } of before) {
      const limit = limits[resource]
      if (limit !== undefined) await tx.setLimit(projectId, resource, limit ?? undefined)
    }
    return quotasOf(tx, projectId)
  },
)

async function quotasOf(tx: ReadTransaction, projectId: ProjectId): Promise<readonly QuotaState[]> {
  if ((await tx.project(projectId)) === undefined) throw identityNotFound('project', projectId)
  const states: QuotaState[] = []
  for (const resource of RESOURCES) {
    const limit = (await tx.limit(projectId, resource)) ?? DEFAULT_LIMITS[resource]
    states.push({ resource, used: await tx.used(projectId, resource), limit })
  }
  return states
}
