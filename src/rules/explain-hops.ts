/** Where a packet goes, one place after the other, and then its answer; of a far side that is not the caller's, one. */
import type { PortFacts, Question, RouteFacts, SubnetFacts, VpcFacts, World } from './explain-facts.ts'
import { holderIn, isIn, isSame, nextStep, peersOf, type Step, subnetAround, vpcOf } from './explain-walk.ts'
import type { VpcId } from './ids.ts'

/** `vpc`: all of a far side that is not the caller's to know. */
export const PLACES = ['port', 'gateway', 'subnet', 'router', 'routetable', 'route', 'peering', 'vpc'] as const

export interface Hop {
  readonly at: (typeof PLACES)[number]
  readonly vpcId: VpcId
  /** Of a router its VPC's, of a gateway its subnet's; undefined: what ought to be there is not. */
  readonly id: string | undefined
  /** The address, the block or the destination. */
  readonly detail: string | undefined
  /** Whether it goes on from there; a hop that is not ok is the last one. */
  readonly ok: boolean
}

/** Where the packet comes from. */
export interface Source {
  readonly port: PortFacts | undefined
  readonly holder: PortFacts | 'gateway' | undefined
  readonly subnet: SubnetFacts | undefined
  /** Whether the address lies in the subnet. */
  readonly isInside: boolean
}

export interface Walk {
  readonly there: readonly Hop[]
  /** Empty where nothing arrives. */
  readonly back: readonly Hop[]
  /** Undefined: that is the workload's own affair, or whether anybody has the address is not the caller's to know. */
  readonly answers: boolean | undefined
}

/** `mayLeave`: whether the packet gets out of where it comes from. */
export function walk(question: Question, world: World, near: VpcFacts, source: Source, mayLeave: boolean): Walk {
  const { from, to } = question
  const first = holderHop(near, source.subnet, source.holder, from.address, mayLeave)
  if (!mayLeave || source.subnet === undefined) return ended([{ ...first, ok: false }])
  // It never leaves the workload, whose own loopback may be up or down.
  if (isSame(from.address, to.address)) return { there: [first], back: [first], answers: undefined }
  const { subnet } = source
  const step = nextStep(world, near, subnet, to.address)
  const start = [first, subnetHop(near, subnet, from.address)]
  if (step.kind === 'local') return walkInside(question, world, near, subnet, step.subnet, start)
  const onward = [...start, routerHop(near)]
  if (step.kind === 'none') return ended([...onward, { ...tableHop(near, subnet), ok: false }])
  const { route } = step
  const routed = [...onward, tableHop(near, subnet), routeHop(near, route)]
  const link = peersOf(world, near.id).find(({ peering }) => peering.id === route.nexthop)
  if (link === undefined) return ended([...routed, { ...peeringHop(near, route), ok: false }])
  const across = [...routed, peeringHop(near, route)]
  const home = [peeringHop(near, route), routerHop(near), subnetHop(near, subnet, from.address), first]
  const far = vpcOf(world, link.peerId)
  return (far.mayKnow ? walkFar : walkHidden)(question, world, far, route, across, home)
}

function walkInside(
  { to }: Question,
  world: World,
  near: VpcFacts,
  own: SubnetFacts,
  subnet: SubnetFacts,
  start: readonly Hop[],
): Walk {
  const last = destinationHop(world, near, subnet, to.address)
  const between = own.id === subnet.id ? [] : [routerHop(near), subnetHop(near, subnet, to.address)]
  const there = [...start, ...between, last]
  return last.ok ? { there, back: there.toReversed(), answers: true } : ended(there)
}

function walkFar(
  { from, to }: Question,
  world: World,
  far: VpcFacts,
  route: RouteFacts,
  across: readonly Hop[],
  home: readonly Hop[],
): Walk {
  const subnet = subnetAround(far, to.address)
  const into = [...across, routerHop(far)]
  if (subnet === undefined) return ended([...into, hop('subnet', far, undefined, to.address, false)])
  const last = destinationHop(world, far, subnet, to.address)
  const there = [...into, subnetHop(far, subnet, to.address), last]
  if (!last.ok) return ended(there)
  const step = nextStep(world, far, subnet, from.address)
  const out = [last, subnetHop(far, subnet, to.address), routerHop(far)]
  if (step.kind === 'route' && step.route.nexthop === route.nexthop) {
    return { there, back: [...out, tableHop(far, subnet), routeHop(far, step.route), ...home], answers: true }
  }
  return { there, back: [...out, ...astray(far, subnet, step, from.address)], answers: false }
}

/** How far the answer gets that does not come home. */
function astray(far: VpcFacts, subnet: SubnetFacts, step: Step, address: string): readonly Hop[] {
  if (step.kind === 'local') return [{ ...subnetHop(far, step.subnet, address), ok: false }]
  if (step.kind === 'none') return [{ ...tableHop(far, subnet), ok: false }]
  return [tableHop(far, subnet), { ...routeHop(far, step.route), ok: false }]
}

function walkHidden(
  { from, to }: Question,
  world: World,
  far: VpcFacts,
  route: RouteFacts,
  across: readonly Hop[],
  home: readonly Hop[],
): Walk {
  const subnet = subnetAround(far, to.address)
  const there = [...across, hop('vpc', far, far.id, to.address, subnet !== undefined)]
  if (subnet === undefined) return ended(there)
  const step = nextStep(world, far, subnet, from.address)
  const returns = step.kind === 'route' && step.route.nexthop === route.nexthop
  const side = hop('vpc', far, far.id, to.address, returns)
  return returns ? { there, back: [side, ...home], answers: undefined } : { there, back: [side], answers: false }
}

function ended(there: readonly Hop[]): Walk {
  return { there, back: [], answers: false }
}

function destinationHop({ hasDataplane }: World, vpc: VpcFacts, subnet: SubnetFacts, address: string): Hop {
  const holder = holderIn(vpc, subnet, address)
  const isPort = holder !== undefined && holder !== 'gateway'
  const ok = holder === 'gateway' || (isPort && holder.adminStateUp && (holder.isAttached || !hasDataplane))
  return holderHop(vpc, subnet, holder, address, ok)
}

function holderHop(
  vpc: VpcFacts,
  subnet: SubnetFacts | undefined,
  holder: Source['holder'],
  address: string,
  ok: boolean,
): Hop {
  if (holder === 'gateway') return hop('gateway', vpc, subnet?.id, address, ok)
  return hop('port', vpc, holder?.id, address, ok)
}

function subnetHop(vpc: VpcFacts, { id, families }: SubnetFacts, address: string): Hop {
  return hop('subnet', vpc, id, families.find(({ cidr }) => isIn(address, cidr))?.cidr)
}

function routerHop(vpc: VpcFacts): Hop {
  return hop('router', vpc, vpc.id)
}

function tableHop(vpc: VpcFacts, { tableId }: SubnetFacts): Hop {
  return hop('routetable', vpc, tableId)
}

function routeHop(vpc: VpcFacts, { id, destination }: RouteFacts): Hop {
  return hop('route', vpc, id, destination)
}

function peeringHop(vpc: VpcFacts, { nexthop }: RouteFacts): Hop {
  return hop('peering', vpc, nexthop)
}

function hop(at: Hop['at'], { id: vpcId }: VpcFacts, id: string | undefined, detail?: string, ok = true): Hop {
  return { at, vpcId, id, detail, ok }
}
