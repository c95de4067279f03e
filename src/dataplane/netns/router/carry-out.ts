/** Carries out changes in one router. What fails is a failure of its object, and everything else is done. */
import type { VpcId } from '../../../rules/ids.ts'
import type { Failure } from '../../dataplane.ts'
import { addAddress, removeAddress, setNeighbour, suggestNeighbour } from '../kernel/addresses.ts'
import type { Block } from '../kernel/blocks.ts'
import { removeLinks } from '../kernel/link-removal.ts'
import { addBridge, changeLink, findLink, type Link, MTU } from '../kernel/links.ts'
import { within } from '../kernel/namespaces.ts'
import { type Netlink, openNetlink, type Request } from '../kernel/netlink.ts'
import { addRoute, addRule, type NewRoute, removeRoute, removeRule, replaceRoute } from '../kernel/routes.ts'
import { settleAddresses, settleLinks } from '../kernel/settling.ts'
import { writeSysctl } from '../kernel/sysctls.ts'
import { DEVICE_GROUP } from '../names.ts'
import type { Action, Change } from './changes.ts'
import { type DesiredBridge, type DesiredPort, type DesiredRoute, FAR_END, type Owner } from './desired.ts'
import { addPeeringLink } from './peering-links.ts'
import { attachPort, equipPort } from './ports.ts'

/** What carries packets only from now on. */
export interface Fresh {
  /** A bridge after its port. */
  readonly devices: Set<string>
  /** By the name of their device. */
  readonly addresses: Map<string, Block[]>
  readonly ports: Set<DesiredPort>
}

/** A router that is being worked on. */
export interface Workplace {
  readonly path: string
  readonly netlink: Netlink
  /** All devices as they were read, those of others too. */
  readonly links: ReadonlyMap<string, Link>
  /** Indexes of devices by name, as far as they are known. */
  readonly indexes: Map<string, number>
  /** Links that were made in this pass, from either side. */
  readonly madeLinks: Set<string>
  /** Routers that must not be joined to anything. */
  readonly unguarded: ReadonlySet<VpcId>
  /** Routers that have lost a device to what was done in another one, after they were read. */
  readonly disturbed: Set<VpcId>
  readonly fresh: Fresh
  readonly pathOf: (vpcId: VpcId) => string
  /** By object: its first one. */
  readonly failures: Map<string, Failure>
  changes: number
}

/** Gone already, which is what was wanted: devices, routes, addresses, rules. */
const GONE = ['ENODEV', 'ESRCH', 'EADDRNOTAVAIL', 'ENOENT']

export function fail({ failures }: Workplace, { kind, id }: Owner, message: string): void {
  const key = keyOf({ kind, id })
  if (!failures.has(key)) failures.set(key, { kind, id, message })
}

/** What one batch of requests can do is done by one; the rest one by one, in order. */
export function carryOut(place: Workplace, changes: readonly Change[]): void {
  const able = changes.filter(({ needs }) => needs === undefined || !place.failures.has(keyOf(needs)))
  let batch: { readonly change: Change; readonly requests: readonly Request[] }[] = []
  const flush = () => {
    send(place, batch)
    batch = []
  }
  const doomed = able.filter(({ action }) => action.do === 'remove device')
  for (const change of able) {
    if (change.action.do === 'remove device') continue
    try {
      const requests = requestsOf(place, change.action)
      if (requests !== undefined) batch.push({ change, requests })
      else {
        flush()
        if (act(place, change.action)) place.changes++
      }
    } catch (error) {
      failed(place, change, error as Error)
    }
  }
  flush()
  removeDevices(place, doomed)
}

/** To be called when both ends of everything are done, and before any route leads there. */
export function settle(place: Workplace): void {
  const { netlink, fresh } = place
  const { devices, addresses, ports } = fresh
  settleLinks(netlink, [...devices, ...[...ports].map(({ name }) => name), ...[...ports].map(({ bridge }) => bridge)])
  for (const [device, blocks] of addresses) settleAddresses(netlink, device, blocks)
  for (const port of ports) {
    try {
      const bridge = indexOf(place, port.bridge)
      netlink.must(...port.addresses.map((address) => suggestNeighbour(bridge, address, port.mac)))
      within(port.workload.netns, () => settleWorkload(port))
    } catch (error) {
      fail(place, port.owner, (error as Error).message)
    }
  }
}

function settleWorkload({ workload: { device }, addresses, gateways, bridgeMac }: DesiredPort): void {
  using netlink = openNetlink()
  settleLinks(netlink, [device])
  settleAddresses(netlink, device, addresses)
  const index = findLink(netlink, device)?.index
  if (index === undefined) throw new Error(`its interface ${device} is gone as soon as it was made`)
  netlink.must(...gateways.map((gateway) => suggestNeighbour(index, gateway, bridgeMac)))
}

