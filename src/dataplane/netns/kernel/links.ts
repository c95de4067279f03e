/** Network devices: RTM_NEWLINK and its kin (linux/if_link.h, linux/if.h). */
import { AF_INET, AF_INET6, macAt, macBytes } from './blocks.ts'
import { eachAttribute, type MessageWriter, textAt } from './messages.ts'
import { F_CREATE, F_EXCL, type Netlink, type Request } from './netlink.ts'

const NEWLINK = 16
const DELLINK = 17
const GETLINK = 18
const IFF_UP = 1
const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  OPERSTATE: 16,
  LINKINFO: 18,
  IFALIAS: 20,
  STATS64: 23,
  AF_SPEC: 26,
  GROUP: 27,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  CARRIER: 33,
  LINK_NETNSID: 37,
} as const
/** RFC 2863, as linux/if.h numbers it. */
const OPER_UP = 6
const INFO_KIND = 1
const INFO_DATA = 2
const VETH_INFO_PEER = 1
const BR_MCAST_SNOOPING = 23
/** Statistics are most of a dump. */
const SKIP_STATS = 8
/** Arrays of 32-bit settings: where they are in IFLA_AF_SPEC, and at which place in them (linux/ip.h, linux/ipv6.h). */
const INET_CONF = 1
const INET6_CONF = 2
const CONF4 = { FORWARDING: 0, RP_FILTER: 7 } as const
const CONF6 = { ACCEPT_DAD: 27 } as const

/** Bytes that a packet may have, everywhere on its way. */
export const MTU = 1500

export interface Link {
  readonly index: number
  readonly name: string
  readonly isUp: boolean
  /** Its other end is up, and yet it sends nothing. */
  readonly isSettling: boolean
  /** `''`: none. */
  readonly alias: string
  readonly group: number
  readonly mac: string
  readonly mtu: number
  /** Index of the bridge that it is in; 0: none. */
  readonly master: number
  /** Such as `veth` or `bridge`; `''` for a real device. */
  readonly kind: string
  /** Index of a veth's other end, in its own namespace; 0: none. */
  readonly peerIndex: number
  /** By what number this namespace knows the one of the other end; undefined: this one itself. */
  readonly peerNamespace: number | undefined
  /** Of a bridge: whether it forwards multicast by what it has learned. */
  readonly snooping: boolean
  /** net.ipv4.conf.<name>.forwarding and .rp_filter, net.ipv6.conf.<name>.accept_dad */
  readonly forwarding: number
  readonly rpFilter: number
  readonly acceptDad: number
}

/** What a device is to be; what is undefined stays as it is. */
export interface LinkSettings {
  readonly name?: string
  readonly isUp?: boolean
  readonly alias?: string
  readonly group?: number
  readonly mac?: string
  readonly mtu?: number
  readonly master?: number
  readonly snooping?: boolean
}

export function addBridge(settings: LinkSettings): Request {
  return { type: NEWLINK, flags: F_CREATE | F_EXCL, write: (to) => writeLink(to, 0, settings, 'bridge') }
}

/** A veth: one end here, the other in the namespace that a file stands for; that one cannot be up at once. */
export function addVeth(near: LinkSettings, far: LinkSettings, farNamespace: number): Request {
  const write = (to: MessageWriter) => {
    writeHeader(to, 0, near)
    writeSettings(to, near)
    const info = to.open(IFLA.LINKINFO)
    to.text(INFO_KIND, 'veth')
    const options = to.open(INFO_DATA)
    const peer = to.open(VETH_INFO_PEER)
    writeHeader(to, 0, {})
    writeSettings(to, far)
    to.u32(IFLA.NET_NS_FD, farNamespace)
    to.close(peer)
    to.close(options)
    to.close(info)
  }
  return { type: NEWLINK, flags: F_CREATE | F_EXCL, write }
}

