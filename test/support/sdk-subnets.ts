/** The official Node SDK's calls for subnets, as one tenant makes them. */
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type AccessKey, json } from './sdk.ts'

export interface SubnetJson {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly gateway_ip: string
  readonly vpc_id: string
  readonly status: string
  readonly dhcp_enable: boolean
  readonly ipv6_enable: boolean
  readonly cidr_v6?: string
  readonly gateway_ip_v6?: string
  readonly primary_dns: string
  readonly secondary_dns: string
  readonly dnsList: readonly string[]
  readonly availability_zone: string
  readonly extra_dhcp_opts: readonly { readonly opt_name: string; readonly opt_value: string }[]
  readonly neutron_network_id: string
  readonly tenant_id: string
}

export type SubnetTenant = ReturnType<typeof subnetTenantOf>

export function subnetTenantOf(url: string, { accessKey, secretKey, projectId }: AccessKey) {
  const credential = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
  const client = v2.VpcClient.newBuilder().withCredential(credential).withEndpoint(url).build()
  return {
    createSubnet(option: v2.CreateSubnetOption) {
      const request = new v2.CreateSubnetRequest().withBody(new v2.CreateSubnetRequestBody(option))
      return json<{ subnet: SubnetJson }>(client.createSubnet(request))
    },
    showSubnet: (id: string) => json<{ subnet: SubnetJson }>(client.showSubnet(new v2.ShowSubnetRequest(id))),
    listSubnets: (filter: { vpcId?: string; limit?: number; marker?: string } = {}) =>
      json<{ subnets: SubnetJson[] }>(client.listSubnets(Object.assign(new v2.ListSubnetsRequest(), filter))),
    updateSubnet(vpcId: string, id: string, option: v2.UpdateSubnetOption) {
      const request = new v2.UpdateSubnetRequest(vpcId, id).withBody(new v2.UpdateSubnetRequestBody(option))
      return json<{ subnet: Pick<SubnetJson, 'id' | 'status'> }>(client.updateSubnet(request))
    },
    deleteSubnet: (vpcId: string, id: string) =>
      json<object>(client.deleteSubnet(new v2.DeleteSubnetRequest(vpcId, id))),
  }
}
