/** The end of a port's link that is in its workload: what it is, and what it ought to be. */
import { type Address, allAddresses } from '../kernel/addresses.ts'
import { type Block, blockOf } from '../kernel/blocks.ts'
import { findLink, type Link, type LinkSettings } from '../kernel/links.ts'
import { inodeOf, within } from '../kernel/namespaces.ts'
import { type Netlink, openNetlink } from '../kernel/netlink.ts'
import { namespaceNumber } from '../kernel/nsids.ts'
import { type NewRoute, ourRoutes, type Route, TABLE_MAIN } from '../kernel/routes.ts'
import type { DesiredPort } from './desired.ts'

/** More of each is nobody's need, and would only take the thread from all other networks: some 20 ms. */
const MOST_ADDRESSES = 10_000
const MOST_ROUTES = 1_000

export interface WorkloadState {
  /** By what number the router knows the workload's namespace; undefined: by none. */
  readonly namespace: number | undefined
  /** The other end of the router's device, where it is in this namespace. */
  readonly end: Link | undefined
  /** What has the name there that the port is to have. */
  readonly named: Link | undefined
  /** Of `end`. */
  readonly addresses: readonly Address[]
  readonly routes: readonly Route[]
}

export type PortStep =
  | { readonly do: 'change'; readonly settings: LinkSettings }
  | { readonly do: 'set sysctl'; readonly name: string; readonly value: string }
  | { readonly do: 'add address' | 'remove address'; readonly block: Block }
  | { readonly do: 'add route'; readonly route: NewRoute }
  | { readonly do: 'remove route'; readonly route: Route }

/** `router`: the socket in the router, `near` its end of the link. Throws a sentence where no namespace is there. */
export function readWorkload(router: Netlink, { workload }: DesiredPort, near: Link | undefined): WorkloadState {
  const { netns, inode, device } = workload
  const found = inodeOf(netns)
  if (found === undefined) throw new Error(`there is no network namespace at ${netns}`)
  if (inode !== undefined && found !== inode) {
    throw new Error(`the network namespace at ${netns} is not the one that it was attached to`)
  }
  const namespace = namespaceNumber(router, netns)
  const isThere = near !== undefined && near.peerIndex > 0 && near.peerNamespace === namespace
  return within(netns, () => {
    using netlink = openNetlink()
    const end = isThere && namespace !== undefined ? findLink(netlink, near.peerIndex) : undefined
    return {
      namespace,
      end,
      named: end?.name === device ? end : findLink(netlink, device),
      addresses: end === undefined ? [] : allAddresses(netlink, end.index, MOST_ADDRESSES),
      routes: end === undefined ? [] : ourRoutes(netlink, end.index, MOST_ROUTES),
    }
  })
}

/** What is left there of an earlier end of the very same port, whose router is gone: the kernel is yet to clean up. */
export function leftover({ alias }: DesiredPort, { end, named }: WorkloadState): Link | undefined {
  return named?.alias === alias && named.index !== end?.index ? named : undefined
}

/** Why it cannot be in this workload, or undefined where it can. */
export function obstacle(port: DesiredPort, state: WorkloadState): string | undefined {
  const { workload } = port
  const { end, named } = state
  if (named === undefined || named.index === end?.index || leftover(port, state) !== undefined) return undefined
  return `${workload.netns} has another device of the name ${workload.device}`
}

/**
 * What makes an end what it ought to be, in order. While it is renamed it is down, and loses its IPv6 addresses and its
 * routes: what comes after that is found by another look.
 */
export function portSteps(port: DesiredPort, end: Link, state: WorkloadState): readonly PortStep[] {
  const { device } = port.workload
  if (end.name !== device) {
    const down: PortStep[] = end.isUp ? [{ do: 'change', settings: { isUp: false } }] : []
    return [...down, { do: 'change', settings: { name: device, alias: port.alias } }]
  }
  const steps: PortStep[] = []
  // Else its link-local address could not be used for a second.
  if (end.acceptDad > 0) steps.push({ do: 'set sysctl', name: `ipv6/conf/${device}/accept_dad`, value: '0' })
  const settings: LinkSettings = {
    ...(end.alias === port.alias ? {} : { alias: port.alias }),
    ...(end.mac === port.mac ? {} : { mac: port.mac }),
    ...(end.isUp ? {} : { isUp: true }),
  }
  if (Object.keys(settings).length > 0) steps.push({ do: 'change', settings })
  return [...steps, ...addressSteps(port, state), ...routeSteps(port, end, state)]
}

function addressSteps(port: DesiredPort, { addresses }: WorkloadState): readonly PortStep[] {
  const there = new Set(addresses.map(({ block }) => block.key))
  const wanted = new Set(port.addresses.map(({ key }) => key))
  const extra = addresses.filter(({ isOurs, block }) => isOurs && !wanted.has(block.key))
  return [
    ...port.addresses.filter(({ key }) => !there.has(key)).map((block) => ({ do: 'add address', block }) as const),
    ...extra.map(({ block }) => ({ do: 'remove address', block }) as const),
  ]
}

function routeSteps(
  { gateways, metric }: DesiredPort,
  { index }: Link,
  { routes }: WorkloadState,
): readonly PortStep[] {
  const isIt = (route: Route, via: Block) =>
    route.family === via.family &&
    route.destination === '/0' &&
    route.table === TABLE_MAIN &&
    route.metric === metric &&
    route.via === via.bytes.toString('hex')
  const missing = gateways.filter((via) => !routes.some((route) => isIt(route, via)))
  const extra = routes.filter((route) => !gateways.some((via) => isIt(route, via)))
  const added = missing.map((via) => ({
    do: 'add route' as const,
    route: { table: TABLE_MAIN, destination: everything(via), via, device: index, metric },
  }))
  return [...added, ...extra.map((route) => ({ do: 'remove route', route }) as const)]
}

function everything({ bytes }: Block): Block {
  return blockOf(Buffer.alloc(bytes.length), 0)
}
