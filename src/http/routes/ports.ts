/** The port API v1. */
import { createPort } from '../../operations/ports/create-port.ts'
import { deletePort } from '../../operations/ports/delete-port.ts'
import { listPorts, type PortFilter } from '../../operations/ports/list-ports.ts'
import { showPort } from '../../operations/ports/show-port.ts'
import { updatePort } from '../../operations/ports/update-port.ts'
import type { Caller } from '../../rules/access.ts'
import { parseAddress, spellAddress } from '../../rules/address.ts'
import { type PortId, parsePortId, parseSubnetId } from '../../rules/ids.ts'
import {
  isPortStatus,
  parseAddressPairs,
  parseDeviceText,
  parsePortDhcpOptions,
  parsePortName,
  parseProfile,
  parseSecurityGroups,
  portNotFound,
} from '../../rules/port.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { subnetNotFound } from '../../rules/subnet.ts'
import {
  CreatePortRequest,
  PortAnswer,
  PortListAnswer,
  PortListQuery,
  spellPort,
  UpdatePortRequest,
  type WirePortChange,
  type WirePortQuery,
} from '../../wire/ports.ts'
import type { App, ServerParts } from '../app.ts'
import { flagOf, forwardPageOf, given, givenAll } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const PATH = '/v1/:project_id/ports'

export function portRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    { schema: describe('ports', 'List ports', { querystring: PortListQuery, response: { 200: PortListAnswer } }) },
    async (request) => {
      const { query, caller } = request
      const page = forwardPageOf(query, parsePortId)
      const { items } = await perform(listPorts, asker(request), { filter: filterOf(query, caller), page })
      return { ports: items.map((port) => spellPort(port, caller.admin)) }
    },
  )

  app.post(
    PATH,
    { schema: describe('ports', 'Create a port', { body: CreatePortRequest, response: { 200: PortAnswer } }) },
    async (request) => {
      const { port } = request.body
      const networkId = parseSubnetId(port.network_id)
      if (networkId === undefined) throw subnetNotFound(port.network_id)
      refuseOtherProject(port.tenant_id, request.caller)
      const { own, attachment } = changesOf(port)
      const input = {
        ...{ networkId, name: own.name ?? '', adminStateUp: port.admin_state_up ?? true },
        wishes: (port.fixed_ips ?? []).map(({ subnet_id, ip_address }) => ({
          ...{ subnetId: subnet_id, ipAddress: ip_address },
        })),
        ...{ deviceId: attachment.deviceId ?? '', deviceOwner: attachment.deviceOwner ?? '' },
        binding: { hostId: attachment.hostId ?? '', profile: attachment.profile ?? {} },
        ...{ securityGroups: own.securityGroups ?? [], allowedAddressPairs: own.allowedAddressPairs ?? [] },
        extraDhcpOpts: own.extraDhcpOpts ?? [],
      }
      return { port: spellPort(await perform(createPort, asker(request), input), request.caller.admin) }
    },
  )

  app.get(
    `${PATH}/:port_id`,
    { schema: describe('ports', 'Show a port', { response: { 200: PortAnswer } }) },
    async (request) => ({
      port: spellPort(await perform(showPort, asker(request), portIdOf(request.params)), request.caller.admin),
    }),
  )

  app.put(
    `${PATH}/:port_id`,
    { schema: describe('ports', 'Update a port', { body: UpdatePortRequest, response: { 200: PortAnswer } }) },
    async (request) => {
      const change = { id: portIdOf(request.params), ...changesOf(request.body.port) }
      const values = [...Object.values(change.own), ...Object.values(change.attachment)]
      if (values.every((value) => value === undefined)) {
        throw invalidInput('port', "must have a 'name' or another member to change")
      }
      return { port: spellPort(await perform(updatePort, asker(request), change), request.caller.admin) }
    },
  )

  app.delete(
    `${PATH}/:port_id`,
    { schema: describe('ports', 'Delete a port that nothing is attached to', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deletePort, asker(request), portIdOf(request.params))
      return reply.code(204).send(null)
    },
  )
}

