/** The subnet API v1. A subnet is made and shown on a path of its own, and changed and deleted below its VPC. */
import { createSubnet } from '../../operations/subnets/create-subnet.ts'
import { deleteSubnet } from '../../operations/subnets/delete-subnet.ts'
import { listSubnets } from '../../operations/subnets/list-subnets.ts'
import type { NestedSubnet } from '../../operations/subnets/load-subnet.ts'
import { showSubnet } from '../../operations/subnets/show-subnet.ts'
import { updateSubnet } from '../../operations/subnets/update-subnet.ts'
import { parseSubnetId, parseVpcId, type SubnetId } from '../../rules/ids.ts'
import { parseDescription } from '../../rules/peering.ts'
import {
  parseAvailabilityZone,
  parseGateway,
  parseSubnetCidr,
  parseSubnetName,
  subnetNotFound,
} from '../../rules/subnet.ts'
import { changedDhcpOptions, parseDhcpOption } from '../../rules/subnet-dhcp.ts'
import { changedDns, type DnsChange, parseDnsServer } from '../../rules/subnet-dns.ts'
import { parseTags } from '../../rules/tag.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import {
  CreateSubnetRequest,
  SCOPE,
  SubnetAnswer,
  SubnetListAnswer,
  SubnetListQuery,
  SubnetUpdatedAnswer,
  spellSubnet,
  UpdateSubnetRequest,
} from '../../wire/subnets.ts'
import type { App, ServerParts } from '../app.ts'
import { forwardPageOf, given } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v1/:project_id/subnets'
const NESTED = '/v1/:project_id/vpcs/:vpc_id/subnets/:subnet_id'

export function subnetRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    {
      schema: describe('subnets', 'List subnets', {
        querystring: SubnetListQuery,
        response: { 200: SubnetListAnswer },
      }),
    },
    async (request) => {
      const { query } = request
      const page = forwardPageOf(query, parseSubnetId)
      const { items } = await perform(listSubnets, asker(request), { filter: filterOf(query), page })
      return { subnets: items.map(spellSubnet) }
    },
  )

  app.post(
    PATH,
    { schema: describe('subnets', 'Create a subnet', { body: CreateSubnetRequest, response: { 200: SubnetAnswer } }) },
    async (request) => {
      const { subnet } = request.body
      const vpcId = parseVpcId(subnet.vpc_id)
      if (vpcId === undefined) throw vpcNotFound(subnet.vpc_id)
      const cidr = parseSubnetCidr(subnet.cidr)
      const input = {
        vpcId,
        name: parseSubnetName(subnet.name),
        description: parseDescription(subnet.description ?? ''),
        cidr,
        gatewayIp: parseGateway(subnet.gateway_ip, cidr),
        ipv6Enable: subnet.ipv6_enable ?? false,
        dhcpEnable: subnet.dhcp_enable ?? true,
        dnsList: changedDns([], dnsOf(subnet)),
        availabilityZone: parseAvailabilityZone(subnet.availability_zone ?? ''),
        extraDhcpOpts: changedDhcpOptions([], dhcpOf(subnet)),
        tags: parseTags(subnet.tags ?? []),
      }
      return { subnet: spellSubnet(await perform(createSubnet, asker(request), input)) }
    },
  )

  app.get(
    `${PATH}/:subnet_id`,
    { schema: describe('subnets', 'Show a subnet', { response: { 200: SubnetAnswer } }) },
    async (request) => ({ subnet: spellSubnet(await perform(showSubnet, asker(request), subnetIdOf(request.params))) }),
  )

  app.put(
    NESTED,
    {
      schema: describe('subnets', 'Update a subnet', {
        body: UpdateSubnetRequest,
        response: { 200: SubnetUpdatedAnswer },
      }),
    },
    async (request) => {
      const { subnet } = request.body
      const change = {
        ...nestedOf(request.params),
        name: parseSubnetName(subnet.name),
        description: subnet.description === undefined ? undefined : parseDescription(subnet.description),
        dhcpEnable: subnet.dhcp_enable,
        ipv6Enable: subnet.ipv6_enable,
        dns: dnsOf(subnet),
        extraDhcpOpts: dhcpOf(subnet),
      }
      const { id, status } = spellSubnet(await perform(updateSubnet, asker(request), change))
      return { subnet: { id, status } }
    },
  )

  app.delete(
    NESTED,
    { schema: describe('subnets', 'Delete a subnet', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deleteSubnet, asker(request), nestedOf(request.params))
      return reply.code(204).send(null)
    },
  )
}

/** The filter, or undefined where it can match nothing. */
function filterOf(query: { vpc_id?: string; scope?: string }) {
  if ((given(query.scope) ?? SCOPE) !== SCOPE) return undefined
  const text = given(query.vpc_id)
  const vpcId = text === undefined ? undefined : parseVpcId(text)
  return text !== undefined && vpcId === undefined ? undefined : { vpcId }
}

function dnsOf(subnet: { primary_dns?: string; secondary_dns?: string; dnsList?: string[] }): DnsChange {
  const { primary_dns: primary, secondary_dns: secondary, dnsList: list } = subnet
  return {
    primary: primary === undefined ? undefined : parseDnsServer(primary, 'primary_dns'),
    secondary: secondary === undefined ? undefined : parseDnsServer(secondary, 'secondary_dns'),
    list: list?.map((server) => parseDnsServer(server, 'dnsList')),
  }
}

function dhcpOf({ extra_dhcp_opts: options }: { extra_dhcp_opts?: { opt_name: string; opt_value?: string | null }[] }) {
  return (options ?? []).map(({ opt_name, opt_value }) => parseDhcpOption(opt_name, opt_value))
}

/** A malformed id is *not found*, as with VPCs. */
export function subnetIdOf(params: unknown): SubnetId {
  const text = (params as { subnet_id: string }).subnet_id
  const id = parseSubnetId(text)
  if (id === undefined) throw subnetNotFound(text)
  return id
}

function nestedOf(params: unknown): NestedSubnet {
  return { id: subnetIdOf(params), vpcId: parseVpcId((params as { vpc_id: string }).vpc_id) }
}
