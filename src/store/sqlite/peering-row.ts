import type { SQLOutputValue } from 'node:sqlite'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import type { Peering } from '../../rules/peering.ts'
import type { Status } from '../../rules/status.ts'

export function toPeering(row: Record<string, SQLOutputValue>): Peering {
  return {
    id: row.id as PeeringId,
    name: row.name as string,
    description: row.description as string,
    status: row.status as Status,
    requester: { vpcId: row.request_vpc_id as VpcId, projectId: row.request_project_id as ProjectId },
    accepter: { vpcId: row.accept_vpc_id as VpcId, projectId: row.accept_project_id as ProjectId },
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
  }
}