/** A name can only be changed while the device is down. */
export function changeLink(index: number, settings: LinkSettings): Request {
  const kind = settings.snooping === undefined ? undefined : 'bridge'
  return { type: NEWLINK, flags: 0, write: (to) => writeLink(to, index, settings, kind) }
}

export function removeLink(index: number): Request {
  return { type: DELLINK, flags: 0, write: (to) => to.struct(0, index, 0, 0) }
}

/** Removes all devices of a group at once: each alone would wait until no processor can still be using it. */
export function removeGroup(group: number): Request {
  const write = (to: MessageWriter) => {
    to.struct(0, 0, 0, 0)
    to.u32(IFLA.GROUP, group)
  }
  return { type: DELLINK, flags: 0, write }
}

export function allLinks(netlink: Netlink): readonly Link[] {
  const links: Link[] = []
  const write = (to: MessageWriter) => {
    to.struct(0, 0, 0, 0)
    to.u32(IFLA.EXT_MASK, SKIP_STATS)
  }
  netlink.dump(
    { type: GETLINK, flags: 0, write },
    (bytes, start, end) => links.push(readLink(bytes, start, end)),
    () => links.splice(0),
  )
  return links
}

/** A device by its index, or by its name; undefined: there is none. */
export function findLink(netlink: Netlink, which: number | string): Link | undefined {
  const found: Link[] = []
  const write = (to: MessageWriter) => {
    to.struct(0, typeof which === 'number' ? which : 0, 0, 0)
    if (typeof which === 'string') to.text(IFLA.IFNAME, which)
    to.u32(IFLA.EXT_MASK, SKIP_STATS)
  }
  try {
    netlink.get({ type: GETLINK, flags: 0, write }, (bytes, start, end) => found.push(readLink(bytes, start, end)))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENODEV') throw error
  }
  return found[0]
}

export interface LinkCounters {
  readonly alias: string
  readonly name: string
  readonly received: { readonly packets: number; readonly bytes: number }
  readonly sent: { readonly packets: number; readonly bytes: number }
}

export function allCounters(netlink: Netlink): readonly LinkCounters[] {
  const all: LinkCounters[] = []
  const write = (to: MessageWriter) => to.struct(0, 0, 0, 0)
  const read = (bytes: Buffer, start: number, end: number) => {
    const counters = { alias: '', name: '', received: { packets: 0, bytes: 0 }, sent: { packets: 0, bytes: 0 } }
    eachAttribute(bytes, start + 16, end, (type, from, to) => {
      if (type === IFLA.IFNAME) counters.name = textAt(bytes, from, to)
      else if (type === IFLA.IFALIAS) counters.alias = textAt(bytes, from, to)
      else if (type === IFLA.STATS64) {
        // struct rtnl_link_stats64: rx_packets, tx_packets, rx_bytes, tx_bytes
        counters.received = { packets: bigAt(bytes, from), bytes: bigAt(bytes, from + 16) }
        counters.sent = { packets: bigAt(bytes, from + 8), bytes: bigAt(bytes, from + 24) }
      }
    })
    all.push(counters)
  }
  netlink.dump({ type: GETLINK, flags: 0, write }, read, () => all.splice(0))
  return all
}

/** Exact up to 2^53. */
function bigAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

function writeLink(to: MessageWriter, index: number, settings: LinkSettings, kind: 'bridge' | undefined): void {
  writeHeader(to, index, settings)
  writeSettings(to, settings)
  if (kind === undefined) return
  const info = to.open(IFLA.LINKINFO)
  to.text(INFO_KIND, kind)
  const options = to.open(INFO_DATA)
  if (settings.snooping !== undefined) to.u8(BR_MCAST_SNOOPING, settings.snooping ? 1 : 0)
  to.close(options)
  to.close(info)
}

/** struct ifinfomsg: family and type, index, flags, which of the flags are meant. */
function writeHeader(to: MessageWriter, index: number, { isUp }: LinkSettings): void {
  to.struct(0, index, isUp === true ? IFF_UP : 0, isUp === undefined ? 0 : IFF_UP)
}

