import { isIP } from 'node:net'
import { invalidInput } from './refusal.ts'

/** Name servers as the clouds take them: three members that say the same. Undefined: not given. */
export interface DnsChange {
  /** `''` takes it away; likewise the secondary. */
  readonly primary: string | undefined
  readonly secondary: string | undefined
  readonly list: readonly string[] | undefined
}

/** Name servers of one subnet, from the clouds' consoles. */
const MAX_SERVERS = 5

/**
 * The list that a change leaves: its first is the primary server and its second the secondary, so that the three
 * cannot disagree. A list that is given replaces the old one, and the two single ones come before the rest of it; it
 * need not repeat them. A secondary without a primary becomes the primary.
 */
export function changedDns(old: readonly string[], { primary, secondary, list }: DnsChange): readonly string[] {
  const named = [primary, secondary].filter((server) => server !== undefined)
  // Given alone, a single one takes the place of the one that it replaces.
  const [first, second, ...rest] = list?.filter((server) => !named.includes(server)) ?? old
  const after = list === undefined ? [primary ?? first, secondary ?? second, ...rest] : inFront(primary, secondary)
  const servers = [...new Set(after.filter((server) => server !== undefined && server !== ''))] as string[]
  if (servers.length > MAX_SERVERS) throw invalidInput('dnsList', `must be at most ${MAX_SERVERS} servers`)
  return servers

  function inFront(primary: string | undefined, secondary: string | undefined) {
    return primary === undefined && secondary !== undefined
      ? [first, secondary, second, ...rest]
      : [primary, secondary, first, second, ...rest]
  }
}

/** An address of either family, as it was written; `''` where none is wanted. */
export function parseDnsServer(text: string, field: string): string {
  if (text !== '' && (isIP(text) === 0 || text.includes('%'))) throw invalidInput(field, 'must be an IP address')
  return text
}
