/**
 * The tables of nftables that a router is guarded by. They are the same in every router but for the elements of their
 * sets, so a port costs elements and no rules. All are named `causeway`; what has another name is not ours.
 */
import { closeSync, openSync } from 'node:fs'
import type { PortId } from '../../../rules/ids.ts'
import { setns, unshareNetwork } from '../kernel/libc.ts'
import { openNetlink } from '../kernel/netlink.ts'
import { PEERING_GROUP, portName } from '../names.ts'
import { listNft, runNft } from './nft.ts'
import { dumpElements, dumpTables, NETLINK_NETFILTER, type SetElement } from './nft-netlink.ts'

/** One for packets that are routed, and one for frames that come from ports. */
export type GuardFamily = 'inet' | 'bridge'

/** Of the bridge table: which port may send from where. A key begins with the port's device and a MAC address. */
export const SETS = {
  /** Nothing more. */
  macs: 'type ifname . ether_addr;',
  /** IPv4 addresses. */
  ports4: 'type ifname . ether_addr . ipv4_addr; flags interval;',
  /**
   * IPv6 addresses, as bare numbers: a neighbour advertisement's target is looked up here as well, and nft has no name
   * for that field before 1.0.8. Bits 64 to 191 of the IPv6 header are its source, those of the message the target.
   */
  ports6: 'typeof iifname . ether saddr . @nh,64,128; flags interval;',
  /** What is a single address in the two above, once more: a set without intervals takes a third of the time. */
  hosts4: 'type ifname . ether_addr . ipv4_addr;',
  hosts6: 'typeof iifname . ether saddr . @nh,64,128;',
} as const
export type SetName = keyof typeof SETS

/** From which port, MAC address and IPv6 address: in the IPv6 header, and in a message of neighbour discovery. */
const SOURCE_6 = 'iifname . ether saddr . @nh,64,128'
const TARGET_6 = 'iifname . ether saddr . @th,64,128'
/** What the names of ports' devices have in common. */
const PORT_DEVICES = `${portName('' as PortId)}*`
/** Of IPv4 over Ethernet: the offsets of the other fields depend on it. */
const ARP = 'arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp'
/** Breaks off where nft finds no upper protocol in the packet, because its headers are broken or too many. */
const KNOWN_PROTOCOL = 'meta l4proto != 255'

interface Chain {
  /** Where it hangs, and what becomes of what no rule decides; undefined: other chains lead to it. */
  readonly hook: string | undefined
  readonly rules: readonly string[]
}

const CHAINS: Readonly<Record<GuardFamily, Readonly<Record<string, Chain>>>> = {
  inet: {
    prerouting: {
      hook: 'type filter hook prerouting priority -300; policy accept;',
      rules: [
        // P6: nothing comes in through a peering that would not be answered through it. For IPv4 rp_filter says so too,
        // but a sysctl of the host's (conf.all.rp_filter = 2) can loosen that; IPv6 has nothing of the kind.
        `iifgroup ${PEERING_GROUP} fib saddr . iif oif missing drop`,
        // A link with a link-local address, which ours need not have, has a route to all the others.
        `iifgroup ${PEERING_GROUP} ip6 saddr fe80::/10 drop`,
        // What a bridge does not take from its port is given to the port's own device: frames to 01:80:c2:00:00:0e.
        // They come past the table below, and are no business of a router's.
        `iifname "${PORT_DEVICES}" drop`,
      ],
    },
    forward: {
      hook: 'type filter hook forward priority 0; policy accept;',
      rules: [
        // A port may have leave to send from addresses of another subnet, whose table is not its own. For IPv4 strict
        // rp_filter drops what comes from there.
        `oifgroup ${PEERING_GROUP} fib saddr . iif oif missing drop`,
      ],
    },
  },
  bridge: {
    arp_from_ports: {
      hook: undefined,
      rules: [
        `${ARP} operation { request, reply } iifname . arp saddr ether . arp saddr ip @ports4 accept`,
        // RFC 5227: a probe whether an address is free comes from 0.0.0.0 and asks for that address.
        `${ARP} operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether . arp daddr ip @ports4 accept`,
      ],
    },
    ip4_from_ports: {
      hook: undefined,
      rules: [
        // Clients listen on 68: what comes in there is an answer of a DHCP server.
        'udp dport 68 drop',
        'ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept',
        // Decides nothing that the next one would not, and spares nearly all packets the next one.
        `${KNOWN_PROTOCOL} iifname . ether saddr . ip saddr @hosts4 accept`,
        `${KNOWN_PROTOCOL} iifname . ether saddr . ip saddr @ports4 accept`,
      ],
    },
    ip6_from_ports: {
      hook: undefined,
      rules: [
        'icmpv6 type { nd-router-advert, nd-redirect } drop',
        // RFC 6980: neighbour discovery is never in fragments, where the rest of the message could not be looked at.
        'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } exthdr frag exists drop',
        `icmpv6 type nd-neighbor-advert ${TARGET_6} != @ports6 drop`,
        // As 68 above, for DHCPv6.
        'udp dport 546 drop',
        // As for IPv4.
        `${KNOWN_PROTOCOL} ${SOURCE_6} @hosts6 accept`,
        `${KNOWN_PROTOCOL} ${SOURCE_6} @ports6 accept`,
        // RFC 4862 and 3590: before it has an address, a host asks whether it is free, for routers, and for groups.
        `ip6 saddr :: icmpv6 type nd-neighbor-solicit ${TARGET_6} @ports6 accept`,
        'ip6 saddr :: icmpv6 type { nd-router-solicit, mld-listener-report, mld2-listener-report } accept',
      ],
    },
    prerouting: {
      // Only ports come in through a bridge, so what no rule allows goes no further: nor does an unknown port.
      hook: 'type filter hook prerouting priority -300; policy drop;',
      rules: [
        'iifname . ether saddr != @macs drop',
        // The type as it is in the frame: with a VLAN tag it is the tag's, and is none of these.
        'ether type arp goto arp_from_ports',
        'ether type ip goto ip4_from_ports',
        'ether type ip6 goto ip6_from_ports',
      ],
    },
    input: {
      hook: 'type filter hook input priority -200; policy accept;',
      rules: [
        // IEEE 802.1D: frames for the bridge itself, which do not come through prerouting. It would learn from them
        // that a MAC address is behind this port.
        'ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop',
      ],
    },
  },
}

