/**
 * The official Node SDK as one tenant uses it. Requests are built as its documentation builds them; an answer is the
 * JSON as it came, which is all that the SDK makes of it (the getters of its answer classes are on no answer).
 */
import assert from 'node:assert/strict'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core'
import type { ServiceResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException.js'
import { Logger4jInstance } from '@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger.js'
import { v2, v3 } from '@huaweicloud/huaweicloud-sdk-vpc'

// It prints every refusal with fifty lines of its own insides.
Logger4jInstance.level = 'off'

export interface AccessKey {
  readonly accessKey: string
  readonly secretKey: string
  readonly projectId: string
}

export interface VpcJson {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly status: string
  /** The project, as v2 (whose paths say v1) spells it. */
  readonly tenant_id?: string
  /** The project, as v3 spells it. */
  readonly project_id?: string
  readonly extend_cidrs?: readonly string[]
}

export interface PeeringJson {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly status: string
  readonly request_vpc_info: { readonly vpc_id: string; readonly tenant_id: string }
  readonly accept_vpc_info: { readonly vpc_id: string; readonly tenant_id: string }
  readonly created_at: string
  readonly updated_at: string
}

export interface PeeringFilter {
  readonly name?: string
  readonly status?: string
  readonly tenantId?: string
  readonly vpcId?: string
  readonly limit?: number
  readonly marker?: string
}

export type Tenant = ReturnType<typeof tenantOf>

export function tenantOf(url: string, { accessKey, secretKey, projectId }: AccessKey) {
  const credential = () => new BasicCredentials().withAk(accessKey).withSk(secretKey).withProjectId(projectId)
  const vpcs = v2.VpcClient.newBuilder().withCredential(credential()).withEndpoint(url).build()
  const vpcs3 = v3.VpcClient.newBuilder().withCredential(credential()).withEndpoint(url).build()
  const extended = (id: string, extendCidrs: string[]) =>
    new v3.AddVpcExtendCidrRequest(id).withBody(
      new v3.AddVpcExtendCidrRequestBody(new v3.AddExtendCidrOption(extendCidrs)),
    )
  const shrunk = (id: string, extendCidrs: string[]) =>
    new v3.RemoveVpcExtendCidrRequest(id).withBody(
      new v3.RemoveVpcExtendCidrRequestBody(new v3.RemoveExtendCidrOption(extendCidrs)),
    )
  return {
    projectId,
    createVpc(name: string, cidr: string) {
      const option = new v2.CreateVpcOption().withName(name).withCidr(cidr)
      const request = new v2.CreateVpcRequest().withBody(new v2.CreateVpcRequestBody(option))
      return json<{ vpc: VpcJson }>(vpcs.createVpc(request))
    },
    showVpc: (id: string) => json<{ vpc: VpcJson }>(vpcs.showVpc(new v2.ShowVpcRequest(id))),
    listVpcs: () => json<{ vpcs: VpcJson[] }>(vpcs.listVpcs(new v2.ListVpcsRequest())),
    updateVpc(id: string, name: string, description: string) {
      const option = new v2.UpdateVpcOption().withName(name).withDescription(description)
      const request = new v2.UpdateVpcRequest(id).withBody(new v2.UpdateVpcRequestBody(option))
      return json<{ vpc: VpcJson }>(vpcs.updateVpc(request))
    },
    deleteVpc: (id: string) => json<object>(vpcs.deleteVpc(new v2.DeleteVpcRequest(id))),

    showVpcV3: (id: string) => json<{ vpc: VpcJson }>(vpcs3.showVpc(new v3.ShowVpcRequest(id))),
    listVpcsV3: (filter: { id?: string[]; name?: string[]; limit?: number; marker?: string } = {}) =>
      json<{ vpcs: VpcJson[]; page_info: { current_count: number; next_marker?: string } }>(
        vpcs3.listVpcs(Object.assign(new v3.ListVpcsRequest(), filter)),
      ),
    addExtendCidrs: (id: string, cidrs: string[]) =>
      json<{ vpc: VpcJson }>(vpcs3.addVpcExtendCidr(extended(id, cidrs))),
    removeExtendCidrs: (id: string, cidrs: string[]) =>
      json<{ vpc: VpcJson }>(vpcs3.removeVpcExtendCidr(shrunk(id, cidrs))),

    /** `to` is a VPC's id, with its project where that is another one. */
    createPeering(name: string, from: string, to: { vpc: string; project?: string }, description?: string) {
      const accept = new v2.VpcInfo(to.vpc)
      if (to.project !== undefined) accept.withTenantId(to.project)
      const option = new v2.CreateVpcPeeringOption(name, new v2.VpcInfo(from), accept)
      if (description !== undefined) option.withDescription(description)
      const request = new v2.CreateVpcPeeringRequest().withBody(new v2.CreateVpcPeeringRequestBody(option))
      return json<{ peering: PeeringJson }>(vpcs.createVpcPeering(request))
    },
    showPeering: (id: string) => json<{ peering: PeeringJson }>(vpcs.showVpcPeering(new v2.ShowVpcPeeringRequest(id))),
    listPeerings: (filter: PeeringFilter = {}) =>
      json<{ peerings: PeeringJson[]; peerings_links?: { rel: string; href: string }[] }>(
        vpcs.listVpcPeerings(Object.assign(new v2.ListVpcPeeringsRequest(), filter)),
      ),
    updatePeering(id: string, change: { name?: string; description?: string }) {
      const option = Object.assign(new v2.UpdateVpcPeeringOption(), change)
      const request = new v2.UpdateVpcPeeringRequest(id).withBody(new v2.UpdateVpcPeeringRequestBody(option))
      return json<{ peering: PeeringJson }>(vpcs.updateVpcPeering(request))
    },
    acceptPeering: (id: string) => json<PeeringJson>(vpcs.acceptVpcPeering(new v2.AcceptVpcPeeringRequest(id))),
    rejectPeering: (id: string) => json<PeeringJson>(vpcs.rejectVpcPeering(new v2.RejectVpcPeeringRequest(id))),
    deletePeering: (id: string) => json<object>(vpcs.deleteVpcPeering(new v2.DeleteVpcPeeringRequest(id))),
  }
}

/** The answer with its status, which the SDK puts among the members of the JSON. */
export async function json<Shape>(call: Promise<object>): Promise<Shape & { readonly httpStatusCode: number }> {
  return (await call) as Shape & { readonly httpStatusCode: number }
}

export type SdkError = Required<
  Pick<ServiceResponseException, 'httpStatusCode' | 'errorMsg' | 'errorCode' | 'requestId'>
>

/** What the SDK throws, in the members that its users read. */
export async function refusalOf(call: Promise<unknown>): Promise<SdkError> {
  const error = await call.then(
    () => assert.fail('the call was expected to be refused'),
    (thrown: ServiceResponseException) => thrown,
  )
  assert.match(String(error.requestId), /^[0-9a-f]{32}$/, 'every refusal names its request')
  const { httpStatusCode, errorMsg, errorCode, requestId } = error as SdkError
  return { httpStatusCode, errorMsg, errorCode, requestId }
}
