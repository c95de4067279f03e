/** From where a port may send, as elements of the sets of guard-tables.ts. Nothing here touches the kernel. */
import { type AddressRange, parseAddress, spellAddress } from '../../rules/address.ts'
import type { IntendedPort } from '../dataplane.ts'
import type { SetName } from './guard-tables.ts'
import { portName } from './names.ts'

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
  const elements = { macs: new Set<string>(), ports4: new Set<string>(), ports6: new Set<string>() }
  for (const port of ports) {
    if (port.workload === undefined) continue
    const device = portName(port.id)
    for (const [mac, ranges] of rangesByMac(port)) {
      elements.macs.add(spell(device, mac))
      for (const range of merged(ranges)) {
        for (const [name, family] of FAMILIES) {
          const part = common(range, family)
          if (part !== undefined) elements[name].add(spell(device, mac, part))
        }
      }
    }
  }
  return elements
}

const FAMILIES = [
  ['ports4', V4],
  ['ports6', V6],
] as const

/** With a MAC address goes the link-local address that is made of it (RFC 4291, appendix A). */
function rangesByMac({ macAddress, addresses, allowed }: IntendedPort): ReadonlyMap<string, AddressRange[]> {
  const pairs = [...addresses.map((ipAddress) => ({ ipAddress, macAddress })), ...allowed]
  const ranges = new Map<string, AddressRange[]>([[macAddress, [linkLocalOf(macAddress)]]])
  for (const pair of pairs) {
    const mac = pair.macAddress === '' ? macAddress : pair.macAddress.toLowerCase()
    const known = ranges.get(mac) ?? [linkLocalOf(mac)]
    ranges.set(mac, [...known, blockOf(pair.ipAddress)])
  }
  return ranges
}

function linkLocalOf(mac: string): AddressRange {
  const number = BigInt(`0x${mac.replaceAll(':', '')}`)
  const interfaceId = ((number >> 24n) << 40n) | (0xfffen << 24n) | (number & 0xff_ffffn)
  const address = (0xfe80n << 112n) | (interfaceId ^ (1n << 57n))
  return { first: address, last: address }
}

/** All addresses of a block, whose host bits may be set, or the one of an address. */
function blockOf(text: string): AddressRange {
  const [base = '', prefix] = text.split('/')
  const address = parseAddress(base)
  if (address === undefined) throw new Error(`${text} is neither an address nor a block`)
  const bits = base.includes(':') ? IPV6_BITS : IPV4_BITS
  const hosts = (1n << BigInt(bits - Number(prefix ?? bits))) - 1n
  const first = address - (address & hosts)
  return { first, last: first + hosts }
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

/** An element as nft lists it, in our spelling; undefined where it is none that we could have made. */
export function readElement(set: SetName, element: unknown): string | undefined {
  const [device, mac, ends, ...more] = (element as { readonly concat?: readonly unknown[] }).concat ?? []
  if (typeof device !== 'string' || !DEVICE.test(device) || typeof mac !== 'string' || more.length > 0) return undefined
  if (set === 'macs') return ends === undefined ? spell(device, mac) : undefined
  const range = readRange(ends)
  if (range === undefined) return undefined
  const family = set === 'ports4' ? V4 : V6
  const isWithin = family.first <= range.first && range.last <= family.last
  return isWithin ? spell(device, mac, range) : undefined
}

/** What may stand in nft's language between quotes, and means itself there. */
const DEVICE = /^[0-9A-Za-z_-]+$/

interface ListedRange {
  readonly range?: readonly unknown[]
  readonly prefix?: { readonly addr: unknown; readonly len: number }
}

/** nft lists an address alone, a block that is one, or a range. */
function readRange(ends: unknown): AddressRange | undefined {
  if (typeof ends === 'string') return between(readEnd(ends), readEnd(ends))
  const { range, prefix } = (ends ?? {}) as ListedRange
  if (range !== undefined) return between(readEnd(range[0]), readEnd(range[1]))
  const first = readEnd(prefix?.addr)
  if (prefix === undefined || first === undefined) return undefined
  const bits = first <= V4.last ? IPV4_BITS : IPV6_BITS
  return { first, last: first + (1n << BigInt(bits - prefix.len)) - 1n }
}

function between(first: bigint | undefined, last: bigint | undefined): AddressRange | undefined {
  return first === undefined || last === undefined ? undefined : { first, last }
}

/** Numbers of 64 bits and less are listed as numbers, which JSON does not hold exactly; none of ours is so small. */
function readEnd(text: unknown): bigint | undefined {
  if (typeof text !== 'string') return undefined
  return /^0x[0-9a-f]+$/.test(text) ? BigInt(text) : parseAddress(text)
}
