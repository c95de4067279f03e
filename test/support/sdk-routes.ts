/** The official Node SDK's calls for routes and route tables, as one tenant makes them. */
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type AccessKey, json } from './sdk.ts'

export interface RouteJson {
  readonly id: string
  readonly type: string
  readonly nexthop: string
  readonly destination: string
  readonly vpc_id: string
  readonly tenant_id: string
}

export interface EntryJson {
  readonly type: string
  readonly destination: string
  readonly nexthop: string
  readonly description: string
}

export interface RouteTableJson {
  readonly id: string
  readonly name: string
  readonly default: boolean
  readonly description: string
  readonly vpc_id: string
  readonly routes: readonly EntryJson[]
  readonly subnets: readonly { readonly id: string }[]
  readonly tenant_id: string
  readonly created_at: string
  readonly updated_at: string
}

export type RouteTenant = ReturnType<typeof routeTenantOf>

export function routeTenantOf(url: string, { accessKey, secretKey, projectId }: AccessKey) {
  const credential = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
  const client = v2.VpcClient.newBuilder().withCredential(credential).withEndpoint(url).build()
  const action = (subnets: v2.AssociateRouteTableAndSubnetReq) =>
    new v2.RoutetableAssociateReqbody(new v2.AsscoiateReq(subnets))
  return {
    createRoute(vpc: string, peering: string, destination: string, type = 'peering') {
      const option = new v2.CreateVpcRouteOption(destination, peering, type, vpc)
      const request = new v2.CreateVpcRouteRequest().withBody(new v2.CreateVpcRouteRequestBody(option))
      return json<{ route: RouteJson }>(client.createVpcRoute(request))
    },
    showRoute: (id: string) => json<{ route: RouteJson }>(client.showVpcRoute(new v2.ShowVpcRouteRequest(id))),
    listRoutes: (filter: Partial<Record<'vpcId' | 'destination' | 'marker', string>> & { limit?: number } = {}) =>
      json<{ routes: RouteJson[] }>(client.listVpcRoutes(Object.assign(new v2.ListVpcRoutesRequest(), filter))),
    deleteRoute: (id: string) => json<object>(client.deleteVpcRoute(new v2.DeleteVpcRouteRequest(id))),

    createTable(option: v2.CreateRouteTableReq) {
      const request = new v2.CreateRouteTableRequest().withBody(new v2.CreateRoutetableReqBody(option))
      return json<{ routetable: RouteTableJson }>(client.createRouteTable(request))
    },
    showTable: (id: string) =>
      json<{ routetable: RouteTableJson }>(client.showRouteTable(new v2.ShowRouteTableRequest(id))),
    listTables: (filter: Partial<Record<'vpcId' | 'subnetId' | 'marker', string>> & { limit?: number } = {}) =>
      json<{ routetables: RouteTableJson[] }>(
        client.listRouteTables(Object.assign(new v2.ListRouteTablesRequest(), filter)),
      ),
    updateTable(id: string, option: v2.UpdateRouteTableReq) {
      const request = new v2.UpdateRouteTableRequest(id).withBody(new v2.UpdateRoutetableReqBody(option))
      return json<{ routetable: RouteTableJson }>(client.updateRouteTable(request))
    },
    deleteTable: (id: string) => json<object>(client.deleteRouteTable(new v2.DeleteRouteTableRequest(id))),
    associate(id: string, subnets: string[]) {
      const body = action(new v2.AssociateRouteTableAndSubnetReq().withAssociate(subnets))
      const request = new v2.AssociateRouteTableRequest(id).withBody(body)
      return json<{ routetable: RouteTableJson }>(client.associateRouteTable(request))
    },
    disassociate(id: string, subnets: string[]) {
      const body = action(new v2.AssociateRouteTableAndSubnetReq().withDisassociate(subnets))
      const request = new v2.DisassociateRouteTableRequest(id).withBody(body)
      return json<{ routetable: RouteTableJson }>(client.disassociateRouteTable(request))
    },
  }
}
