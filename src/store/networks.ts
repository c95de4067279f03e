/** The part of the seam that keeps what lies inside a VPC: subnets, route tables, routes. */
import type { PeeringId, ProjectId, RouteId, RouteTableId, SubnetId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { SideName } from '../rules/protection.ts'
import type { Route, RouteTable } from '../rules/route.ts'
import type { Subnet } from '../rules/subnet.ts'
import type { VpcContents } from '../rules/vpc.ts'
import type { Awaitable, Page } from './page.ts'

export interface SubnetQuery extends Page<SubnetId> {
  readonly projectId: ProjectId
  readonly vpcId: VpcId | undefined
}

/** All given filters must hold; likewise below. */
export interface RouteTableQuery extends Page<RouteTableId> {
  readonly projectId: ProjectId
  readonly id: RouteTableId | undefined
  readonly vpcId: VpcId | undefined
  /** The table that this subnet is routed by. */
  readonly subnetId: SubnetId | undefined
}

/** Routes of default tables only. */
export interface RouteQuery extends Page<RouteId> {
  readonly projectId: ProjectId
  readonly id: RouteId | undefined
  readonly vpcId: VpcId | undefined
  readonly destination: string | undefined
}

/** How often what a VPC's network ought to be has changed; 1 when it is made. */
export interface Generation {
  readonly vpcId: VpcId
  readonly generation: number
}

/** A peering by which a VPC has automatic routes, and the VPC that they lead to. */
export interface AutomaticPeer {
  readonly peeringId: PeeringId
  readonly vpcId: VpcId
}

export interface NetworkReads {
  /**
   * Moves in the transaction that changes what the VPC's network ought to be: its subnets and the tables that they are
   * routed by, its routes, its ports, its ACTIVE peerings. Undefined: there is no such VPC.
   */
  generation(id: VpcId): Awaitable<number | undefined>
  /** Of all VPCs, in pages, ascending by id. */
  generations(after: VpcId | undefined, limit: number): Awaitable<readonly Generation[]>
  /** Of a project's VPC; all 0 for a VPC of others, and for one that is not there. */
  contentsOfVpc(projectId: ProjectId, id: VpcId): Awaitable<VpcContents>

  subnet(id: SubnetId): Awaitable<Subnet | undefined>
  subnets(query: SubnetQuery): Awaitable<readonly Subnet[]>
  /** All of them, ascending by id; likewise below. */
  subnetsOfVpc(id: VpcId): Awaitable<readonly Subnet[]>
  subnetsOfTable(id: RouteTableId): Awaitable<readonly Subnet[]>

  routeTable(id: RouteTableId): Awaitable<RouteTable | undefined>
  routeTables(query: RouteTableQuery): Awaitable<readonly RouteTable[]>
  routeTablesOfVpc(id: VpcId): Awaitable<readonly RouteTable[]>

  route(id: RouteId): Awaitable<Route | undefined>
  routes(query: RouteQuery): Awaitable<readonly Route[]>
  /** Of all its tables, ascending by id. */
  routesOfVpc(id: VpcId): Awaitable<readonly Route[]>
  /** In the order in which they were made. */
  routesOfTable(id: RouteTableId): Awaitable<readonly Route[]>
  /** The table's route to a destination: the one of this very text. */
  routeTo(id: RouteTableId, destination: string): Awaitable<Route | undefined>
  routeCount(id: RouteTableId): Awaitable<number>
  /** Of both sides, whatever the table. */
  routesVia(id: PeeringId): Awaitable<readonly Route[]>

  /** The sides of a peering that ask for automatic routes, the requester first; whatever the peering's status. */
  automaticSides(id: PeeringId): Awaitable<readonly SideName[]>
  /** The ACTIVE peerings of which the VPC's side asks for automatic routes, ascending by id. */
  automaticPeers(id: VpcId): Awaitable<readonly AutomaticPeer[]>
  /** The VPCs with automatic routes to this one, by an ACTIVE peering; ascending. */
  automaticFollowers(id: VpcId): Awaitable<readonly VpcId[]>
  /** The VPCs of a project with automatic routes to anywhere, by an ACTIVE peering; ascending. */
  automaticVpcsOfProject(id: ProjectId): Awaitable<readonly VpcId[]>
}

export interface NetworkWrites {
  /** Counts for the quota `subnet` of its project. */
  insertSubnet(subnet: Subnet): Awaitable<void>
  /** Everything but its id, its VPC and its blocks may change. */
  updateSubnet(subnet: Subnet): Awaitable<void>
  deleteSubnet(subnet: Subnet): Awaitable<void>

  insertRouteTable(table: RouteTable): Awaitable<void>
  /** Name and description. */
  updateRouteTable(table: RouteTable): Awaitable<void>
  /** Its routes must have gone before, and its subnets to another table. */
  deleteRouteTable(id: RouteTableId): Awaitable<void>

  insertRoute(route: Route): Awaitable<void>
  /** Next hop and description. */
  updateRoute(route: Route): Awaitable<void>
  deleteRoute(id: RouteId): Awaitable<void>

  /** What is asked for goes with its tombstone, unless it is taken back. */
  setAutomaticRoutes(peering: Peering, side: SideName, isAutomatic: boolean): Awaitable<void>
}
