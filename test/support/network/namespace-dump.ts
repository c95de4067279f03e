/**
 * What is in network namespaces, as lines that two builds of the same network have in common: without indexes, handles,
 * counters, and what the kernel has learned from traffic.
 */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Each writes one line of JSON. */
const COMMANDS = {
  links: 'ip -d -j addr show',
  'routes v4': 'ip -N -j -4 route show table all',
  'routes v6': 'ip -N -j -6 route show table all',
  'rules v4': 'ip -N -j -4 rule show',
  'rules v6': 'ip -N -j -6 rule show',
  'neighbours v4': 'ip -N -j -4 neigh show nud permanent',
  'neighbours v6': 'ip -N -j -6 neigh show nud permanent',
  nft: 'nft -j list ruleset',
} as const

/** Settings that decide what is forwarded and what is answered; names of devices are part of them. */
const SYSCTLS = [
  ...['ip_forward', 'forwarding', 'rp_filter', 'accept_local', 'icmp_errors_use_inbound_ifaddr'],
  ...['addr_gen_mode', 'accept_dad', 'accept_ra', 'proxy_arp', 'proxy_ndp'],
]
const SEPARATOR = '--'
const SCRIPT = [...Object.values(COMMANDS), `sysctl -a --pattern '\\.(${SYSCTLS.join('|')})$'`].join(
  `; echo ${SEPARATOR}; `,
)

/** Members that say where, when or in which order something was made, or what it has seen; not what it is. */
const ACCIDENTAL = new Set([
  ...['ifindex', 'link_index', 'link_netnsid', 'handle', 'metainfo', 'packets', 'bytes'],
  ...['no', 'id', 'designated_port', 'bridge_id', 'root_id', 'designated_bridge', 'designated_root'],
  ...['hello_timer', 'tcn_timer', 'topology_change_timer', 'gc_timer', 'hold_timer', 'forward_delay_timer'],
  ...['num_tx_queues', 'num_rx_queues', 'allmulti', 'promiscuity', 'qdisc', 'txqlen', 'min_mtu', 'max_mtu'],
  ...['gso_max_size', 'gso_max_segs', 'tso_max_size', 'tso_max_segs', 'gro_max_size', 'forward_delay'],
])

/** Lines by what they are of. */
export type NamespaceDump = Readonly<Record<string, readonly string[]>>

export async function dumpNamespace(netns: string): Promise<NamespaceDump> {
  const { stdout } = await run('nsenter', [`--net=/run/netns/${netns}`, 'sh', '-c', SCRIPT], { maxBuffer: 2 ** 26 })
  const texts = stdout.split(`${SEPARATOR}\n`)
  const dumped = Object.keys(COMMANDS).map((name, index): [string, readonly string[]] => {
    const parsed = JSON.parse(texts[index]?.trim() || '[]')
    return [name, name === 'nft' ? nftLines(parsed.nftables ?? []) : linesOf(parsed)]
  })
  const sysctls = (texts.at(-1) ?? '').trim().split('\n').sort()
  return { ...Object.fromEntries(dumped), sysctls }
}

/** Of all of them, by name; a few at a time. */
export async function dumpNamespaces(names: readonly string[]): Promise<ReadonlyMap<string, NamespaceDump>> {
  const dumps = new Map<string, NamespaceDump>()
  const left = [...names]
  const work = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) dumps.set(name, await dumpNamespace(name))
  }
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, work))
  return dumps
}

/** What is in one and not in the other, a line each; none where they are the same. */
export function differences(
  one: Readonly<Record<string, NamespaceDump>>,
  other: Readonly<Record<string, NamespaceDump>>,
): readonly string[] {
  const linesIn = (dumps: Readonly<Record<string, NamespaceDump>>) => {
    const all = Object.entries(dumps).flatMap(([namespace, dump]) => {
      const named = Object.entries(dump).flatMap(([kind, lines]) => lines.map((line) => `${kind}: ${line}`))
      return ['is there', ...named].map((line) => `${namespace} ${line}`)
    })
    return new Set(all)
  }
  const [first, second] = [linesIn(one), linesIn(other)]
  return [
    ...[...first].filter((line) => !second.has(line)).map((line) => `- ${line}`),
    ...[...second].filter((line) => !first.has(line)).map((line) => `+ ${line}`),
  ]
}

function linesOf(list: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  // The kernel draws the address of a port's end in a bridge, where none is ever looked at.
  const without = list.map((each) => (each.master === undefined ? each : { ...each, address: undefined }))
  return without.map((each) => JSON.stringify(lasting(each))).sort()
}

/** The order of rules in a chain matters; that of all else does not. */
function nftLines(list: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[]): readonly string[] {
  const counts = new Map<string, number>()
  return list
    .filter(({ metainfo }) => metainfo === undefined)
    .map((each) => {
      const { rule } = each
      if (rule === undefined) return JSON.stringify(lasting(each))
      const chain = `${rule.family} ${rule.table} ${rule.chain}`
      const place = counts.get(chain) ?? 0
      counts.set(chain, place + 1)
      return JSON.stringify({ chain, place, expr: lasting(rule.expr) })
    })
    .sort()
}

/** Without what is accidental; lists that are sets are sorted. */
function lasting(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const all = value.map((each) => lasting(each))
    return name === 'expr' ? all : all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([member]) => !ACCIDENTAL.has(member))
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([member, each]) => [member, lasting(each, member)]),
  )
}
