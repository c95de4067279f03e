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
  const [first, second, ...others] = old
  const rest = list?.filter((server) => server !== primary && server !== secondary)
  const after =
    rest === undefined
      ? [primary ?? first, secondary ?? second, ...others]
      : [primary ?? rest.shift(), secondary, ...rest]
  const servers = [...new Set(after)].flatMap((server) => server || [])
  if (servers.length > MAX_SERVERS) throw invalidInput('dnsList', `must have at most ${MAX_SERVERS} servers`)
  return servers
}

/** An address of either family, as it was written; `''` where none is wanted. */
export function parseDnsServer(text: string, field: string): string {
  if (text !== '' && (isIP(text) === 0 || text.includes('%'))) throw invalidInput(field, 'must be an IP address')
  return text
}
