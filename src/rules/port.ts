import { type AddressPool, includes, isUsable, parseAddress, poolOf4, poolOf6, spellAddress } from './address.ts'
import type { PortId, ProjectId, SubnetId } from './ids.ts'
import { invalidInput, Refusal } from './refusal.ts'
import type { DhcpOption, Subnet } from './subnet.ts'
import { characters, isPrintable } from './text.ts'

/** From the published API: DOWN until something that carries packets says otherwise. */
export const PORT_STATUSES = ['ACTIVE', 'BUILD', 'DOWN'] as const
export type PortStatus = (typeof PORT_STATUSES)[number]

export function isPortStatus(text: string): text is PortStatus {
  return (PORT_STATUSES as readonly string[]).includes(text)
}

/** A place in a subnet that a workload can be attached to. */
export interface Port {
  readonly id: PortId
  readonly projectId: ProjectId
  /** The subnet; the clouds call it the port's network. */
  readonly networkId: SubnetId
  readonly name: string
  readonly adminStateUp: boolean
  /** Unique among all ports. */
  readonly macAddress: string
  /** At most one of each family, IPv4 first. */
  readonly fixedIps: readonly FixedIp[]
  /** What the port belongs to; `''` for nothing. Set by the operator, who attaches workloads; likewise `binding`. */
  readonly deviceId: string
  /** `neutron:VIP_PORT` for a virtual address, which is the tenant's to ask for; or the operator's word. */
  readonly deviceOwner: string
  readonly binding: Binding
  readonly status: PortStatus
  /** Kept as given: there are no security groups here yet. */
  readonly securityGroups: readonly string[]
  readonly allowedAddressPairs: readonly AddressPair[]
  readonly extraDhcpOpts: readonly DhcpOption[]
}

export interface FixedIp {
  /** The id that the clouds give the subnet for this family. */
  readonly subnetId: string
  readonly ipAddress: string
}

export interface Binding {
  /** The machine that the workload runs on, by the operator's own name for it; `''` for none. */
  readonly hostId: string
  readonly profile: Readonly<Record<string, unknown>>
}

/** What else than its own addresses a port may send from. */
export interface AddressPair {
  /** An address, or a block, whose host bits may be set: `1.1.1.1/0` is how the clouds spell "anything". */
  readonly ipAddress: string
  /** `''` for the port's own. */
  readonly macAddress: string
}

export const VIP_PORT = 'neutron:VIP_PORT'

/** Lengths of texts and lists. Names: from the published API; pairs: Neutron's own default; the others are ours. */
const MAX_NAME = 255
const MAX_DEVICE_TEXT = 255
const MAX_PAIRS = 10
const MAX_SECURITY_GROUPS = 50
/** Characters of JSON, as in Neutron. */
const MAX_PROFILE = 4095

export function parsePortName(text: string): string {
  return printable('name', text, MAX_NAME)
}

/** A device's id or owner, or a host's name. */
export function parseDeviceText(field: string, text: string): string {
  return printable(field, text, MAX_DEVICE_TEXT)
}

function printable(field: string, text: string, most: number): string {
  if (characters(text) > most) throw invalidInput(field, `must have at most ${most} characters`)
  if (!isPrintable(text)) throw invalidInput(field, 'must have no control characters')
  return text
}

