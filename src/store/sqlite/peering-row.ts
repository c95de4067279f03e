import type { SQLOutputValue } from 'node:sqlite'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import { STATUSES, type Status } from '../../rules/status.ts'

/** What of `peering p` toPeering takes; not `p.*`, which would compute the columns that only the indexes need. */
export const PEERING_COLUMNS = `p.id, p.name, p.description, p.status, p.request_vpc_id, p.request_project_id,
  p.accept_vpc_id, p.accept_project_id, p.created_at, p.updated_at`

/** One string for each status, and not one for each row: comparing it then reads no memory of the row's. */
const STATUS = Object.fromEntries(STATUSES.map((status) => [status, status])) as Readonly<Record<string, Status>>

export function toPeering(row: Record<string, SQLOutputValue>): Peering {
  return {
    id: row.id as PeeringId,
    name: row.name as string,
    description: row.description as string,
    status: STATUS[row.status as string] as Status,
    requester: { vpcId: row.request_vpc_id as VpcId, projectId: row.request_project_id as ProjectId },
    accepter: { vpcId: row.accept_vpc_id as VpcId, projectId: row.accept_project_id as ProjectId },
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}
