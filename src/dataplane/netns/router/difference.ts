/**
 * What has to be done so that a router becomes what it ought to be. Pure: the same two give the same changes, and none
 * where nothing differs. What is not ours is not in them.
 */
import type { Failure } from '../../dataplane.ts'
import { type Link, type LinkSettings, MTU } from '../kernel/links.ts'
import { ROUTER_SYSCTLS } from '../kernel/sysctls.ts'
import { DEVICE_GROUP, PEERING_GROUP } from '../names.ts'
import type { ActualRouter } from './actual.ts'
import type { Change, Phase, Plan, Planning } from './changes.ts'
import {
  type DesiredBridge,
  type DesiredLink,
  type DesiredPort,
  type DesiredRouter,
  FAR_END,
  type Owner,
} from './desired.ts'
import { planDevices } from './removals.ts'
import { planRoutes, planRules } from './route-difference.ts'
import { obstacle, portSteps, type WorkloadState } from './workloads.ts'

const FAR_END_HEX = FAR_END.bytes.toString('hex')

export interface Difference {
  readonly plan: Plan
  /** What cannot even be tried. */
  readonly failures: readonly Failure[]
}

/** `workloads`: of each port by the name of its device; an error where it cannot be looked at. */
export function difference(
  desired: DesiredRouter,
  actual: ActualRouter,
  workloads: ReadonlyMap<string, WorkloadState | Error>,
): Difference {
  const plan: Record<Phase, Change[]> = {
    prepare: [],
    clear: [],
    build: [],
    equip: [],
    route: [],
    withdraw: [],
    remove: [],
  }
  const failures: Failure[] = []
  const planning: Planning = {
    byAlias: new Map([...actual.links.values()].map((link) => [link.alias, link])),
    gone: new Set(),
    fail: (owner, message) => failures.push({ ...owner, message }),
    add: (phase, owner, action, needs) => {
      plan[phase].push({ owner, needs, action })
      if (phase === 'clear' && 'link' in action && 'index' in action.link) planning.gone.add(action.link.index)
    },
  }
  const router: Owner = { kind: 'router', id: desired.vpcId }
  for (const [name, value] of Object.entries(ROUTER_SYSCTLS)) {
    if (actual.sysctls.get(name) !== value) planning.add('prepare', router, { do: 'set sysctl', name, value })
  }
  const loopback = actual.links.get('lo')
  if (loopback !== undefined) planSettings(planning, router, loopback, { isUp: true })
  const addresses = Map.groupBy(actual.addresses, ({ device }) => device)
  for (const bridge of desired.bridges) planBridge(planning, bridge, actual, addresses)
  const known = new Set(actual.neighbours.filter(isFarEnd).map(({ device, mac }) => `${device} ${mac}`))
  for (const link of desired.links) planLink(planning, link, actual, known)
  for (const port of desired.ports) planPort(planning, port, actual, workloads.get(port.name))
  planRules(planning, router, desired, actual)
  planRoutes(planning, router, desired, actual)
  planDevices(planning, router, desired, actual)
  return { plan, failures }
}

function planBridge(
  planning: Planning,
  bridge: DesiredBridge,
  { links }: ActualRouter,
  addresses: ReadonlyMap<number, readonly ActualRouter['addresses'][number][]>,
): void {
  const { owner, name, alias, mac } = bridge
  const device = ours(planning, links, { owner, name, alias, kind: 'bridge', group: DEVICE_GROUP })
  if (device === 'foreign') return
  const isNew = device === undefined || planning.gone.has(device.index)
  const there = isNew ? [] : (addresses.get(device.index) ?? [])
  if (device === undefined) planning.add('build', owner, { do: 'add bridge', bridge })
  else {
    const wanted = { isUp: true, alias, group: DEVICE_GROUP, mac, mtu: MTU, snooping: false }
    planSettings(planning, owner, device, wanted)
    planDeviceSysctls(planning, owner, device)
  }
  const keys = new Set(there.map(({ block }) => block.key))
  for (const block of bridge.addresses) {
    if (!keys.has(block.key)) planning.add('equip', owner, { do: 'add address', device: name, block }, owner)
  }
  const wanted = new Set(bridge.addresses.map(({ key }) => key))
  for (const { block, isOurs } of there) {
    if (isOurs && !wanted.has(block.key)) planning.add('remove', owner, { do: 'remove address', device: name, block })
  }
}

