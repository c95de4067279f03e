/** Ours: which interface of which workload a port is, under `/causeway/v1/ports/{port_id}/attachment`. */
import type { Attachment } from '../rules/attachment.ts'
import type { Port } from '../rules/port.ts'
import { READINESS_STATES, type Readiness } from '../rules/readiness.ts'
import type { Subnet } from '../rules/subnet.ts'
import { type Static, Type } from './schema.ts'

export const AttachRequest = Type.Object({
  netns: Type.Optional(
    Type.String({ description: 'A name in `/run/netns`, or an absolute path, of a network namespace of the host.' }),
  ),
  pid: Type.Optional(Type.Integer({ description: 'Instead of `netns`: a process that is in the namespace.' })),
  device: Type.Optional(Type.String({ description: 'Name of the interface in it; `eth0` unless given.' })),
})

export const AttachmentShape = Type.Object({
  port_id: Type.String({ format: 'uuid' }),
  host: Type.String({ description: 'The name of the host at the time.' }),
  netns: Type.String({ description: 'The path of the namespace.' }),
  device: Type.String(),
  mac_address: Type.String(),
  addresses: Type.Array(
    Type.Object({ ip_address: Type.String(), prefix_length: Type.Integer(), gateway: Type.String() }),
    { description: 'What the interface has, IPv4 first, and the next hop of the default route of each family.' },
  ),
  state: Type.Union([Type.Enum(READINESS_STATES), Type.Null()], {
    description: 'How far the network is with it; null: the service has no data plane now.',
  }),
  last_error: Type.Union([Type.String(), Type.Null()], { description: 'Why it is DEGRADED.' }),
})
export type WireAttachment = Static<typeof AttachmentShape>

/** `network`: how far it is with the port; undefined: there is no data plane. */
export function spellAttachment(
  { port, attachment, subnet }: { port: Port; attachment: Attachment; subnet: Subnet },
  network: Readiness | undefined,
): WireAttachment {
  return {
    ...{ port_id: port.id, host: port.binding.hostId, netns: attachment.netns, device: attachment.device },
    mac_address: port.macAddress,
    addresses: port.fixedIps.map(({ subnetId, ipAddress }) => {
      const family = subnetId === subnet.neutronSubnetIdV6 ? subnet.v6 : subnet
      if (family === undefined) throw new Error(`port ${port.id} has an IPv6 address and its subnet none`)
      const prefix_length = Number(family.cidr.split('/')[1])
      return { ip_address: ipAddress, prefix_length, gateway: family.gatewayIp }
    }),
    state: network?.state ?? null,
    last_error: network?.lastError ?? null,
  }
}
