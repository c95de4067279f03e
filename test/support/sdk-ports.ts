/** The official Node SDK's calls for ports, as one tenant makes them. */
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type AccessKey, json } from './sdk.ts'

export interface PortJson {
  readonly id: string
  readonly name: string
  readonly network_id: string
  readonly admin_state_up: boolean
  readonly mac_address: string
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[]
  readonly device_id: string
  readonly device_owner: string
  readonly tenant_id: string
  readonly status: string
  readonly security_groups: readonly string[]
  readonly allowed_address_pairs: readonly { readonly ip_address: string; readonly mac_address?: string }[]
  readonly extra_dhcp_opts: readonly { readonly opt_name: string; readonly opt_value: string }[]
}

export type PortFilter = Partial<Omit<v2.ListPortsRequest, `with${string}`>>
export type PortTenant = ReturnType<typeof portTenantOf>

export function portTenantOf(url: string, { accessKey, secretKey, projectId }: AccessKey) {
  const credential = new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
  const client = v2.VpcClient.newBuilder().withCredential(credential).withEndpoint(url).build()
  return {
    /** A subnet, in a VPC of its own: what a port is made in. */
    async createNetwork(cidr: string, gateway: string) {
      const vpc = new v2.CreateVpcRequestBody(new v2.CreateVpcOption().withCidr('10.0.0.0/8'))
      const made = await json<{ vpc: { id: string } }>(client.createVpc(new v2.CreateVpcRequest().withBody(vpc)))
      const option = new v2.CreateSubnetOption('network', cidr, made.vpc.id, gateway)
      const request = new v2.CreateSubnetRequest().withBody(new v2.CreateSubnetRequestBody(option))
      const { subnet } = await json<{ subnet: { id: string; neutron_subnet_id: string } }>(client.createSubnet(request))
      const remove = () => json<object>(client.deleteSubnet(new v2.DeleteSubnetRequest(made.vpc.id, subnet.id)))
      return { ...subnet, remove }
    },
    createPort(option: v2.CreatePortOption) {
      const request = new v2.CreatePortRequest().withBody(new v2.CreatePortRequestBody(option))
      return json<{ port: PortJson }>(client.createPort(request))
    },
    showPort: (id: string) => json<{ port: PortJson }>(client.showPort(new v2.ShowPortRequest(id))),
    listPorts: (filter: PortFilter = {}) =>
      json<{ ports: PortJson[] }>(client.listPorts(Object.assign(new v2.ListPortsRequest(), filter))),
    updatePort(id: string, option: v2.UpdatePortOption) {
      const request = new v2.UpdatePortRequest(id).withBody(new v2.UpdatePortRequestBody(option))
      return json<{ port: PortJson }>(client.updatePort(request))
    },
    deletePort: (id: string) => json<object>(client.deletePort(new v2.DeletePortRequest(id))),
  }
}
