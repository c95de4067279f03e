/** Reads what decides a path, of both sides; src/rules/explain.ts makes the answer of it. */
import { actingProject, canSee, mayKnow } from '../../rules/access.ts'
import type { Question, VpcFacts, World } from '../../rules/explain-facts.ts'
import { isV6, peersOf, routesTo, sourceSubnet, subnetAround } from '../../rules/explain-walk.ts'
import type { PortId, VpcId } from '../../rules/ids.ts'
import { asOf, type Peering } from '../../rules/peering.ts'
import { type Port, portNotFound } from '../../rules/port.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { vpcNotFound } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { loadAnyVpc } from '../vpcs/load-vpc.ts'
import { readVpcFacts } from './read-vpc-facts.ts'

/** An end as it was named: by a port, by an address, or by both. */
export interface NamedEnd {
  readonly portId: PortId | undefined
  /** In its one spelling. */
  readonly address: string | undefined
  readonly vpcId: VpcId | undefined
}

export interface PathRequest {
  readonly from: NamedEnd
  readonly to: NamedEnd
  /** Bytes of the packet with its IP header. */
  readonly size: number
}

export interface Path {
  readonly question: Question
  /** As without a data plane, of which nothing is stored. */
  readonly world: World
}

/** How many peers are looked at for one that has the address, where no route leads there: a hint is not worth more. */
const MAX_PEERS = 100

/** *Not found* for a VPC or a port that the caller may not know. */
export const explainPath = reading<PathRequest, Path>('explainPath', async (tx, context, { from, to, size }) => {
  if (!context.caller.admin) actingProject(context.caller)
  const fromPort = await loadNamedPort(tx, context, from)
  const toPort = await loadNamedPort(tx, context, to)
  const fromVpcId = await vpcOfEnd(tx, 'from', from, fromPort)
  if (fromVpcId === undefined) throw invalidInput('from.vpc', 'is required with an address')
  await loadAnyVpc(tx, context, fromVpcId)
  const toVpcId = await vpcOfEnd(tx, 'to', to, toPort)
  if (toVpcId !== undefined) await requireKnown(tx, context, toVpcId)
  const addresses = pairOf(addressesOf('from', from, fromPort), addressesOf('to', to, toPort))
  if (toPort !== undefined && !toPort.fixedIps.some(({ ipAddress }) => ipAddress === addresses.to)) {
    throw invalidInput('to.address', `is no address of port ${toPort.id}`)
  }
  const question = {
    from: { vpcId: fromVpcId, address: addresses.from, portId: fromPort?.id },
    to: { vpcId: toVpcId, address: addresses.to },
    size,
  }
  return { question, world: await readWorld(tx, context, question) }
})

async function loadNamedPort(
  tx: ReadTransaction,
  { caller }: Context,
  { portId }: NamedEnd,
): Promise<Port | undefined> {
  if (portId === undefined) return undefined
  const port = await tx.port(portId)
  if (port === undefined || !mayKnow(caller, port.projectId)) throw portNotFound(portId)
  return port
}

async function vpcOfEnd(
  tx: ReadTransaction,
  name: 'from' | 'to',
  { vpcId }: NamedEnd,
  port: Port | undefined,
): Promise<VpcId | undefined> {
  if (port === undefined) return vpcId
  const subnet = await tx.subnet(port.networkId)
  // A port is there only in its subnet; a read may come between the two as both go.
  if (subnet === undefined) throw portNotFound(port.id)
  if (vpcId === undefined || vpcId === subnet.vpcId) return subnet.vpcId
  throw invalidInput(`${name}.vpc`, `is not the VPC of port ${port.id}`)
}

/** Only a VPC of one's own, or one that a peering tells of, may be named. */
async function requireKnown(tx: ReadTransaction, { caller }: Context, id: VpcId): Promise<void> {
  const vpc = await tx.vpc(id)
  if (vpc === undefined) throw vpcNotFound(id)
  if (mayKnow(caller, vpc.projectId)) return
  const peerings = await tx.peeringsOfVpc(id)
  if (!peerings.some((peering) => canSee(caller, peering))) throw vpcNotFound(id)
}

function addressesOf(name: 'from' | 'to', { address }: NamedEnd, port: Port | undefined): readonly string[] {
  if (address !== undefined) return [address]
  if (port === undefined) throw invalidInput(name, "must have a 'port' or an 'address'")
  return port.fixedIps.map(({ ipAddress }) => ipAddress)
}

/** Of one family, IPv4 first; the first of each where they have none in common. */
function pairOf(from: readonly string[], to: readonly string[]): { readonly from: string; readonly to: string } {
  const pairs = from.flatMap((one) => to.map((other) => ({ from: one, to: other })))
  const [first] = pairs
  if (first === undefined) throw new Error('a port without an address')
  return pairs.find((pair) => isV6(pair.from) === isV6(pair.to)) ?? first
}

async function readWorld(tx: ReadTransaction, context: Context, question: Question): Promise<World> {
  const { from, to } = question
  const read = async (ids: Iterable<VpcId>) => {
    const facts: VpcFacts[] = []
    for (const id of ids) facts.push(await readVpcFacts(tx, context, id, question))
    return facts
  }
  const [near] = await read([from.vpcId])
  if (near === undefined) throw new Error('one VPC was to be read, and none was')
  const own = await visiblePeerings(tx, context, near.id)
  const fars = farsOf(question, near, own)
  const around = await read(fars)
  // What the far side is peered with: a packet for that does not get there through it.
  const peerings = new Map(own.map((peering) => [peering.id, peering]))
  const beyond = new Set<VpcId>()
  for (const far of around) {
    const isShort = far.mayKnow && subnetAround(far, to.address) === undefined
    if (!isShort && far.id !== to.vpcId) continue
    const theirs = await visiblePeerings(tx, context, far.id)
    for (const peering of theirs) peerings.set(peering.id, peering)
    for (const { peerId } of isShort ? peersOf({ peerings: theirs }, far.id) : []) {
      if (peerId !== near.id && !fars.has(peerId) && beyond.size < MAX_PEERS) beyond.add(peerId)
    }
  }
  return {
    ...{ vpcs: [near, ...around, ...(await read(beyond))], peerings: [...peerings.values()] },
    ...{ hasDataplane: false, behind: [] },
  }
}

/** The VPCs that a packet may be meant for: the one that is named, those that routes lead to, or else any peer. */
function farsOf({ from, to }: Question, near: VpcFacts, peerings: readonly Peering[]): ReadonlySet<VpcId> {
  const peers = peersOf({ peerings }, near.id)
  const subnet = sourceSubnet(near, from)
  const hops = subnet ? routesTo({ peerings }, near, subnet, to.address).map(({ nexthop }) => nexthop) : []
  const routed = peers.filter(({ peering }) => hops.includes(peering.id))
  const isLost = to.vpcId === undefined && routed.length === 0 && subnetAround(near, to.address) === undefined
  const fars = new Set((isLost ? peers.slice(0, MAX_PEERS) : routed).map(({ peerId }) => peerId))
  if (to.vpcId !== undefined && to.vpcId !== near.id) fars.add(to.vpcId)
  return fars
}

/** As of now. */
async function visiblePeerings(
  tx: ReadTransaction,
  { caller, now, policy }: Context,
  id: VpcId,
): Promise<readonly Peering[]> {
  const peerings = await tx.peeringsOfVpc(id)
  return peerings.filter((peering) => canSee(caller, peering)).map((peering) => asOf(peering, now, policy.pendingTtlMs))
}
