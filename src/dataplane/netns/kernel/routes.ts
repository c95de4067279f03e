/** Routes and the rules that choose a table (linux/rtnetlink.h, linux/fib_rules.h). */

import { PROTOCOL, RULE_PRIORITY } from '../names.ts'
import { AF_INET, AF_INET6, type Block, blockKey } from './blocks.ts'
import { eachAttribute, type MessageWriter } from './messages.ts'
import { F_CREATE, F_EXCL, F_REPLACE, type Netlink, type Request } from './netlink.ts'

const NEWROUTE = 24
const DELROUTE = 25
const GETROUTE = 26
const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, TABLE: 15, VIA: 18 } as const
export const RTN_UNICAST = 1
/** RT_SCOPE_NOWHERE: fits every scope where a route is removed. */
const SCOPE_ANY = 255
const NEWRULE = 32
const DELRULE = 33
const GETRULE = 34
const FRA = { SRC: 2, PRIORITY: 6, TABLE: 15, PROTOCOL: 21 } as const
const FR_ACT_TO_TBL = 1
/** Where the number of a table is in an attribute. */
const TABLE_UNSPEC = 0
export const TABLE_MAIN = 254

type Family = typeof AF_INET | typeof AF_INET6

/** The next hop: an address of any family, in hex digits, through a device. */
export interface Route {
  readonly table: number
  readonly family: Family
  /** `key` of the destination. */
  readonly destination: string
  readonly via: string
  /** Index; 0: several, or none. */
  readonly device: number
  /** Of two routes to one destination the lower one is taken. */
  readonly metric: number
  readonly type: number
}

export interface NewRoute {
  readonly table: number
  readonly destination: Block
  readonly via: Block
  readonly device: number
  readonly metric: number
}

export interface Rule {
  readonly family: Family
  /** `key` of the block that packets come from. */
  readonly source: string
  readonly table: number
  readonly priority: number
}

/** Beside what there is: one of others to the same destination stays, and ours comes first. */
export function addRoute(route: NewRoute): Request {
  return { type: NEWROUTE, flags: F_CREATE, write: (to) => writeRoute(to, route) }
}

/** Takes the place of the one with the same table, destination and metric, with no moment between. */
export function replaceRoute(route: NewRoute): Request {
  return { type: NEWROUTE, flags: F_CREATE | F_REPLACE, write: (to) => writeRoute(to, route) }
}

/** Of ours only: the protocol is part of what has to fit. */
export function removeRoute(route: Route): Request {
  const write = (to: MessageWriter) => {
    const [hex = '', prefix = ''] = route.destination.split('/')
    writeRouteHeader(to, route.family, Number(prefix), route.type, SCOPE_ANY)
    if (hex !== '') to.raw(RTA.DST, Buffer.from(hex, 'hex'))
    to.u32(RTA.TABLE, route.table)
    if (route.metric !== 0) to.u32(RTA.PRIORITY, route.metric)
    if (route.device !== 0) to.u32(RTA.OIF, route.device)
    if (route.via !== '') writeVia(to, route.family, Buffer.from(route.via, 'hex'))
  }
  return { type: DELROUTE, flags: 0, write }
}

/**
 * All of ours, in all tables; with `device`: only through this one. Throws where there are more than `most`, and leaves
 * the socket of no more use.
 */
export function ourRoutes(netlink: Netlink, device = 0, most = Number.POSITIVE_INFINITY): readonly Route[] {
  const routes: Route[] = []
  for (const family of [AF_INET, AF_INET6] as const) {
    const write = (to: MessageWriter) => {
      writeRouteHeader(to, family, 0, 0)
      if (device !== 0) to.u32(RTA.OIF, device)
    }
    const before = routes.length
    netlink.dump(
      { type: GETROUTE, flags: 0, write },
      (bytes, start, end) => {
        const route = readRoute(bytes, start, end)
        if (route === undefined) return
        if (routes.length >= most) throw new Error(`it has more than ${most} routes of protocol ${PROTOCOL}`)
        routes.push(route)
      },
      () => routes.splice(before),
    )
  }
  return routes
}

export function addRule(source: Block, table: number): Request {
  return { type: NEWRULE, flags: F_CREATE | F_EXCL, write: (to) => writeRule(to, source, table) }
}