function send(place: Workplace, batch: readonly { change: Change; requests: readonly Request[] }[]): void {
  if (batch.length === 0) return
  const errors = place.netlink.run(batch.flatMap(({ requests }) => requests))
  let next = 0
  for (const { change, requests } of batch) {
    const error = errors.slice(next, next + requests.length).find((each) => each !== undefined)
    next += requests.length
    if (error === undefined) place.changes++
    else if (!(change.action.do.startsWith('remove') && GONE.includes(error.code))) failed(place, change, error)
  }
}

function removeDevices(place: Workplace, changes: readonly Change[]): void {
  const links = changes.flatMap(({ action }) => (action.do === 'remove device' ? [action.link] : []))
  if (links.length === 0) return
  const outcomes = removeLinks(place.netlink, links, place.links.values())
  for (const [index, change] of changes.entries()) {
    const outcome = outcomes[index]
    place.indexes.delete(links[index]?.name ?? '')
    if (outcome === 'removed') place.changes++
    else if (outcome !== 'gone' && outcome !== undefined) failed(place, change, outcome)
  }
}

/** What netlink can do alone; undefined: it takes more. Throws where something is missing. */
function requestsOf(place: Workplace, action: Action): readonly Request[] | undefined {
  switch (action.do) {
    case 'add bridge':
      return bridgeRequests(action.bridge)
    case 'change device':
      if (action.settings.isUp === true) place.fresh.devices.add(action.device)
      return [changeLink(indexOf(place, action.device), action.settings)]
    case 'rename device': {
      const { link, name } = action
      place.indexes.set(name, link.index)
      return [changeLink(link.index, { isUp: false }), changeLink(link.index, { name })]
    }
    case 'join bridge':
      place.fresh.devices.add(action.device).add(action.bridge)
      return [changeLink(indexOf(place, action.device), { master: indexOf(place, action.bridge) })]
    case 'add address':
      place.fresh.addresses.set(action.device, [...(place.fresh.addresses.get(action.device) ?? []), action.block])
      return [addAddress(indexOf(place, action.device), action.block)]
    case 'remove address':
      return [removeAddress(indexOf(place, action.device), action.block)]
    case 'set neighbour':
      return [setNeighbour(indexOf(place, action.device), FAR_END, action.mac)]
    case 'add rule':
      return [addRule(action.source, action.table)]
    case 'remove rule':
      return [removeRule(action.rule)]
    case 'add route':
      return [addRoute(routeOf(place, action.route))]
    case 'replace route':
      return [replaceRoute(routeOf(place, action.route))]
    case 'remove route':
      return [removeRoute(action.route)]
    default:
      return undefined
  }
}

/** Whether anything was changed. */
function act(place: Workplace, action: Action): boolean {
  switch (action.do) {
    case 'set sysctl':
      within(place.path, () => writeSysctl(action.name, action.value))
      return true
    case 'add link': {
      const { owner, near, farVpcId } = action.link
      place.indexes.delete(near.name)
      if (place.madeLinks.has(owner.id)) return false
      if (place.unguarded.has(farVpcId)) throw new Error(`the router of VPC ${farVpcId} has no guards`)
      if (addPeeringLink(place.netlink, action.link, place.pathOf(farVpcId))) place.disturbed.add(farVpcId)
      place.madeLinks.add(owner.id)
      place.fresh.devices.add(near.name)
      return true
    }
    case 'attach port':
      attachPort(place.netlink, action.port, indexOf(place, action.port.bridge))
      place.fresh.ports.add(action.port)
      return true
    case 'equip port':
      equipPort(place.netlink, action.port)
      place.fresh.ports.add(action.port)
      return true
    default:
      throw new Error(`${action.do} is no action of its own`)
  }
}

function bridgeRequests({ name, alias, mac }: DesiredBridge): readonly Request[] {
  const settings = { name, mac, group: DEVICE_GROUP, mtu: MTU, snooping: false, isUp: true }
  // The kernel takes no alias where a device is made.
  return [addBridge(settings), changeLink(0, { name, alias })]
}

function routeOf(place: Workplace, { table, destination, device, metric }: DesiredRoute): NewRoute {
  return { table, destination, via: FAR_END, device: indexOf(place, device), metric }
}

function indexOf({ netlink, indexes }: Workplace, name: string): number {
  const index = indexes.get(name) ?? findLink(netlink, name)?.index
  if (index === undefined) throw new Error(`the router has no device ${name}`)
  indexes.set(name, index)
  return index
}

function failed(place: Workplace, { owner, action }: Change, error: Error): void {
  fail(place, owner, `${action.do}: ${error.message}`)
}

function keyOf({ kind, id }: Owner): string {
  return `${kind} ${id}`
}
