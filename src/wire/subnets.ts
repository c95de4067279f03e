/** The published shapes of the subnet API, v1. */

import type { Subnet } from '../rules/subnet.ts'
import { type Static, Type } from './schema.ts'
import { spellTime } from './time.ts'

const DhcpOptionShape = Type.Object({ opt_name: Type.String(), opt_value: Type.String() })

export const SubnetShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  cidr: Type.String({ description: 'IPv4 block, inside a block of the VPC.' }),
  gateway_ip: Type.String(),
  vpc_id: Type.String({ format: 'uuid' }),
  status: Type.Literal('ACTIVE'),
  dhcp_enable: Type.Boolean(),
  ipv6_enable: Type.Boolean(),
  cidr_v6: Type.Optional(Type.String({ description: "A /64 of the VPC's own range (RFC 4193); with IPv6 only." })),
  gateway_ip_v6: Type.Optional(Type.String({ description: 'With IPv6 only.' })),
  primary_dns: Type.String({ description: 'The first of `dnsList`, or empty.' }),
  secondary_dns: Type.String({ description: 'The second of `dnsList`, or empty.' }),
  dnsList: Type.Array(Type.String()),
  availability_zone: Type.String({ description: 'As it was given.' }),
  extra_dhcp_opts: Type.Array(DhcpOptionShape),
  neutron_network_id: Type.String({ format: 'uuid', description: 'The same as `id`.' }),
  neutron_subnet_id: Type.String({ format: 'uuid' }),
  neutron_subnet_id_v6: Type.Optional(Type.String({ format: 'uuid', description: 'With IPv6 only.' })),
  scope: Type.Literal('center'),
  tenant_id: Type.String({ description: 'The project.' }),
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
})
export type WireSubnet = Static<typeof SubnetShape>

export const SubnetAnswer = Type.Object({ subnet: SubnetShape })
export const SubnetListAnswer = Type.Object({ subnets: Type.Array(SubnetShape) })
/** An update answers with these two alone. */
export const SubnetUpdatedAnswer = Type.Object({
  subnet: Type.Object({ id: Type.String({ format: 'uuid' }), status: Type.Literal('ACTIVE') }),
})

const DhcpOptionRequest = Type.Object({
  opt_name: Type.String({ description: '`ntp`, `addresstime`, `ipv6_addresstime` or `domainname`.' }),
  opt_value: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Null takes the option away.' })),
})

/** What a create and an update share. */
const Changeable = {
  description: Type.Optional(Type.String()),
  dhcp_enable: Type.Optional(Type.Boolean()),
  ipv6_enable: Type.Optional(Type.Boolean()),
  primary_dns: Type.Optional(Type.String()),
  secondary_dns: Type.Optional(Type.String({ description: 'Becomes the primary one where there is none.' })),
  dnsList: Type.Optional(Type.Array(Type.String())),
  extra_dhcp_opts: Type.Optional(Type.Array(DhcpOptionRequest)),
}

export const CreateSubnetRequest = Type.Object({
  subnet: Type.Object({
    name: Type.String(),
    cidr: Type.String({ description: 'At most a /28 long; overlaps no other subnet of the VPC.' }),
    gateway_ip: Type.String(),
    vpc_id: Type.String(),
    availability_zone: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(Type.String(), { description: 'Each `key*value`.' })),
    ...Changeable,
  }),
})

export const UpdateSubnetRequest = Type.Object({ subnet: Type.Object({ name: Type.String(), ...Changeable }) })

export const SubnetListQuery = Type.Object({
  vpc_id: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String({ description: 'All subnets are in the scope `center`.' })),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
})

export function spellSubnet(subnet: Subnet): WireSubnet {
  const { v6, dnsList } = subnet
  return {
    id: subnet.id,
    name: subnet.name,
    description: subnet.description,
    cidr: subnet.cidr,
    gateway_ip: subnet.gatewayIp,
    vpc_id: subnet.vpcId,
    status: 'ACTIVE',
    dhcp_enable: subnet.dhcpEnable,
    ipv6_enable: v6 !== undefined,
    ...(v6 && { cidr_v6: v6.cidr, gateway_ip_v6: v6.gatewayIp }),
    primary_dns: dnsList[0] ?? '',
    secondary_dns: dnsList[1] ?? '',
    dnsList: [...dnsList],
    availability_zone: subnet.availabilityZone,
    extra_dhcp_opts: subnet.extraDhcpOpts.map(({ name, value }) => ({ opt_name: name, opt_value: value })),
    neutron_network_id: subnet.id,
    neutron_subnet_id: subnet.neutronSubnetId,
    ...(v6 && { neutron_subnet_id_v6: subnet.neutronSubnetIdV6 }),
    scope: SCOPE,
    tenant_id: subnet.projectId,
    created_at: spellTime(subnet.createdAt),
    updated_at: spellTime(subnet.updatedAt),
  }
}

/** Where the clouds know edge sites beside the centre, we have one place. */
export const SCOPE = 'center'
