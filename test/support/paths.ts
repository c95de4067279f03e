/** Small worlds for the tests of explain: what there is of VPCs, subnets, routes and ports, in few words. */
import { spellAddress } from '../../src/rules/address.ts'
import type { PortFacts, Question, RouteFacts, SubnetFacts, VpcFacts, World } from '../../src/rules/explain-facts.ts'
import type { PeeringId, PortId, ProjectId, RouteId, RouteTableId, SubnetId, VpcId } from '../../src/rules/ids.ts'
import type { Peering } from '../../src/rules/peering.ts'
import type { Status } from '../../src/rules/status.ts'

/** The table that is named after its VPC, unless another one is given. */
export function subnet(vpc: string, id: string, cidrs: readonly string[], table = vpc): SubnetFacts {
  const families = cidrs.map((cidr) => ({ cidr, gateway: hostIn(cidr, 1n) }))
  return { id: id as SubnetId, tableId: `t-${table}` as RouteTableId, families }
}

/** The `nth` address of a block. */
export function hostIn(cidr: string, nth: bigint): string {
  const [base = '', prefix] = cidr.split('/')
  if (base.includes(':')) return `${base}${nth.toString(16)}`
  const first = base.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0xffffn)
  return prefix === '32' ? base : spellAddress(first + nth)
}

export function route(table: string, destination: string, nexthop: string): RouteFacts {
  const id = `r-${table}-${destination}-${nexthop}` as RouteId
  return { id, tableId: `t-${table}` as RouteTableId, destination, nexthop: nexthop as PeeringId }
}

export function port(subnetId: string, addresses: readonly string[], more: Partial<PortFacts> = {}): PortFacts {
  return {
    ...{ id: `p-${addresses[0]}-${subnetId}` as PortId, subnetId: subnetId as SubnetId, addresses },
    ...{ macAddress: 'fa:16:3e:00:00:01', allowed: [], adminStateUp: true, isAttached: true },
    ...more,
  }
}

export function vpc(id: string, parts: Partial<VpcFacts> = {}): VpcFacts {
  return { id: id as VpcId, mayKnow: true, subnets: [], routes: [], ports: [], ...parts }
}

export function peering(one: string, other: string, status: Status = 'ACTIVE', createdAt = 0): Peering {
  const side = (id: string) => ({ vpcId: id as VpcId, projectId: `of ${id}` as ProjectId })
  return {
    ...{ id: linkOf(one, other, createdAt) as PeeringId, name: '', description: '', status, createdAt },
    ...{ requester: side(one), accepter: side(other), updatedAt: createdAt },
  }
}

/** The id of the peering between two VPCs. */
export function linkOf(one: string, other: string, createdAt = 0): string {
  return [...[one, other].sort(), ...(createdAt > 0 ? [createdAt] : [])].join('~')
}

export function world(vpcs: readonly VpcFacts[], peerings: readonly Peering[], more: Partial<World> = {}): World {
  return { vpcs, peerings, hasDataplane: true, behind: [], ...more }
}

export function question(from: string, address: string, to: string, more: QuestionMore = {}): Question {
  const { port: portId, vpc: vpcId, size = 84 } = more
  return {
    from: { vpcId: from as VpcId, address, portId: portId as PortId | undefined },
    to: { vpcId: vpcId as VpcId | undefined, address: to },
    size,
  }
}

interface QuestionMore {
  readonly port?: string | undefined
  /** The VPC that is meant. */
  readonly vpc?: string | undefined
  readonly size?: number
}

export const A = '10.1.0.9'
export const B = '10.2.0.9'
export const A6 = 'fd01::9'
export const B6 = 'fd02::9'
export const AB = linkOf('a', 'b')

/** VPC A of `GOOD`. */
export const near = vpc('a', {
  subnets: [subnet('a', 'sa', ['10.1.0.0/24', 'fd01::/64']), subnet('a', 'sa2', ['10.1.1.0/24'], 'a2')],
  routes: [route('a', '10.2.0.0/16', AB), route('a', 'fd02::/48', AB)],
  ports: [port('sa', [A, A6]), port('sa2', ['10.1.1.9'])],
})
export const far = vpc('b', {
  subnets: [subnet('b', 'sb', ['10.2.0.0/24', 'fd02::/64'])],
  routes: [route('b', '10.1.0.0/16', AB), route('b', 'fd01::/64', AB)],
  ports: [port('sb', [B, B6])],
})
const third = vpc('c', {
  ...{ subnets: [subnet('c', 'sc', ['10.3.0.0/24'])], routes: [route('c', '0.0.0.0/0', linkOf('b', 'c'))] },
  ports: [port('sc', ['10.3.0.9'])],
})
export const BOTH = [peering('a', 'b'), peering('b', 'c')]

/** A and B, peered and routed both ways in both families, with a port in each; and C, which B is peered with. */
export const GOOD = world([near, far, third], BOTH)

export function changed(
  { a, b }: { readonly a?: Partial<VpcFacts>; readonly b?: Partial<VpcFacts> },
  more: Partial<World> = {},
): World {
  return { ...GOOD, vpcs: [{ ...near, ...a }, { ...far, ...b }, third], ...more }
}

/** With its first port changed. */
export function withPort(facts: VpcFacts, more: Partial<PortFacts>): Partial<VpcFacts> {
  return { ports: facts.ports.map((each, index) => (index === 0 ? { ...each, ...more } : each)) }
}

/** As the owner of A alone may know it. */
export function hidden(there: World): World {
  return { ...there, vpcs: there.vpcs.map((each) => ({ ...each, mayKnow: each.id === 'a' })) }
}