/** The commands that make a table, without elements. */
export function tableText(family: GuardFamily): string {
  const sets = family === 'bridge' ? Object.entries(SETS).map(([name, type]) => `set ${name} { ${type} }`) : []
  const chains = Object.entries(CHAINS[family]).map(([name, { hook = '', rules }]) =>
    [`chain ${name} {`, hook, ...rules, '}'].join('\n'),
  )
  return [`table ${family} causeway {`, ...sets, ...chains, '}'].join('\n')
}

/** How nft spells each of the tables, but for elements and handles; undefined: there is no such table. */
export type Spelled = Readonly<Record<GuardFamily, string | undefined>>

/**
 * In the namespace that the thread is in. A table with flags is none of ours, and is not listed: libnftables 1.0.6
 * spells flags from memory that it has freed, and would take this process with it.
 */
export function listTables(): Spelled {
  using netlink = openNetlink(NETLINK_NETFILTER)
  const tables = dumpTables(netlink, 'causeway')
  const spelled = (family: GuardFamily): string | undefined => {
    const flags = tables.get(FAMILY_NUMBER[family])
    if (flags === undefined) return undefined
    return flags === 0 ? readListing(listNft(`list table ${family} causeway`))[family] : `flags ${flags}`
  }
  return { inet: spelled('inet'), bridge: spelled('bridge') }
}

/** Likewise. */
export function listElements(): Readonly<Record<SetName, readonly (SetElement | undefined)[]>> {
  using netlink = openNetlink(NETLINK_NETFILTER)
  const of = (set: SetName) => dumpElements(netlink, FAMILY_NUMBER.bridge, 'causeway', set)
  return {
    ...{ macs: of('macs'), ports4: of('ports4'), ports6: of('ports6') },
    ...{ hosts4: of('hosts4'), hosts6: of('hosts6') },
  }
}

/** From linux/netfilter.h. */
const FAMILY_NUMBER: Readonly<Record<GuardFamily, number>> = { inet: 1, bridge: 7 }

let wanted: Spelled | undefined

/**
 * How nft spells our tables when it lists them. That is its own way, and changes with its version: so it is asked,
 * once, in a namespace that is gone at the end.
 */
export function wantedTables(): Spelled {
  wanted ??= aside(() => {
    runNft(`${tableText('inet')}\n${tableText('bridge')}`)
    return listTables()
  })
  return wanted
}

function aside<T>(act: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r')
  try {
    unshareNetwork()
    try {
      return act()
    } finally {
      setns(home)
    }
  } finally {
    closeSync(home)
  }
}

interface ListedObject {
  readonly family: string
  readonly table?: string
  readonly name?: string
  readonly handle: number
  /** Of a set, where the version of nft lists them although it was asked not to. */
  readonly elem?: unknown
}

/** Exported for its test. `objects`: as in libnftables-json(5). */
export function readListing(objects: readonly unknown[]): Spelled {
  const spelled: Record<GuardFamily, string[]> = { inet: [], bridge: [] }
  for (const entry of objects) {
    for (const [kind, listed] of Object.entries(entry as Readonly<Record<string, ListedObject>>)) {
      const { handle: _, elem: _elements, ...rest } = listed
      const table = kind === 'table' ? rest.name : rest.table
      if (table === 'causeway' && isGuardFamily(rest.family))
        spelled[rest.family].push(JSON.stringify({ [kind]: rest }))
    }
  }
  const spell = (family: GuardFamily) => (spelled[family].length === 0 ? undefined : spelled[family].join('\n'))
  return { inet: spell('inet'), bridge: spell('bridge') }
}

function isGuardFamily(family: string): family is GuardFamily {
  return Object.hasOwn(CHAINS, family)
}