export function removeRule({ family, source, table }: Rule): Request {
  const [hex = '', prefix = ''] = source.split('/')
  const block = { family, bytes: Buffer.from(hex, 'hex'), prefix: Number(prefix) }
  return { type: DELRULE, flags: 0, write: (to) => writeRule(to, block, table) }
}

/** Those of our protocol, whatever their priority. */
export function ourRules(netlink: Netlink): readonly Rule[] {
  const rules: Rule[] = []
  for (const family of [AF_INET, AF_INET6] as const) {
    const read = (bytes: Buffer, start: number, end: number) => {
      const rule = { family, source: '/0', table: bytes[start + 4] ?? 0, priority: 0 }
      let protocol = 0
      const prefix = bytes[start + 2] ?? 0
      eachAttribute(bytes, start + 12, end, (type, from, to) => {
        if (type === FRA.SRC) rule.source = blockKey(bytes, from, to, prefix)
        else if (type === FRA.TABLE) rule.table = bytes.readUInt32LE(from)
        else if (type === FRA.PRIORITY) rule.priority = bytes.readUInt32LE(from)
        else if (type === FRA.PROTOCOL) protocol = bytes[from] ?? 0
      })
      if (protocol === PROTOCOL && rule.priority === RULE_PRIORITY) rules.push(rule)
    }
    const before = rules.length
    const write = (to: MessageWriter) => to.struct(family, 0, 0)
    netlink.dump({ type: GETRULE, flags: 0, write }, read, () => rules.splice(before))
  }
  return rules
}

function writeRoute(to: MessageWriter, { table, destination, via, device, metric }: NewRoute): void {
  writeRouteHeader(to, destination.family, destination.prefix, RTN_UNICAST)
  if (destination.prefix > 0) to.raw(RTA.DST, destination.bytes)
  to.u32(RTA.TABLE, table)
  if (metric !== 0) to.u32(RTA.PRIORITY, metric)
  to.u32(RTA.OIF, device)
  writeVia(to, destination.family, via.bytes)
}

/** A next hop of the other family has an attribute of its own: struct rtvia. */
function writeVia(to: MessageWriter, family: Family, via: Buffer): void {
  const isSame = (family === AF_INET) === (via.length === 4)
  const other = Buffer.from([via.length === 4 ? AF_INET : AF_INET6, 0])
  to.raw(isSame ? RTA.GATEWAY : RTA.VIA, isSame ? via : Buffer.concat([other, via]))
}

/** struct rtmsg: family, lengths, tos; table, protocol, scope, type; flags. */
function writeRouteHeader(to: MessageWriter, family: Family, prefix: number, type: number, scope = 0): void {
  to.struct(family | (prefix << 8), TABLE_UNSPEC | (PROTOCOL << 8) | (scope << 16) | (type << 24), 0)
}

function readRoute(bytes: Buffer, start: number, end: number): Route | undefined {
  const family = bytes[start] as Family
  const prefix = bytes[start + 1] ?? 0
  // A kernel that is too old to filter sends them all.
  if (bytes[start + 5] !== PROTOCOL) return undefined
  const route = {
    table: bytes[start + 4] ?? 0,
    family,
    destination: `/${prefix}`,
    via: '',
    device: 0,
    metric: 0,
    type: bytes[start + 7] ?? 0,
  }
  eachAttribute(bytes, start + 12, end, (type, from, to) => {
    if (type === RTA.DST) route.destination = blockKey(bytes, from, to, prefix)
    else if (type === RTA.TABLE) route.table = bytes.readUInt32LE(from)
    else if (type === RTA.OIF) route.device = bytes.readUInt32LE(from)
    else if (type === RTA.PRIORITY) route.metric = bytes.readUInt32LE(from)
    else if (type === RTA.GATEWAY) route.via = bytes.toString('hex', from, to)
    else if (type === RTA.VIA) route.via = bytes.toString('hex', from + 2, to)
  })
  return route
}

/** struct fib_rule_hdr: family, lengths, tos; table, reserved, action; flags. */
function writeRule(to: MessageWriter, source: Pick<Block, 'family' | 'bytes' | 'prefix'>, table: number): void {
  to.struct(source.family | (source.prefix << 16), FR_ACT_TO_TBL << 24, 0)
  if (source.prefix > 0) to.raw(FRA.SRC, source.bytes)
  to.u32(FRA.TABLE, table)
  to.u32(FRA.PRIORITY, RULE_PRIORITY)
  to.u8(FRA.PROTOCOL, PROTOCOL)
}
