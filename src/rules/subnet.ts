import type { ProjectId, RouteTableId, SubnetId, VpcId } from './ids.ts'
import type { Tag } from './tag.ts'

/** A part of a VPC's addresses. Times are milliseconds since the epoch, UTC. */
export interface Subnet {
  readonly id: SubnetId
  /** The ids that the clouds give the two address families, beside the subnet's own; UUIDs. */
  readonly neutronSubnetId: string
  readonly neutronSubnetIdV6: string
  readonly vpcId: VpcId
  readonly projectId: ProjectId
  /** The table that its packets are routed by; a subnet that was never moved is in the VPC's default table. */
  readonly routeTableId: RouteTableId
  readonly name: string
  readonly description: string
  /** IPv4 block, inside a block of the VPC. */
  readonly cidr: string
  readonly gatewayIp: string
  /** A /64 of the VPC's own range, and its gateway; undefined: the subnet has no IPv6. */
  readonly v6: { readonly cidr: string; readonly gatewayIp: string } | undefined
  readonly dhcpEnable: boolean
  /** Name servers in order: the first is the primary one. */
  readonly dnsList: readonly string[]
  readonly availabilityZone: string
  readonly extraDhcpOpts: readonly DhcpOption[]
  readonly tags: readonly Tag[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface DhcpOption {
  readonly name: string
  readonly value: string
}
