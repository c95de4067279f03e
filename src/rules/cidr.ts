import { isIPv4 } from 'node:net'

/** An IPv4 block. `base` is the network address as an unsigned 32-bit number; its host bits are zero. */
export interface Cidr {
  readonly base: number
  readonly prefix: number
}

/** The block, or why the text is not one. Host bits that are set are an error, as the clouds have it, not masked. */
export function parseCidr(text: string): Cidr | { readonly problem: string } {
  const match = /^([0-9.]+)\/(0|[1-9][0-9]?)$/.exec(text)
  const network = match?.[1]
  const prefix = Number(match?.[2])
  if (network === undefined || !isIPv4(network) || prefix > 32) {
    return { problem: 'must be an IPv4 block such as 192.168.0.0/16' }
  }
  const base = address(network)
  if (base % size(prefix) !== 0) return { problem: `has host bits set for a /${prefix}` }
  return { base, prefix }
}

/** A block that is known to be well-formed, such as one that was stored. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`)
  return parsed
}

/** A well-formed IPv4 address as an unsigned 32-bit number. */
export function address(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && inner.base >= outer.base && end(inner) <= end(outer)
}

/** Two blocks overlap exactly where one contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, b) || contains(b, a)
}

/** Addresses in a block. */
function size(prefix: number): number {
  return 2 ** (32 - prefix)
}

/** The first address after a block; 2^32 for one that ends the space. */
export function end(block: Cidr): number {
  return block.base + size(block.prefix)
}
