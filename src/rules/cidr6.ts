import ipaddr from 'ipaddr.js'

/** An IPv6 block. `base` is the network address as a number of 128 bits; its host bits are zero. */
export interface Cidr6 {
  readonly base: bigint
  readonly prefix: number
}

const BITS = 128

/** The block, or why the text is not one. Host bits that are set are an error, as with IPv4. */
export function parseCidr6(text: string): Cidr6 | { readonly problem: string } {
  const match = /^([0-9A-Fa-f:.]+)\/(0|[1-9][0-9]{0,2})$/.exec(text)
  const base = match?.[1] === undefined ? undefined : parseAddress6(match[1])
  const prefix = Number(match?.[2])
  if (base === undefined || prefix > BITS) return { problem: 'must be an IPv6 block such as fd00::/64' }
  if (base % size(prefix) !== 0n) return { problem: `has host bits set for a /${prefix}` }
  return { base, prefix }
}

/** An address as a number of 128 bits, or undefined where the text is not one; a zone is none of an address. */
export function parseAddress6(text: string): bigint | undefined {
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  return BigInt(`0x${Buffer.from(ipaddr.IPv6.parse(text).toByteArray()).toString('hex')}`)
}

/** The one spelling of an address (RFC 5952). */
export function spellAddress6(address: bigint): string {
  const bytes = Buffer.from(address.toString(16).padStart(BITS / 4, '0'), 'hex')
  return new ipaddr.IPv6([...bytes]).toRFC5952String()
}

/** The one spelling of a block. */
export function spellCidr6({ base, prefix }: Cidr6): string {
  return `${spellAddress6(base)}/${prefix}`
}

export function contains6(outer: Cidr6, inner: Cidr6): boolean {
  return (
    inner.prefix >= outer.prefix &&
    inner.base >= outer.base &&
    inner.base + size(inner.prefix) <= outer.base + size(outer.prefix)
  )
}

/** Two blocks overlap exactly where one contains the other. */
export function overlaps6(a: Cidr6, b: Cidr6): boolean {
  return contains6(a, b) || contains6(b, a)
}

/** Addresses in a block. */
function size(prefix: number): bigint {
  return 1n << BigInt(BITS - prefix)
}