export function parseProfile(profile: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (JSON.stringify(profile).length <= MAX_PROFILE) return profile
  throw invalidInput('binding:profile', `must have at most ${MAX_PROFILE} characters as JSON`)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function parseSecurityGroups(ids: readonly string[]): readonly string[] {
  if (ids.length > MAX_SECURITY_GROUPS) throw invalidInput('security_groups', `must be at most ${MAX_SECURITY_GROUPS}`)
  if (ids.every((id) => UUID.test(id))) return ids
  throw invalidInput('security_groups', 'must be UUIDs')
}

export function parseAddressPairs(pairs: readonly AddressPair[]): readonly AddressPair[] {
  if (pairs.length > MAX_PAIRS) throw invalidInput('allowed_address_pairs', `must be at most ${MAX_PAIRS}`)
  for (const { ipAddress, macAddress } of pairs) {
    if (ipAddress === '0.0.0.0/0' || !isAddressOrBlock(ipAddress)) {
      throw invalidInput('allowed_address_pairs.ip_address', 'must be an address or a block, and not 0.0.0.0/0')
    }
    if (macAddress !== '' && !MAC.test(macAddress)) {
      throw invalidInput('allowed_address_pairs.mac_address', 'must be a MAC address such as fa:16:3e:00:00:01')
    }
  }
  return pairs
}

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i

function isAddressOrBlock(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const longest = address.includes(':') ? 128 : 32
  const fits = prefix === undefined || (/^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= longest)
  return more.length === 0 && fits && parseAddress(address) !== undefined
}

/** Option 51, the lease in hours, is the only one that the published API takes. */
export function parsePortDhcpOptions(options: readonly DhcpOption[]): readonly DhcpOption[] {
  if (options.length > 1) throw invalidInput('extra_dhcp_opts', 'must be at most one: option 51')
  for (const { name, value } of options) {
    if (name !== '51') throw invalidInput('extra_dhcp_opts.opt_name', "must be '51', the lease time")
    const hours = Number(/^([1-9][0-9]{0,4})h$/.exec(value)?.[1] ?? 0)
    const isLease = /^-1h?$/.test(value) || (hours >= 1 && hours <= MAX_LEASE_HOURS)
    if (!isLease) throw invalidInput('extra_dhcp_opts.opt_value', "must be '1h' to '30000h', or '-1h' for ever")
  }
  return options
}

const MAX_LEASE_HOURS = 30_000

/** What a create says of an address: nothing, in which subnet, which one, or both. */
export interface AddressWish {
  readonly subnetId: string | undefined
  readonly ipAddress: string | undefined
}

/** An address to be given to a port: this one, or with undefined any of the pool. */
export interface Demand {
  readonly pool: AddressPool
  readonly address: bigint | undefined
}

/** What a port is to get: what was wished and no more, or without a wish an address of each family. */
export function demandsOf(subnet: Subnet, wishes: readonly AddressWish[]): readonly Demand[] {
  const pools = poolsOf(subnet)
  if (wishes.length === 0) return pools.map((pool) => ({ pool, address: undefined }))
  const demands = wishes.map((wish) => demandOf(subnet, pools, wish))
  const asked = pools.map((pool) => demands.filter((demand) => demand.pool === pool))
  if (asked.some((ofPool) => ofPool.length > 1)) {
    throw invalidInput('fixed_ips', 'must have at most one address of each family')
  }
  return asked.flat()
}

function demandOf(subnet: Subnet, pools: readonly AddressPool[], { subnetId, ipAddress }: AddressWish): Demand {
  const named = pools.filter((pool) => [undefined, pool.subnetId, subnet.id].includes(subnetId?.toLowerCase()))
  if (named[0] === undefined) throw invalidInput('fixed_ips.subnet_id', `is not a subnet of network ${subnet.id}`)
  if (ipAddress === undefined) return { pool: named[0], address: undefined }
  const address = parseAddress(ipAddress)
  if (address === undefined) throw invalidInput('fixed_ips.ip_address', 'must be an IPv4 or IPv6 address')
  const pool = named.find(({ block }) => includes(block, address))
  if (pool === undefined) throw invalidInput('fixed_ips.ip_address', `${ipAddress} lies outside the subnet`)
  if (isUsable(pool, address)) return { pool, address }
  throw invalidInput('fixed_ips.ip_address', `${ipAddress} is reserved in the subnet`)
}

export function poolsOf({ neutronSubnetId, neutronSubnetIdV6, cidr, gatewayIp, v6 }: Subnet): readonly AddressPool[] {
  const v4 = poolOf4(neutronSubnetId, cidr, gatewayIp)
  return v6 === undefined ? [v4] : [v4, poolOf6(neutronSubnetIdV6, v6.cidr, v6.gatewayIp)]
}

export function fixedIp({ subnetId }: AddressPool, address: bigint): FixedIp {
  return { subnetId, ipAddress: spellAddress(address) }
}

/** The MAC address that goes with an id: under the prefix of OpenStack, its last 24 bits. */
export function macOf(id: string): string {
  return ['fa', '16', '3e', ...(id.slice(-6).match(/../g) ?? [])].join(':')
}

/** Whether a port is as a tenant may ask for it: attached to nothing, and at most a virtual address. */
export function isTenantsOwn(port: Pick<Port, 'deviceId' | 'deviceOwner' | 'binding'>): boolean {
  const { deviceId, deviceOwner, binding } = port
  const isUnbound = binding.hostId === '' && Object.keys(binding.profile).length === 0
  return isUnbound && deviceId === '' && (deviceOwner === '' || deviceOwner === VIP_PORT)
}

/** Only what nothing is attached to may be deleted; a virtual address is attached to nothing. */
export function refuseAttached({ id, deviceId, deviceOwner }: Port): void {
  if (deviceId !== '') throw new Refusal('port_attached', `Port ${id}'s device_id is not empty.`, { portId: id })
  if (deviceOwner === '' || deviceOwner === VIP_PORT) return
  throw new Refusal('port_attached', `Port ${id} belongs to ${deviceOwner}.`, { portId: id })
}

export function portNotFound(id: string): Refusal {
  return new Refusal('port_not_found', `Port ${id} could not be found.`, { portId: id })
}