/** The members that may change, each parsed where it is given. */
function changesOf(port: WirePortChange) {
  const pairs = port.allowed_address_pairs?.map(({ ip_address, mac_address }) => ({
    ...{ ipAddress: ip_address, macAddress: mac_address ?? '' },
  }))
  const options = port.extra_dhcp_opts?.map(({ opt_name, opt_value }) => ({ name: opt_name, value: opt_value }))
  const profile = port['binding:profile'] as Readonly<Record<string, unknown>> | undefined
  const text = (field: 'device_id' | 'device_owner' | 'binding:host_id') =>
    ifGiven(port[field], (value) => parseDeviceText(field, value))
  return {
    own: {
      name: ifGiven(port.name, parsePortName),
      securityGroups: ifGiven(port.security_groups, parseSecurityGroups),
      allowedAddressPairs: ifGiven(pairs, parseAddressPairs),
      extraDhcpOpts: ifGiven(options, parsePortDhcpOptions),
    },
    attachment: {
      ...{ deviceId: text('device_id'), deviceOwner: text('device_owner'), hostId: text('binding:host_id') },
      profile: ifGiven(profile, parseProfile),
    },
  }
}

function ifGiven<Given, Parsed>(value: Given | undefined, parse: (value: Given) => Parsed): Parsed | undefined {
  return value === undefined ? undefined : parse(value)
}

/** A value that no port can have gives an empty list. */
function filterOf(query: WirePortQuery, { projectId }: Caller): PortFilter {
  const network = given(query.network_id)
  const networkId = ifGiven(network, parseSubnetId)
  const status = given(query.status)
  const known = status === undefined || isPortStatus(status) ? status : undefined
  const isHopeless =
    (network !== undefined && networkId === undefined) ||
    (status !== undefined && known === undefined) ||
    (given(query.tenant_id) ?? projectId) !== projectId ||
    flagOf('enable_efi', query.enable_efi)
  return {
    ids: isHopeless ? [] : givenAll(query.id)?.flatMap((text) => parsePortId(text) ?? []),
    name: given(query.name),
    adminStateUp: ifGiven(given(query.admin_state_up), (text) => flagOf('admin_state_up', text)),
    networkId,
    macAddress: given(query.mac_address)?.toLowerCase(),
    deviceId: given(query.device_id),
    deviceOwner: given(query.device_owner),
    status: known,
    securityGroups: givenAll(query.security_groups),
    ...fixedIpFilter(givenAll(query.fixed_ips) ?? []),
  }
}

function fixedIpFilter(texts: readonly string[]): Pick<PortFilter, 'ipAddresses' | 'fixedSubnetIds'> {
  const valuesOf = (key: string) => {
    const values = texts.filter((text) => text.startsWith(`${key}=`)).map((text) => text.slice(key.length + 1))
    return values.length === 0 ? undefined : values
  }
  const [addresses, subnets] = [valuesOf('ip_address'), valuesOf('subnet_id')]
  if ((addresses?.length ?? 0) + (subnets?.length ?? 0) < texts.length) {
    throw invalidInput('fixed_ips', "must be 'ip_address=…' or 'subnet_id=…'")
  }
  return {
    ipAddresses: addresses?.flatMap((text) => ifGiven(parseAddress(text), spellAddress) ?? []),
    fixedSubnetIds: subnets?.map((id) => id.toLowerCase()),
  }
}

/** An empty `tenant_id` is one that was not given. */
function refuseOtherProject(tenantId: string | undefined, { projectId }: Caller): void {
  const id = given(tenantId)
  if (id !== undefined && id !== projectId) throw invalidInput('tenant_id', 'must be the project of the path')
}

/** A malformed id is *not found*, as with VPCs. */
export function portIdOf(params: unknown): PortId {
  const text = (params as { port_id: string }).port_id
  const id = parsePortId(text)
  if (id === undefined) throw portNotFound(text)
  return id
}
