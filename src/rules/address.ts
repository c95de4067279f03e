/**
 * Addresses of both families as numbers of 128 bits, IPv4 where RFC 4291 maps it (::ffff:0:0/96), so that one order
 * and one set of rules hold for all. What is taken in a subnet is known as runs: the longest rows of taken neighbours.
 * With them the lowest free address is the end of a run and one more, however full the subnet is.
 */
import { isIPv4 } from 'node:net'
import { cidr } from './cidr.ts'
import { parseAddress6, parseCidr6, spellAddress6 } from './cidr6.ts'

/** From `first` to `last`, both included. */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

/** The addresses of one family of a subnet. */
export interface AddressPool {
  /** The id that the clouds give the subnet for this family. */
  readonly subnetId: string
  /** All that the subnet's block has. */
  readonly block: AddressRange
  /** Those that ports may have, but for the gateway's. */
  readonly usable: AddressRange
  readonly gateway: bigint
}

const MAPPED = 0xffff_0000_0000n
const IPV4_BITS = 32
const IPV6_BITS = 128

/** The clouds keep the last three of a subnet: the system interface, DHCP and broadcast. The first names it. */
const RESERVED_LAST = 3n

/** The address, or undefined where the text is not one. */
export function parseAddress(text: string): bigint | undefined {
  if (!isIPv4(text)) return parseAddress6(text)
  return text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) + MAPPED
}

/** The one spelling of an address. */
export function spellAddress(address: bigint): string {
  const low = address - MAPPED
  if (low < 0n || low >= 1n << BigInt(IPV4_BITS)) return spellAddress6(address)
  return [24n, 16n, 8n, 0n].map((shift) => (low >> shift) & 0xffn).join('.')
}

export function includes({ first, last }: AddressRange, address: bigint): boolean {
  return first <= address && address <= last
}

/** The pool of an IPv4 block. */
export function poolOf4(subnetId: string, block: string, gateway: string): AddressPool {
  const { base, prefix } = cidr(block)
  return poolOf(subnetId, BigInt(base) + MAPPED, IPV4_BITS - prefix, gateway)
}

/** The pool of an IPv6 block. */
export function poolOf6(subnetId: string, block: string, gateway: string): AddressPool {
  const parsed = parseCidr6(block)
  if ('problem' in parsed) throw new Error(`${block} ${parsed.problem}`)
  return poolOf(subnetId, parsed.base, IPV6_BITS - parsed.prefix, gateway)
}

function poolOf(subnetId: string, base: bigint, hostBits: number, gatewayText: string): AddressPool {
  const gateway = parseAddress(gatewayText)
  if (gateway === undefined) throw new Error(`the gateway ${gatewayText} is no address`)
  const last = base + (1n << BigInt(hostBits)) - 1n
  return { subnetId, gateway, block: { first: base, last }, usable: { first: base + 1n, last: last - RESERVED_LAST } }
}

/** Whether a port may have this address of the block. */
export function isUsable(pool: AddressPool, address: bigint): boolean {
  return includes(pool.usable, address) && address !== pool.gateway
}

/** What happens to the runs when an address is taken or freed. */
export interface RunChange {
  readonly gone: readonly AddressRange[]
  readonly made: readonly AddressRange[]
}

/** `before` and `after` are the runs next to a free address, where they touch it. */
export function take(address: bigint, before: AddressRange | undefined, after: AddressRange | undefined): RunChange {
  const gone = [before, after].filter((run) => run !== undefined)
  return { gone, made: [{ first: before?.first ?? address, last: after?.last ?? address }] }
}

/** `run` is the one that the taken address is in. */
export function free(address: bigint, run: AddressRange): RunChange {
  const parts = [
    { first: run.first, last: address - 1n },
    { first: address + 1n, last: run.last },
  ]
  return { gone: [run], made: parts.filter(({ first, last }) => first <= last) }
}

/** The lowest free address from `from` on; `run` is the last one that begins at or before it. */
export function lowestFree(from: bigint, run: AddressRange | undefined): bigint {
  return run !== undefined && includes(run, from) ? run.last + 1n : from
}
