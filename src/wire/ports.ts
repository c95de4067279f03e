/** The published shapes of the port API, v1. */

import { type AddressPair, PORT_STATUSES, type Port } from '../rules/port.ts'
import type { DhcpOption } from '../rules/subnet.ts'
import { type Static, Type } from './schema.ts'

const DhcpOptionShape = Type.Object({
  opt_name: Type.String({ description: '`51`, the lease time, is the only one.' }),
  opt_value: Type.String({ description: 'Hours, `1h` to `30000h`, or `-1h` for ever.' }),
})
const AddressPairShape = Type.Object({
  ip_address: Type.String({ description: 'An address or a block; not `0.0.0.0/0`.' }),
  mac_address: Type.Optional(Type.String({ description: "Absent: the port's own." })),
})
const Profile = (description: string) => Type.Unknown({ type: 'object', description })

export const PortShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  network_id: Type.String({ format: 'uuid', description: "The subnet's `id`." }),
  admin_state_up: Type.Boolean(),
  mac_address: Type.String(),
  fixed_ips: Type.Array(
    Type.Object({
      subnet_id: Type.String({
        format: 'uuid',
        description: "The subnet's `neutron_subnet_id` or `neutron_subnet_id_v6`.",
      }),
      ip_address: Type.String(),
    }),
  ),
  device_id: Type.String({ description: 'What is attached, or empty.' }),
  device_owner: Type.String({ description: '`neutron:VIP_PORT` for a virtual address.' }),
  tenant_id: Type.String({ description: 'The project.' }),
  status: Type.Enum(PORT_STATUSES),
  security_groups: Type.Array(Type.String(), { description: 'As they were given.' }),
  allowed_address_pairs: Type.Array(AddressPairShape),
  extra_dhcp_opts: Type.Array(DhcpOptionShape),
  'binding:vnic_type': Type.Literal('normal'),
  'binding:host_id': Type.Optional(Type.String({ description: 'Told to an admin only.' })),
  'binding:vif_details': Type.Object({ primary_interface: Type.Optional(Type.Boolean()) }),
  'binding:profile': Profile("The operator's."),
  port_security_enabled: Type.Boolean(),
  dns_name: Type.String(),
  dns_assignment: Type.Array(Type.Object({ hostname: Type.String(), ip_address: Type.String(), fqdn: Type.String() }), {
    description: 'There is no name service here: always empty; likewise `dns_name`.',
  }),
  instance_id: Type.String({
    description: 'No service of the cloud owns ports here: always empty; likewise its type.',
  }),
  instance_type: Type.String(),
  zone_id: Type.String(),
  enable_efi: Type.Boolean(),
  ipv6_bandwidth_id: Type.String(),
})
export type WirePort = Static<typeof PortShape>

export const PortAnswer = Type.Object({ port: PortShape })
export const PortListAnswer = Type.Object({ ports: Type.Array(PortShape) })

/** What a create and an update share. */
const Changeable = {
  name: Type.Optional(Type.String()),
  security_groups: Type.Optional(Type.Array(Type.String())),
  allowed_address_pairs: Type.Optional(Type.Array(AddressPairShape)),
  extra_dhcp_opts: Type.Optional(Type.Array(DhcpOptionShape)),
  device_owner: Type.Optional(
    Type.String({ description: 'Empty, or `neutron:VIP_PORT` at a create; anything else is for an admin.' }),
  ),
  device_id: Type.Optional(Type.String({ description: 'For an admin.' })),
  'binding:host_id': Type.Optional(Type.String({ description: 'For an admin.' })),
  'binding:profile': Type.Optional(Profile('For an admin.')),
}

export const CreatePortRequest = Type.Object({
  port: Type.Object({
    network_id: Type.String({ description: "The subnet's `id`." }),
    fixed_ips: Type.Optional(
      Type.Array(Type.Object({ subnet_id: Type.Optional(Type.String()), ip_address: Type.Optional(Type.String()) }), {
        description: 'At most one of each family; absent or empty: one of each that the subnet has.',
      }),
    ),
    admin_state_up: Type.Optional(Type.Boolean()),
    tenant_id: Type.Optional(Type.String({ description: 'The project of the path, or empty.' })),
    ...Changeable,
  }),
})

export const UpdatePortRequest = Type.Object({ port: Type.Object(Changeable) })
export type WirePortChange = Static<typeof UpdatePortRequest>['port']

const Repeatable = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]))

export const PortListQuery = Type.Object({
  id: Repeatable,
  name: Type.Optional(Type.String()),
  admin_state_up: Type.Optional(Type.String()),
  network_id: Type.Optional(Type.String()),
  mac_address: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  device_owner: Type.Optional(Type.String()),
  tenant_id: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  security_groups: Repeatable,
  fixed_ips: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: '`ip_address=…` or `subnet_id=…`, both of which may be repeated.',
    }),
  ),
  enable_efi: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
})
export type WirePortQuery = Static<typeof PortListQuery>

/** `forAdmin`: with what only an admin is told. */
export function spellPort(port: Port, forAdmin: boolean): WirePort {
  return {
    id: port.id,
    name: port.name,
    network_id: port.networkId,
    admin_state_up: port.adminStateUp,
    mac_address: port.macAddress,
    fixed_ips: port.fixedIps.map(({ subnetId, ipAddress }) => ({ subnet_id: subnetId, ip_address: ipAddress })),
    device_id: port.deviceId,
    device_owner: port.deviceOwner,
    tenant_id: port.projectId,
    status: port.status,
    security_groups: [...port.securityGroups],
    allowed_address_pairs: port.allowedAddressPairs.map(spellPair),
    extra_dhcp_opts: port.extraDhcpOpts.map(spellOption),
    'binding:vnic_type': 'normal',
    ...(forAdmin && { 'binding:host_id': port.binding.hostId }),
    'binding:vif_details': {},
    'binding:profile': port.binding.profile,
    port_security_enabled: true,
    dns_name: '',
    dns_assignment: [],
    instance_id: '',
    instance_type: '',
    zone_id: '',
    enable_efi: false,
    ipv6_bandwidth_id: '',
  }
}

function spellPair({ ipAddress, macAddress }: AddressPair): Static<typeof AddressPairShape> {
  return { ip_address: ipAddress, ...(macAddress !== '' && { mac_address: macAddress }) }
}

function spellOption({ name, value }: DhcpOption): Static<typeof DhcpOptionShape> {
  return { opt_name: name, opt_value: value }
}
