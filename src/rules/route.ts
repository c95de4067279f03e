import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'

/** A table of routes that subnets of its VPC are routed by. Times are milliseconds since the epoch, UTC. */
export interface RouteTable {
  readonly id: RouteTableId
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  readonly name: string
  readonly description: string
  /** Each VPC has exactly one that is: it comes and goes with the VPC. */
  readonly isDefault: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/** A route that somebody made; the local ones, of the subnets, are not stored. */
export interface Route {
  readonly id: RouteId
  readonly tableId: RouteTableId
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  /** Whether it stands in its VPC's default table: the v2.0 API knows no others. */
  readonly isDefault: boolean
  readonly type: 'peering'
  /** IPv4 or IPv6 block in its one spelling; the key within the table. */
  readonly destination: string
  readonly nexthop: PeeringId
  readonly description: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** The name that a VPC's default table is made with. */
export function defaultTableName(vpc: { readonly id: VpcId; readonly name: string }): string {
  return [...`rtb-${vpc.name === '' ? vpc.id : vpc.name}`].slice(0, MAX_TABLE_NAME).join('')
}

/** Characters (Unicode code points) of a table's name, from the published API. */
export const MAX_TABLE_NAME = 64
