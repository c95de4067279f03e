/**
 * Does a packet get from here to there, and an answer back? From what is intended, without a packet sent. What the far
 * side is like is told as far as the caller may know it: of another tenant's VPC only whether it would deliver to a
 * subnet, and whether that has a way back. Whether anybody has the address there is not theirs to know.
 */
import type { PortFacts, Question, SubnetFacts, VpcFacts, World } from './explain-facts.ts'
import { LINK_MTU } from './explain-facts.ts'
import { type Hop, type Source, walk } from './explain-hops.ts'
import type { End, Reason } from './explain-reasons.ts'
import * as because from './explain-reasons.ts'
import {
  between,
  farEnd,
  holderIn,
  isIn,
  isSame,
  isV6,
  maySendFrom,
  nextStep,
  peersOf,
  requireVpc,
  routesTo,
  sourceSubnet,
  subnetAround,
  vpcOf,
} from './explain-walk.ts'
import type { PortId, SubnetId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'

export const VERDICTS = ['reachable', 'unreachable'] as const

export interface Explanation {
  readonly verdict: (typeof VERDICTS)[number]
  readonly from: ExplainedEnd
  readonly to: ExplainedEnd
  /** All that apply; the decisive ones first, in the order in which a packet meets them. */
  readonly reasons: readonly Reason[]
  /** Where the packet really goes, up to where it ends. */
  readonly there: readonly Hop[]
  /** And the answer; empty where none is sent. */
  readonly back: readonly Hop[]
  /** Whether an answer comes, from whoever has the address there; undefined: not known, or not the caller's to know. */
  readonly answers: boolean | undefined
}

/** What is undefined is not known, or not the caller's to know. */
export interface ExplainedEnd {
  readonly vpcId: VpcId | undefined
  readonly subnetId: SubnetId | undefined
  readonly portId: PortId | undefined
  readonly address: string
}

export function explain(question: Question, world: World): Explanation {
  const { from, to, size } = question
  const near = requireVpc(world, from.vpcId)
  const source = sourceOf(question, near)
  const told = [...reasonsOfSource(question, world, near, source)]
  const { subnet } = source
  // Without a place in the VPC there is no way to look at; and what others have for foreign addresses is their own.
  if (subnet === undefined || !source.isInside || isV6(from.address) !== isV6(to.address)) {
    const { vpcId } = to
    return conclude(question, source, { vpcId, subnetId: undefined, portId: undefined, address: to.address }, told, {
      ...{ there: walk(question, world, near, source, false).there, back: [], answers: false },
    })
  }
  if (size > LINK_MTU && !isSame(from.address, to.address)) told.push(because.tooBig(size))
  const mayLeave = told.length === 0
  const goal = goalOf(question, world, near, subnet)
  told.push(...reasonsOfPath(question, world, near, subnet, goal))
  told.push(
    ...world.behind.map(({ vpcId, state }) =>
      because.dataplaneBehind(vpcId === near.id ? 'source' : 'destination', vpcId, state),
    ),
  )
  return conclude(
    question,
    source,
    destinationOf(question, goal),
    told,
    walk(question, world, near, { ...source, subnet }, mayLeave),
  )
}

function conclude(
  { from }: Question,
  { subnet, port }: Source,
  to: ExplainedEnd,
  told: readonly Reason[],
  walked: Pick<Explanation, 'there' | 'back' | 'answers'>,
): Explanation {
  const reasons = [...told.filter(({ decisive }) => decisive), ...told.filter(({ decisive }) => !decisive)]
  return {
    verdict: reasons[0]?.decisive ? 'unreachable' : 'reachable',
    from: { vpcId: from.vpcId, subnetId: subnet?.id, portId: port?.id, address: from.address },
    ...{ to, reasons, ...walked },
  }
}

function sourceOf({ from }: Question, near: VpcFacts): Source {
  const { address, portId } = from
  const named = near.ports.find(({ id }) => id === portId)
  const subnet = sourceSubnet(near, from)
  const holder = named ?? (subnet && holderIn(near, subnet, address))
  return {
    ...{ subnet, holder, port: holder === 'gateway' ? undefined : holder },
    isInside: subnet?.families.some(({ cidr }) => isIn(address, cidr)) ?? false,
  }
}

function reasonsOfSource(
  { from, to }: Question,
  world: World,
  near: VpcFacts,
  { subnet, port, holder, isInside }: Source,
): readonly Reason[] {
  const { address } = from
  const isMixed = isV6(address) !== isV6(to.address)
  const mixed = isMixed ? [because.familyMismatch(address, to.address)] : []
  if (subnet === undefined) return [...mixed, because.noSuchSubnet('source', near.id, address, true)]
  if (holder === undefined) return [...mixed, because.noSuchAddress('source', subnet, address)]
  if (port === undefined) return mixed
  const spoofed = maySendFrom(port, address) ? [] : [because.spoofedSource(port, address)]
  const outside = spoofed.length > 0 || isInside ? [] : [because.sourceOutsideSubnet(port, address)]
  return [...mixed, ...spoofed, ...outside, ...reasonsOfPort('source', world, port)]
}

function reasonsOfPort(end: End, { hasDataplane }: World, port: PortFacts): readonly Reason[] {
  if (!port.adminStateUp) return [because.portDown(end, port)]
  return hasDataplane && !port.isAttached ? [because.portDetached(end, port)] : []
}

/** The VPC that is meant: the one that is named, or that the routes lead to, or the peer that a route is missing to. */
function goalOf({ to }: Question, world: World, near: VpcFacts, subnet: SubnetFacts): VpcFacts | undefined {
  if (to.vpcId !== undefined) return requireVpc(world, to.vpcId)
  if (subnetAround(near, to.address) !== undefined) return near
  const isThere = (vpc: VpcFacts) => subnetAround(vpc, to.address) !== undefined
  const peers = peersOf(world, near.id).map(({ peering, peerId }) => ({ id: peering.id, peer: vpcOf(world, peerId) }))
  const routed = routesTo(world, near, subnet, to.address).flatMap(({ nexthop }) => {
    return peers.flatMap(({ id, peer }) => (id === nexthop ? [peer] : []))
  })
  return routed.find(isThere) ?? routed[0] ?? peers.find(({ peer }) => isThere(peer))?.peer
}

function reasonsOfPath(
  question: Question,
  world: World,
  near: VpcFacts,
  subnet: SubnetFacts,
  goal: VpcFacts | undefined,
): readonly Reason[] {
  const { address } = question.to
  if (goal === undefined) return reasonsOfNowhere(world, near, subnet, address)
  if (goal.id === near.id) return reasonsOfDelivery(question, world, near)
  const peering = between(world, near.id, goal.id)
  return [
    ...transits(question, world, near, goal, subnet),
    ...[because.unpeered(near.id, goal.id, peering) ?? []].flat(),
    ...reasonsOfRoute(world, near, subnet, address, peering),
    // Of a VPC that is no ACTIVE peer, its own people are told and nobody else.
    ...(peering?.status === 'ACTIVE' || goal.mayKnow ? reasonsOfDelivery(question, world, goal) : []),
    ...reasonsOfReturn(question, world, goal, peering),
  ]
}

/**
 * No VPC is meant, and no route leads there; so each one that is not peered yet may be. A single one is: to it no route
 * can lead before the peering is ACTIVE.
 */
function reasonsOfNowhere(world: World, near: VpcFacts, subnet: SubnetFacts, address: string): readonly Reason[] {
  const fars = new Set(world.peerings.flatMap((peering) => farEnd(peering, near.id) ?? []))
  const peerings = [...fars].map((id) => ({ id, peering: between(world, near.id, id) }))
  const hints = peerings
    .filter(({ peering }) => peering?.status !== 'ACTIVE')
    .slice(0, MAX_HINTS)
    .flatMap(({ id, peering }) => because.unpeered(near.id, id, peering, peerings.length === 1) ?? [])
  const none = peerings.length === 0 ? [because.noPeeringAtAll(near.id)] : []
  return [...none, ...hints, because.noRoute(subnet, address, undefined, {})]
}

/** A VPC may have been asked for by very many. */
const MAX_HINTS = 10

/** A VPC in the middle, which is peered with both and joins them not. */
function transits(
  { to }: Question,
  world: World,
  near: VpcFacts,
  goal: VpcFacts,
  subnet: SubnetFacts,
): readonly Reason[] {
  const [taken] = routesTo(world, near, subnet, to.address)
  if (between(world, near.id, goal.id)?.status !== 'ACTIVE') {
    const middles = peersOf(world, near.id).flatMap(({ peering, peerId }) => {
      const onward = between(world, peerId, goal.id)
      return onward?.status === 'ACTIVE' ? [{ peerId, peerings: [peering, onward] }] : []
    })
    return middles.slice(0, MAX_HINTS).map(({ peerId, peerings }) => {
      const route = taken && peerings.some(({ id }) => id === taken.nexthop) ? taken : undefined
      return because.notTransitive(peerId, goal.id, peerings, route)
    })
  }
  if (!goal.mayKnow || subnetAround(goal, to.address) !== undefined) return []
  const onward = peersOf(world, goal.id).find(({ peerId }) => {
    return peerId !== near.id && subnetAround(vpcOf(world, peerId), to.address)
  })
  return onward ? [because.notTransitive(goal.id, onward.peerId, [onward.peering], taken)] : []
}

function reasonsOfRoute(
  world: World,
  near: VpcFacts,
  subnet: SubnetFacts,
  address: string,
  peering: Peering | undefined,
): readonly Reason[] {
  const step = nextStep(world, near, subnet, address)
  if (step.kind === 'local') return [because.cidrOverlap('source', step.subnet, address)]
  const taken = step.kind === 'route' ? step.route : undefined
  if (taken !== undefined && taken.nexthop === peering?.id) return []
  const right = routesTo(world, near, subnet, address).find(({ nexthop }) => nexthop === peering?.id)
  if (taken !== undefined && right !== undefined) return [because.routeShadowed('source', taken, right)]
  const elsewhere = near.routes.find(({ nexthop, destination }) => {
    return nexthop === peering?.id && isIn(address, destination)
  })
  return [because.noRoute(subnet, address, peering, { taken, elsewhere })]
}

/** Whether the VPC has somebody to deliver to; whether the address is anybody's, only its own people are told. */
function reasonsOfDelivery({ from, to }: Question, world: World, goal: VpcFacts): readonly Reason[] {
  const subnet = subnetAround(goal, to.address)
  if (subnet === undefined) return [because.noSuchSubnet('destination', goal.id, to.address, goal.mayKnow)]
  if (!goal.mayKnow || (goal.id === from.vpcId && isSame(from.address, to.address))) return []
  const holder = holderIn(goal, subnet, to.address)
  if (holder === 'gateway') return []
  return holder
    ? reasonsOfPort('destination', world, holder)
    : [because.noSuchAddress('destination', subnet, to.address)]
}

function reasonsOfReturn(
  { from, to }: Question,
  world: World,
  goal: VpcFacts,
  peering: Peering | undefined,
): readonly Reason[] {
  // No route can be there either, whatever the other side is like.
  if (peering?.status !== 'ACTIVE') return [because.noReturnRoute(goal.id, from.address, undefined)]
  const subnet = subnetAround(goal, to.address)
  if (subnet === undefined) return []
  const step = nextStep(world, goal, subnet, from.address)
  if (step.kind === 'route' && step.route.nexthop === peering.id) return []
  if (!goal.mayKnow) return [because.noReturnRoute(goal.id, from.address, undefined)]
  if (step.kind === 'local') return [because.cidrOverlap('destination', step.subnet, from.address)]
  const right = routesTo(world, goal, subnet, from.address).find(({ nexthop }) => nexthop === peering.id)
  if (step.kind === 'route' && right !== undefined) return [because.routeShadowed('destination', step.route, right)]
  return [because.noReturnRoute(goal.id, from.address, subnet)]
}

/** The peering that the path crosses, if it crosses one; how far its two sides are is told to both. */
export function crossed(question: Question, world: World): Peering | undefined {
  const near = requireVpc(world, question.from.vpcId)
  const subnet = sourceSubnet(near, question.from)
  const goal = subnet && goalOf(question, world, near, subnet)
  const peering = goal && between(world, near.id, goal.id)
  return peering?.status === 'ACTIVE' ? peering : undefined
}

function destinationOf({ to }: Question, goal: VpcFacts | undefined): ExplainedEnd {
  const subnet = goal?.mayKnow ? subnetAround(goal, to.address) : undefined
  const holder = goal && subnet && holderIn(goal, subnet, to.address)
  return {
    ...{ vpcId: goal?.id, subnetId: subnet?.id, address: to.address },
    portId: holder === 'gateway' ? undefined : holder?.id,
  }
}
