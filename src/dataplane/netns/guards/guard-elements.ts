/** From where a port may send, as elements of the sets of guard-tables.ts. Nothing here touches the kernel. */
import { type AddressRange, parseAddress, spellAddress } from '../../../rules/address.ts'
import type { IntendedPort } from '../../dataplane.ts'
import { portName } from '../names.ts'
import type { SetName } from './guard-tables.ts'
import type { SetElement } from './nft-netlink.ts'

/** Elements in nft's language, each in one spelling. */
export type Elements = Readonly<Record<SetName, ReadonlySet<string>>>

/** IPv4 addresses are numbered in ::ffff:0:0/96. */
const V4: AddressRange = { first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn }
/** Without ::/64, from which nobody sends (`::`, `::1`, and IPv4 in disguise). */
const V6: AddressRange = { first: 1n << 64n, last: (1n << 128n) - 1n }

const IPV6_BITS = 128
const IPV4_BITS = 32

/** Of those that have an interface here. */
export function elementsOf(ports: readonly IntendedPort[]): Elements {
  const sets = { macs: new Set<string>(), ports4: new Set<string>(), ports6: new Set<string>() }
  const elements = { ...sets, hosts4: new Set<string>(), hosts6: new Set<string>() }
  for (const port of ports) {
    if (port.workload === undefined) continue
    const device = portName(port.id)
    for (const [mac, ranges] of rangesByMac(port)) {
      elements.macs.add(spell(device, mac))
      for (const range of merged(ranges)) {
        const [ports, hosts] = setsOf(range)
        elements[ports].add(spell(device, mac, range))
        if (range.first === range.last) elements[hosts].add(spell(device, mac, range))
      }
    }
  }
  return elements
}

function setsOf({ last }: AddressRange) {
  return last <= V4.last ? (['ports4', 'hosts4'] as const) : (['ports6', 'hosts6'] as const)
}

/** With a MAC address goes the link-local address that is made of it (RFC 4291, appendix A). */
function rangesByMac({ macAddress, addresses, allowed }: IntendedPort): ReadonlyMap<string, AddressRange[]> {
  const pairs = [...addresses.map((ipAddress) => ({ ipAddress, macAddress })), ...allowed]
  const ranges = new Map<string, AddressRange[]>([[macAddress, [linkLocalOf(macAddress)]]])
  for (const pair of pairs) {
    const mac = pair.macAddress === '' ? macAddress : pair.macAddress.toLowerCase()
    const known = ranges.get(mac) ?? [linkLocalOf(mac)]
    const block = blockOf(pair.ipAddress)
    ranges.set(mac, block === undefined ? known : [...known, block])
  }
  return ranges
}

function linkLocalOf(mac: string): AddressRange {
  const number = BigInt(`0x${mac.replaceAll(':', '')}`)
  const interfaceId = ((number >> 24n) << 40n) | (0xfffen << 24n) | (number & 0xff_ffffn)
  const address = (0xfe80n << 112n) | (interfaceId ^ (1n << 57n))
  return { first: address, last: address }
}

/**
 * The addresses of a block, whose host bits may be set, or the one of an address, as far as its family has them: `::/0`
 * has none of IPv4. Undefined: that leaves none.
 */
function blockOf(text: string): AddressRange | undefined {
  const [base = '', prefix] = text.split('/')
  const address = parseAddress(base)
  if (address === undefined) throw new Error(`${text} is neither an address nor a block`)
  const [family, bits] = base.includes(':') ? ([V6, IPV6_BITS] as const) : ([V4, IPV4_BITS] as const)
  const hosts = (1n << BigInt(bits - Number(prefix ?? bits))) - 1n
  const first = address - (address & hosts)
  return common({ first, last: first + hosts }, family)
}

/** Without overlaps, which the kernel refuses, and without neighbours. */
function merged(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const result: AddressRange[] = []
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = result.at(-1)
    if (before === undefined || range.first > before.last + 1n) result.push(range)
    else if (range.last > before.last) result[result.length - 1] = { first: before.first, last: range.last }
  }
  return result
}

function common(a: AddressRange, b: AddressRange): AddressRange | undefined {
  const first = a.first > b.first ? a.first : b.first
  const last = a.last < b.last ? a.last : b.last
  return first <= last ? { first, last } : undefined
}

function spell(device: string, mac: string, range?: AddressRange): string {
  const key = `"${device}" . ${mac}`
  if (range === undefined) return key
  const ends = range.first === range.last ? [range.first] : [range.first, range.last]
  return `${key} . ${ends.map(spellEnd).join('-')}`
}

/** IPv6 addresses are bare numbers in their set. */
function spellEnd(address: bigint): string {
  return address <= V4.last ? spellAddress(address) : `0x${address.toString(16)}`
}

/** An element as the kernel has it, in our spelling; undefined where it is none that we could have made. */
export function spellElement(set: SetName, { first, last }: SetElement): string | undefined {
  const isSame = first.subarray(0, ADDRESS_AT).equals(last.subarray(0, ADDRESS_AT))
  if (!isSame || first.length !== KEY_BYTES[set] || last.length !== first.length) return undefined
  const device = first.toString('latin1', 0, MAC_AT).replace(/\0+$/, '')
  if (!DEVICE.test(device)) return undefined
  const mac = first.toString('hex', MAC_AT, MAC_AT + 6).replace(/..(?!$)/g, '$&:')
  if (set === 'macs') return spell(device, mac)
  const family = isOfV4(set) ? V4 : V6
  const range = { first: addressIn(set, first), last: addressIn(set, last) }
  return family.first <= range.first && range.last <= family.last ? spell(device, mac, range) : undefined
}

/** What may stand in nft's language between quotes, and means itself there. */
const DEVICE = /^[0-9A-Za-z_-]+$/
/** Where the parts of a key begin: each takes a multiple of 4 bytes. */
const MAC_AT = 16
const ADDRESS_AT = 24
const KEY_BYTES: Readonly<Record<SetName, number>> = { macs: 24, ports4: 28, ports6: 40, hosts4: 28, hosts6: 40 }

function addressIn(set: SetName, key: Buffer): bigint {
  const address = BigInt(`0x${key.toString('hex', ADDRESS_AT)}`)
  return isOfV4(set) ? V4.first + address : address
}

function isOfV4(set: SetName): boolean {
  return set === 'ports4' || set === 'hosts4'
}
