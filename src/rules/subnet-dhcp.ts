import { isIPv4 } from 'node:net'
import { invalidInput } from './refusal.ts'
import type { DhcpOption } from './subnet.ts'

/** An option as it is asked for; a value of undefined takes the option away. */
export interface DhcpOptionChange {
  readonly name: string
  readonly value: string | undefined
}

/** Hours for which an address may be lent: the larger of the published limits. */
const MAX_LEASE_HOURS = 175_200
const MAX_NTP_SERVERS = 4
const MAX_DOMAIN_NAME = 254

/** What each option takes, and in which words it says so. */
const OPTIONS: Readonly<Record<string, { readonly takes: (value: string) => boolean; readonly words: string }>> = {
  ntp: { takes: isServerList, words: `up to ${MAX_NTP_SERVERS} different IPv4 addresses with commas between them` },
  addresstime: { takes: isLease, words: `-1 (for ever) or hours such as 24h, up to ${MAX_LEASE_HOURS}h` },
  ipv6_addresstime: { takes: isLease, words: `-1 (for ever) or hours such as 24h, up to ${MAX_LEASE_HOURS}h` },
  domainname: { takes: isDomainName, words: 'a domain name' },
}

/** `''` is the same as no value: both take the option away. */
export function parseDhcpOption(name: string, value: string | null | undefined): DhcpOptionChange {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
  if (option === undefined) {
    throw invalidInput('extra_dhcp_opts.opt_name', `must be one of ${Object.keys(OPTIONS).join(', ')}`)
  }
  if (value === undefined || value === null || value === '') return { name, value: undefined }
  if (!option.takes(value)) throw invalidInput(`extra_dhcp_opts.${name}`, `must be ${option.words}`)
  return { name, value }
}

/** The options that a change leaves: those that it does not name stay; of one that it names twice the last counts. */
export function changedDhcpOptions(
  old: readonly DhcpOption[],
  changes: readonly DhcpOptionChange[],
): readonly DhcpOption[] {
  const values = new Map(old.map(({ name, value }) => [name, value]))
  for (const { name, value } of changes) {
    if (value === undefined) values.delete(name)
    else values.set(name, value)
  }
  return [...values].map(([name, value]) => ({ name, value }))
}

function isServerList(text: string): boolean {
  const servers = text.split(',')
  return servers.length <= MAX_NTP_SERVERS && servers.every(isIPv4) && new Set(servers).size === servers.length
}

function isLease(text: string): boolean {
  return text === '-1' || (/^[1-9][0-9]{0,5}h$/.test(text) && Number.parseInt(text, 10) <= MAX_LEASE_HOURS)
}

function isDomainName(text: string): boolean {
  return (
    text.length <= MAX_DOMAIN_NAME &&
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/i.test(text)
  )
}
