/** One pass over some routers: each is read once, compared, and changed by phases; see changes.ts for their order. */
import type { VpcId } from '../../rules/ids.ts'
import type { Failure, IntendedNetwork, IntendedRouter, RouterReport } from '../dataplane.ts'
import { syncGuards } from './guards/guards.ts'
import { namespacePath, within } from './kernel/namespaces.ts'
import { type Netlink, openNetlink } from './kernel/netlink.ts'
import { routerName } from './names.ts'
import { type ActualRouter, readRouter } from './router/actual.ts'
import { carryOut, fail, settle, type Workplace } from './router/carry-out.ts'
import { PHASES, type Phase, type Plan } from './router/changes.ts'
import { type DesiredPort, type DesiredRouter, desiredRouter } from './router/desired.ts'
import { difference } from './router/difference.ts'
import { ensureRouter, removeRouter } from './router/routers.ts'
import { readWorkload, type WorkloadState } from './router/workloads.ts'

/** Routers that are worked on at a time: each has a socket open meanwhile. */
const MAX_OPEN = 128
/** Without guards nothing more may be joined to a router: what is there stays, and what ought not to be goes. */
const NEED_GUARDS: readonly Phase[] = ['build', 'equip', 'route']

interface Work {
  readonly router: IntendedRouter
  readonly failures: Map<string, Failure>
  place: Workplace | undefined
  plan: Plan | undefined
  isGuarded: boolean
  changes: number
}

/** What the works of one batch have in common. */
interface Shared {
  readonly instance: string
  /** Routers that could not be made, and why. */
  readonly missing: ReadonlyMap<VpcId, Error>
  readonly madeLinks: Set<string>
  readonly unguarded: Set<VpcId>
  readonly disturbed: Set<VpcId>
}

/** Reports are in the order of the routers. */
export function applyRouters(instance: string, routers: readonly IntendedRouter[]): readonly RouterReport[] {
  const all = routers.map(workOf)
  const wanted = all.filter(({ router }) => router.network !== undefined)
  const missing = ensureAll(instance, wanted)
  for (let first = 0; first < wanted.length; first += MAX_OPEN) {
    const some = wanted.slice(first, first + MAX_OPEN)
    const disturbed = applySome(instance, some, missing)
    const again = some.filter(({ router }) => disturbed.has(router.vpcId))
    for (const { failures } of again) failures.clear()
    applySome(instance, again, missing)
  }
  for (const work of all) if (work.router.network === undefined) attempt(work, () => remove(instance, work))
  return all.map(({ router: { vpcId, generation }, failures, changes }) => ({
    vpcId,
    generation,
    changes,
    failures: [...failures.values()],
  }))
}

function workOf(router: IntendedRouter): Work {
  return { router, failures: new Map(), place: undefined, plan: undefined, isGuarded: false, changes: 0 }
}

/** Makes the routers that are not there, and those that peerings lead to. Why some could not be made. */
function ensureAll(instance: string, works: readonly Work[]): ReadonlyMap<VpcId, Error> {
  const tried = new Set<VpcId>()
  const missing = new Map<VpcId, Error>()
  const ensure = (vpcId: VpcId): boolean => {
    if (tried.has(vpcId)) return false
    tried.add(vpcId)
    try {
      return ensureRouter(instance, vpcId)
    } catch (error) {
      missing.set(vpcId, error as Error)
      return false
    }
  }
  for (const work of works) if (ensure(work.router.vpcId)) work.changes++
  for (const { router } of works) for (const { farVpcId } of router.network?.peerings ?? []) ensure(farVpcId)
  return missing
}

