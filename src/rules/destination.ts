import { cidr, contains, parseCidr } from './cidr.ts'
import { type Cidr6, contains6, parseCidr6, spellCidr6 } from './cidr6.ts'
import { invalidInput } from './refusal.ts'
import type { Route } from './route.ts'
import type { Subnet } from './subnet.ts'

/** Where every VPC has its own services: a local route in each table, from the published API. */
export const SYSTEM_DESTINATIONS: readonly string[] = ['198.19.128.0/20', '127.0.0.0/8', '100.64.0.0/10']

/** A destination in its one spelling. */
export function parseDestination(text: string): string {
  const parsed = destinationOf(text)
  if ('problem' in parsed) throw invalidInput('destination', parsed.problem)
  return parsed.spelled
}

/** The one spelling of a block of either family, or why the text is none. IPv4 blocks are read in one spelling only. */
export function destinationOf(text: string): { readonly spelled: string } | { readonly problem: string } {
  if (text.includes(':')) {
    const block = parseCidr6(text)
    return 'problem' in block ? block : { spelled: spellCidr6(block) }
  }
  const block = parseCidr(text)
  return 'problem' in block ? block : { spelled: text }
}

/** The destinations of a VPC's local routes, which stand in each of its tables. */
export function localDestinations(subnets: readonly Pick<Subnet, 'cidr' | 'v6'>[]): readonly string[] {
  return [...subnets.flatMap(blocksOf), ...SYSTEM_DESTINATIONS]
}

/** The first route that a subnet would cut off, because its destination equals or lies in a block of the subnet. */
export function coveredBy(subnet: Pick<Subnet, 'cidr' | 'v6'>, routes: readonly Route[]): Route | undefined {
  const blocks = blocksOf(subnet)
  return routes.find(({ destination }) => localAround(destination, blocks) !== undefined)
}

function blocksOf({ cidr, v6 }: Pick<Subnet, 'cidr' | 'v6'>): readonly string[] {
  return v6 === undefined ? [cidr] : [cidr, v6.cidr]
}

/** The local route that a destination equals or lies in; one that contains local routes is fine, as on the clouds. */
export function localAround(destination: string, locals: readonly string[]): string | undefined {
  return localFinder(locals)(destination)
}

/** The same for many destinations: the locals are read once, and a destination costs one look per size of theirs. */
export function localFinder(locals: readonly string[]): (destination: string) => string | undefined {
  const bySize = new Map<
    string,
    { readonly prefix: number; readonly family: 4 | 6; readonly at: Map<bigint, string> }
  >()
  for (const local of locals) {
    const { family, prefix, base } = placeOf(local)
    const key = `${family} ${prefix}`
    const known = bySize.get(key) ?? { prefix, family, at: new Map<bigint, string>() }
    bySize.set(key, known)
    if (!known.at.has(base)) known.at.set(base, local)
  }
  return (destination) => {
    const { family, prefix, base, bits } = placeOf(destination)
    for (const size of bySize.values()) {
      if (size.family !== family || size.prefix > prefix) continue
      const hostBits = BigInt(bits - size.prefix)
      const found = size.at.get((base >> hostBits) << hostBits)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function placeOf(block: string) {
  if (block.includes(':')) return { ...cidr6(block), family: 6, bits: 128 } as const
  const { base, prefix } = cidr(block)
  return { base: BigInt(base), prefix, family: 4, bits: 32 } as const
}

/** Whether a block lies in another of its family. Both are known to be well-formed. */
export function isWithin(inner: string, outer: string): boolean {
  if (inner.includes(':') !== outer.includes(':')) return false
  return inner.includes(':') ? contains6(cidr6(outer), cidr6(inner)) : contains(cidr(outer), cidr(inner))
}

/** A block that is known to be well-formed. */
function cidr6(text: string): Cidr6 {
  const parsed = parseCidr6(text)
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`)
  return parsed
}
