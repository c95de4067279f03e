import type { ProjectId } from '../rules/ids.ts'
import { DEFAULT_LIMITS, type Resource } from '../rules/quota.ts'
import type { ReadTransaction } from '../store/store.ts'

/** How many a project may have: what an admin has set, or the default. -1: unlimited. */
export async function limitOf(tx: ReadTransaction, projectId: ProjectId, resource: Resource): Promise<number> {
  return (await tx.limit(projectId, resource)) ?? DEFAULT_LIMITS[resource]
}