function planLink(planning: Planning, link: DesiredLink, actual: ActualRouter, known: ReadonlySet<string>): void {
  const { owner, farVpcId, near, far } = link
  const { name, alias, mac } = near
  const found = ours(planning, actual.links, { owner, name, alias, kind: 'veth', group: PEERING_GROUP })
  if (found === 'foreign') return
  const namespace = actual.namespaces.get(farVpcId)
  const isRight = found !== undefined && found.peerNamespace === namespace && namespace !== undefined
  if (found !== undefined && !isRight) planning.add('clear', owner, { do: 'remove device', link: found })
  if (!isRight) {
    planning.add('build', owner, { do: 'add link', link })
    return
  }
  planSettings(planning, owner, found, { isUp: true, alias, group: PEERING_GROUP, mac, mtu: MTU, master: 0 })
  planDeviceSysctls(planning, owner, found)
  // The kernel forgets neighbours where a device goes down.
  if (!found.isUp || !known.has(`${found.index} ${far.mac}`)) {
    planning.add('equip', owner, { do: 'set neighbour', device: name, mac: far.mac })
  }
}

function planPort(
  planning: Planning,
  port: DesiredPort,
  { links }: ActualRouter,
  workload: WorkloadState | Error | undefined,
): void {
  const { owner, name, alias, bridge } = port
  if (workload === undefined || workload instanceof Error) {
    planning.fail(owner, workload?.message ?? 'its workload was not looked at')
    return
  }
  const found = ours(planning, links, { owner, name, alias, kind: 'veth', group: DEVICE_GROUP })
  if (found === 'foreign') return
  const problem = obstacle(port, workload)
  if (problem !== undefined) {
    planning.fail(owner, problem)
    return
  }
  if (found !== undefined && workload.end === undefined) {
    planning.add('clear', owner, { do: 'remove device', link: found })
  }
  if (found === undefined || workload.end === undefined) {
    planning.add('equip', owner, { do: 'attach port', port })
    return
  }
  planSettings(planning, owner, found, { isUp: true, alias, group: DEVICE_GROUP, mtu: MTU })
  if (found.master === 0 || found.master !== links.get(bridge)?.index || planning.gone.has(found.master)) {
    planning.add('equip', owner, { do: 'join bridge', device: name, bridge })
  }
  if (portSteps(port, workload.end, workload).length > 0) planning.add('equip', owner, { do: 'equip port', port })
}

interface Identity {
  readonly owner: Owner
  readonly name: string
  readonly alias: string
  readonly kind: string
  readonly group: number
}

/**
 * A device where it is ours, or undefined where there is none or it has to be made anew; of others it is a failure.
 * One that was half made has no alias yet, but the group of its kind; one that was renamed is known by its alias.
 */
function ours(planning: Planning, links: ActualRouter['links'], is: Identity): Link | undefined | 'foreign' {
  const { owner, name, alias, kind, group } = is
  const link = links.get(name)
  if (link === undefined) return renamed(planning, is)
  if (link.alias !== alias && !(link.alias === '' && link.group === group)) {
    planning.fail(owner, `the router has a device ${name} of somebody else`)
    return 'foreign'
  }
  if (link.kind === kind) return link
  planning.add('clear', owner, { do: 'remove device', link })
  return undefined
}

/** It is given its name back and not made anew: what the far router has at its end would go with it. */
function renamed(planning: Planning, is: Identity): Link | undefined {
  const link = planning.byAlias.get(is.alias)
  if (link?.kind !== is.kind) return undefined
  planning.add('clear', is.owner, { do: 'rename device', link, name: is.name })
  return { ...link, name: is.name, isUp: false }
}

function planSettings(planning: Planning, owner: Owner, link: Link, wanted: LinkSettings): void {
  const differing = Object.entries(wanted).filter(([key, value]) => link[key as keyof LinkSettings] !== value)
  if (differing.length === 0) return
  planning.add('equip', owner, { do: 'change device', device: link.name, settings: Object.fromEntries(differing) })
}

/** New devices take these over from `default`. */
function planDeviceSysctls(planning: Planning, owner: Owner, { name, forwarding, rpFilter }: Link): void {
  const set = (setting: string) =>
    planning.add('equip', owner, { do: 'set sysctl', name: `ipv4/conf/${name}/${setting}`, value: '1' })
  if (forwarding !== 1) set('forwarding')
  if (rpFilter !== 1) set('rp_filter')
}

function isFarEnd({ address, isPermanent }: ActualRouter['neighbours'][number]): boolean {
  return isPermanent && address === FAR_END_HEX
}
