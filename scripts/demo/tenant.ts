/** What the people of the demo do, each by calls of the public API. */
import type { WireAttachment } from '../../src/wire/attachments.ts'
import type { Person, Stage } from './stage.ts'

/** A tenant's half of the world. */
export interface Side {
  readonly owner: Person
  readonly ownerName: string
  /** Of the workload, and of its namespace. */
  readonly workload: string
  readonly vpcId: string
  readonly subnetId: string
  readonly portId: string
  /** What a person calls things by that the service knows by their ids. */
  readonly names: Map<string, string>
  /** IPv4 and IPv6 of each, in this order. */
  readonly blocks: readonly [string, string]
  readonly addresses: readonly [string, string]
}

export interface Plan {
  readonly ownerName: 'alice' | 'bob'
  readonly workload: string
  readonly vpc: { readonly name: string; readonly cidr: string }
  readonly subnet: { readonly name: string; readonly cidr: string; readonly gateway_ip: string }
}

/** A VPC with a dual-stack subnet and a port in it. */
export async function build(stage: Stage, { ownerName, workload, vpc, subnet }: Plan): Promise<Side> {
  const owner = stage[ownerName]
  const v1 = `/v1/${owner.projectId}`
  const made = (await owner.ask('POST', `${v1}/vpcs`, { vpc })) as { vpc: { id: string } }
  const vpcId = made.vpc.id
  const body = { subnet: { ...subnet, vpc_id: vpcId, ipv6_enable: true } }
  const inside = (await owner.ask('POST', `${v1}/subnets`, body)) as { subnet: { id: string; cidr_v6: string } }
  const subnetId = inside.subnet.id
  const port = { port: { name: workload, network_id: subnetId } }
  const place = (await owner.ask('POST', `${v1}/ports`, port)) as {
    port: { id: string; fixed_ips: readonly { ip_address: string }[] }
  }
  const tables = (await owner.ask('GET', `${v1}/routetables?vpc_id=${vpcId}`)) as { routetables: { id: string }[] }
  const [v4, v6] = place.port.fixed_ips.map(({ ip_address }) => ip_address)
  if (v4 === undefined || v6 === undefined) throw new Error('the port has not got an address of each family')
  return {
    ...{ owner, ownerName, workload, vpcId, subnetId, portId: place.port.id },
    names: new Map([
      ...tables.routetables.map(({ id }) => [id, `of ${vpc.name}`] as const),
      ...[[vpcId, vpc.name] as const, [subnetId, subnet.name] as const, [place.port.id, workload] as const],
    ]),
    ...{ blocks: [subnet.cidr, inside.subnet.cidr_v6], addresses: [v4, v6] },
  }
}

export async function attach({ admin }: Stage, { portId, workload }: Side): Promise<WireAttachment> {
  const path = `/causeway/v1/ports/${portId}/attachment`
  return (await admin.ask('PUT', path, { netns: workload })) as WireAttachment
}

interface Peering {
  readonly id: string
  readonly name: string
  readonly status: string
}

export async function request(from: Side, to: Side): Promise<Peering> {
  const peering = {
    name: 'apples for pies',
    request_vpc_info: { vpc_id: from.vpcId },
    accept_vpc_info: { vpc_id: to.vpcId, tenant_id: to.owner.projectId },
  }
  const answer = (await from.owner.ask('POST', '/v2.0/vpc/peerings', { peering })) as {
    peering: Peering
  }
  return answer.peering
}

/** To all of the far side's subnet, IPv4 first; when each was answered, in milliseconds since the epoch. */
export async function route({ owner, vpcId }: Side, peering: string, far: Side): Promise<readonly number[]> {
  const answered: number[] = []
  for (const destination of far.blocks) {
    const body = { route: { type: 'peering', vpc_id: vpcId, nexthop: peering, destination } }
    await owner.ask('POST', '/v2.0/vpc/routes', body)
    answered.push(performance.timeOrigin + performance.now())
  }
  return answered
}

interface Traffic {
  readonly packets: number
  readonly bytes: number
}

export interface View {
  readonly dataplane: Readonly<Record<'requester' | 'accepter', { readonly state: string }>> | null
  readonly traffic: { readonly to_accepter: Traffic; readonly to_requester: Traffic } | null
}

/** When the network has seen what was stored, or after ten seconds. */
export async function settled({ owner }: Side, peering: string): Promise<View> {
  return (await owner.ask('GET', `/causeway/v1/peerings/${peering}?wait=SYNCED&timeout=10`)) as View
}

export interface Explained {
  readonly verdict: string
  readonly reasons: readonly { readonly code: string; readonly message: string; readonly next: string }[]
  readonly probe?: { readonly outcome: string }
  readonly agrees?: boolean | null
}

export async function explain({ owner, portId }: Side, to: string, probe: boolean): Promise<Explained> {
  const question = { from: { port: portId }, to: { address: to }, probe }
  return (await owner.ask('POST', '/causeway/v1/explain', question)) as Explained
}

/** Everything of a side, from the inside out. */
export async function tearDown({ admin }: Stage, { owner, portId, subnetId, vpcId }: Side): Promise<void> {
  const v1 = `/v1/${owner.projectId}`
  await admin.ask('DELETE', `/causeway/v1/ports/${portId}/attachment`)
  await owner.ask('DELETE', `${v1}/ports/${portId}`)
  await owner.ask('DELETE', `${v1}/vpcs/${vpcId}/subnets/${subnetId}`)
  await owner.ask('DELETE', `${v1}/vpcs/${vpcId}`)
}