function writeSettings(to: MessageWriter, { name, alias, group, mac, mtu, master }: LinkSettings): void {
  if (name !== undefined) to.text(IFLA.IFNAME, name)
  if (alias !== undefined) to.text(IFLA.IFALIAS, alias)
  if (group !== undefined) to.u32(IFLA.GROUP, group)
  if (mac !== undefined) to.raw(IFLA.ADDRESS, macBytes(mac))
  if (mtu !== undefined) to.u32(IFLA.MTU, mtu)
  if (master !== undefined) to.u32(IFLA.MASTER, master)
}

function readLink(bytes: Buffer, start: number, end: number): Link {
  const link = {
    index: bytes.readInt32LE(start + 4),
    name: '',
    isUp: (bytes.readUInt32LE(start + 8) & IFF_UP) !== 0,
    isSettling: false,
    alias: '',
    group: 0,
    mac: '',
    mtu: 0,
    master: 0,
    kind: '',
    peerIndex: 0,
    peerNamespace: undefined as number | undefined,
    snooping: false,
    forwarding: 0,
    rpFilter: 0,
    acceptDad: 0,
  }
  let hasCarrier = false
  let operState = OPER_UP
  eachAttribute(bytes, start + 16, end, (type, from, to) => {
    if (type === IFLA.IFNAME) link.name = textAt(bytes, from, to)
    else if (type === IFLA.OPERSTATE) operState = bytes[from] ?? 0
    else if (type === IFLA.CARRIER) hasCarrier = bytes[from] === 1
    else if (type === IFLA.IFALIAS) link.alias = textAt(bytes, from, to)
    else if (type === IFLA.ADDRESS) link.mac = macAt(bytes, from, to)
    else if (type === IFLA.GROUP) link.group = bytes.readUInt32LE(from)
    else if (type === IFLA.MTU) link.mtu = bytes.readUInt32LE(from)
    else if (type === IFLA.MASTER) link.master = bytes.readUInt32LE(from)
    else if (type === IFLA.LINK) link.peerIndex = bytes.readUInt32LE(from)
    else if (type === IFLA.LINK_NETNSID) link.peerNamespace = bytes.readInt32LE(from)
    else if (type === IFLA.LINKINFO) readInfo(bytes, from, to, link)
    else if (type === IFLA.AF_SPEC) readSettings(bytes, from, to, link)
  })
  link.isSettling = link.isUp && hasCarrier && operState !== OPER_UP
  return link
}

function readInfo(bytes: Buffer, start: number, end: number, link: { kind: string; snooping: boolean }): void {
  eachAttribute(bytes, start, end, (type, from, to) => {
    if (type === INFO_KIND) link.kind = textAt(bytes, from, to)
    if (type !== INFO_DATA || link.kind !== 'bridge') return
    eachAttribute(bytes, from, to, (option, at) => {
      if (option === BR_MCAST_SNOOPING) link.snooping = bytes[at] === 1
    })
  })
}

type DeviceSysctls = { forwarding: number; rpFilter: number; acceptDad: number }

function readSettings(bytes: Buffer, start: number, end: number, link: DeviceSysctls): void {
  eachAttribute(bytes, start, end, (family, from, to) => {
    if (family !== AF_INET && family !== AF_INET6) return
    eachAttribute(bytes, from, to, (type, at) => {
      if (family === AF_INET && type === INET_CONF) {
        link.forwarding = bytes.readInt32LE(at + 4 * CONF4.FORWARDING)
        link.rpFilter = bytes.readInt32LE(at + 4 * CONF4.RP_FILTER)
      } else if (family === AF_INET6 && type === INET6_CONF) {
        link.acceptDad = bytes.readInt32LE(at + 4 * CONF6.ACCEPT_DAD)
      }
    })
  })
}
