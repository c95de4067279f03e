import { actingProject } from '../../rules/access.ts'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import { asOf, overdueSince, type Peering } from '../../rules/peering.ts'
import type { Status } from '../../rules/status.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

/** All given filters must hold; `projectId` and `vpcId` match either side. */
export interface PeeringFilter {
  readonly id: PeeringId | undefined
  readonly name: string | undefined
  readonly status: Status | undefined
  readonly projectId: ProjectId | undefined
  readonly vpcId: VpcId | undefined
}

interface PeeringsRequest {
  /** Undefined: one that nothing can match. */
  readonly filter: PeeringFilter | undefined
  readonly page: PageRequest<PeeringId>
}

/** A page of the peerings in which the caller's project takes part; of all, for an admin. */
export const listPeerings = reading<PeeringsRequest, PageResult<Peering>>(
  'listPeerings',
  async (tx, { caller, now, policy }, { page, filter }) => {
    const visibleTo = caller.admin ? undefined : actingProject(caller)
    if (filter === undefined) return { items: [], next: false, previous: false }
    const { pendingTtlMs, tombstoneTtlMs } = policy
    const query = {
      ...filter,
      visibleTo,
      overdueSince: overdueSince(now, pendingTtlMs),
      forgottenSince: now - tombstoneTtlMs,
    }
    const { items, ...more } = await readPage(page, (range) => tx.peerings({ ...query, ...range }))
    return { items: items.map((peering) => asOf(peering, now, pendingTtlMs)), ...more }
  },
)