/** Which routers have lost something after they were read, and have to be looked at again. */
function applySome(instance: string, works: readonly Work[], missing: ReadonlyMap<VpcId, Error>): ReadonlySet<VpcId> {
  const shared: Shared = { instance, missing, madeLinks: new Set(), unguarded: new Set(), disturbed: new Set() }
  try {
    for (const work of works) attempt(work, () => look(work, shared))
    for (const { router, isGuarded } of works) if (!isGuarded) shared.unguarded.add(router.vpcId)
    for (const phase of PHASES) {
      for (const work of inOrder(works, phase)) attempt(work, () => carryOutPhase(work, phase))
      if (phase === 'equip') for (const work of works) attempt(work, () => work.place && settle(work.place))
    }
  } finally {
    for (const work of works) {
      work.changes += work.place?.changes ?? 0
      work.place?.netlink[Symbol.dispose]()
      work.place = undefined
    }
  }
  return shared.disturbed
}

/** A router that loses many links comes first: it removes them at once, where each far router would wait for one. */
function inOrder(works: readonly Work[], phase: Phase): readonly Work[] {
  if (phase !== 'remove') return works
  const count = ({ plan }: Work) => plan?.remove.length ?? 0
  return works.toSorted((a, b) => count(b) - count(a))
}

/** Reads the router and plans what is to be done. */
function look(work: Work, { instance, missing, madeLinks, unguarded, disturbed }: Shared): void {
  const { vpcId, network } = work.router
  const problem = missing.get(vpcId)
  if (problem !== undefined) throw problem
  if (network === undefined) return
  const pathOf = (id: VpcId) => namespacePath(routerName(instance, id))
  const desired = desiredRouter(vpcId, network)
  const far = desired.links.filter(({ farVpcId }) => !missing.has(farVpcId)).map(({ farVpcId }) => farVpcId)
  const path = pathOf(vpcId)
  const netlink = within(path, openNetlink)
  const { failures } = work
  const indexes = new Map<string, number>()
  const links = new Map()
  const fresh = { devices: new Set<string>(), addresses: new Map(), ports: new Set<DesiredPort>() }
  const place: Workplace = {
    path,
    netlink,
    links,
    indexes,
    madeLinks,
    unguarded,
    disturbed,
    fresh,
    pathOf,
    failures,
    changes: 0,
  }
  work.place = place
  const actual = within(path, () => readRouter(netlink, new Map(far.map((id) => [id, pathOf(id)]))))
  for (const [name, link] of actual.links) {
    links.set(name, link)
    indexes.set(name, link.index)
  }
  const workloads = new Map(desired.ports.map((port) => [port.name, lookAtWorkload(netlink, port, actual)]))
  const { plan, failures: found } = difference(desired, actual, workloads)
  for (const failure of [...desired.failures, ...found]) fail(place, failure, failure.message)
  for (const { owner, farVpcId } of desired.links) {
    const why = missing.get(farVpcId)
    if (why !== undefined) fail(place, owner, `the router of VPC ${farVpcId} could not be made: ${why.message}`)
  }
  work.plan = plan
  place.changes += guard(path, network, desired)
  work.isGuarded = true
}

function lookAtWorkload(netlink: Netlink, port: DesiredPort, { links }: ActualRouter): WorkloadState | Error {
  try {
    return readWorkload(netlink, port, links.get(port.name))
  } catch (error) {
    return error as Error
  }
}

/** Ports that could not be understood are attached to nothing, and would only make nft refuse the others. */
function guard(path: string, network: IntendedNetwork, { ports }: DesiredRouter): number {
  const understood = new Set(ports.map(({ owner }) => owner.id))
  const guarded = { ...network, ports: network.ports.filter(({ id }) => understood.has(id)) }
  return within(path, () => syncGuards(guarded))
}

function carryOutPhase({ place, plan, isGuarded }: Work, phase: Phase): void {
  if (place === undefined || plan === undefined) return
  if (isGuarded || !NEED_GUARDS.includes(phase)) carryOut(place, plan[phase])
}

function remove(instance: string, work: Work): void {
  if (removeRouter(instance, work.router.vpcId)) work.changes++
}

/** What goes wrong with one router as a whole is its failure, and no other's. */
function attempt({ router: { vpcId }, failures }: Work, act: () => void): void {
  try {
    act()
  } catch (error) {
    const key = `router ${vpcId}`
    if (!failures.has(key)) failures.set(key, { kind: 'router', id: vpcId, message: (error as Error).message })
  }
}
