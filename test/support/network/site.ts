/** A service with a real network, and people's places in it: a VPC with a subnet, a port and a workload each. */
import assert from 'node:assert/strict'
import type { Config } from '../../../src/config.ts'
import { openNetns } from '../../../src/dataplane/netns/driver.ts'
import type { OpenDataplane } from '../../../src/service.ts'
import { PEERINGS, requestPeering } from '../peerings.ts'
import { makeSubnet, portCalls } from '../ports.ts'
import { makeRoute } from '../routes.ts'
import { type Asks, type Person, startTestService, type TestService } from '../service.ts'
import { removeAtExit, removeNamespaces, routerPrefix } from './namespaces.ts'
import { assertRecomputed } from './recompute.ts'
import type { Workload } from './workloads.ts'

/** A suite that takes so long waits for something that never comes; each takes less than a minute. */
export const HANGS_AFTER_MS = 240_000

export interface NetworkService extends TestService {
  /** By which what is of this service is known in the kernel. */
  readonly instance: string
}

type Finishable = Pick<NetworkService, 'folder' | 'instance'> & AsyncDisposable

/** What making places takes of a service. */
export type Makes = Pick<TestService, 'ask' | 'makeVpc' | 'admin'>

export interface Place {
  readonly who: Person
  readonly vpc: string
  readonly subnet: string
  /** The blocks of the subnet. */
  readonly blocks: Addresses
  readonly port: string
  readonly addresses: Addresses
  readonly workload: Workload
}

export interface Addresses {
  readonly v4: string
  readonly v6: string
}

export async function startNetworkService(settings: Partial<Config> = {}): Promise<NetworkService> {
  let instance = ''
  const openDataplane: OpenDataplane = (_driver, drawn) => {
    instance = drawn
    return openNetns({ instance })
  }
  const service = await startTestService({ settings, openDataplane })
  removeAtExit(routerPrefix(instance))
  return Object.assign(service, { instance })
}

/**
 * The end of each suite: the network is compared with one that is built from nothing (recompute.ts), and removed with
 * the service and the workloads, whatever came of it. Undefined: it did not start, which is told elsewhere.
 */
export async function finish(service: Finishable | undefined, workloads: readonly Workload[]): Promise<void> {
  try {
    if (service !== undefined) await assertRecomputed(service)
  } finally {
    await service?.[Symbol.asyncDispose]()
    if (service !== undefined) removeNamespaces(routerPrefix(service.instance))
    for (const workload of workloads) await workload[Symbol.asyncDispose]()
  }
}

/** A VPC of its own, or the one that is given, with a subnet of both families and a workload attached in it. */
export async function makePlace(
  service: Makes,
  who: Person,
  workload: Workload,
  { cidr, subnet = cidr, vpc }: { readonly cidr: string; readonly subnet?: string; readonly vpc?: string },
): Promise<Place> {
  const inVpc = vpc ?? (await service.makeVpc(who, `of ${workload.netns}`, cidr))
  const { id, blocks } = await makeSubnetOf(service, who, inVpc, subnet)
  return joinPlace(service, who, workload, { vpc: inVpc, subnet: id, blocks })
}

/** A subnet whose gateway is the first host; `v6` of the blocks is empty where it has none. */
export async function makeSubnetOf(service: Asks, who: Person, vpc: string, cidr: string, isDual = true) {
  const gateway_ip = cidr.replace(/\d+\/\d+$/, '1')
  const { id, cidr_v6 = '' } = await makeSubnet(service, who, vpc, { cidr, gateway_ip, ipv6_enable: isDual })
  return { id, blocks: { v4: cidr, v6: cidr_v6 } }
}

/** One more workload in a subnet that is there. */
export async function joinPlace(
  service: Makes,
  who: Person,
  workload: Workload,
  { vpc, subnet, blocks }: Pick<Place, 'vpc' | 'subnet' | 'blocks'>,
  port: Readonly<Record<string, unknown>> = {},
): Promise<Place> {
  const answer = await portCalls(service, who).create(subnet, port)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const { id, fixed_ips } = answer.body.port
  await attach(service, id, workload)
  const [v4, v6] = fixed_ips.map(({ ip_address }: { ip_address: string }) => ip_address)
  return { who, vpc, subnet, blocks, port: id, addresses: { v4, v6 }, workload }
}

/** An ACTIVE peering of the VPCs of two places; its id. */
export async function peerPlaces(service: Asks, near: Place, far: Place): Promise<string> {
  const { id, status } = await requestPeering(service, near.who, near.vpc, far.who, far.vpc)
  if (status !== 'ACTIVE') {
    const { status, body } = await service.ask(far.who, 'PUT', `${PEERINGS}/${id}/accept`)
    assert.equal(status, 200, JSON.stringify(body))
  }
  return id
}

/** Routes in a place's VPC to both blocks of another one's subnet; their ids. */
export async function routePlace(service: TestService, from: Place, peering: string, to: Place) {
  const ids: string[] = []
  for (const block of [to.blocks.v4, to.blocks.v6]) {
    ids.push((await makeRoute(service, from.who, from.vpc, peering, block)).id)
  }
  return ids
}

export function attachment(port: string): string {
  return `/causeway/v1/ports/${port}/attachment`
}

/** Answered when the interface is there. */
export async function attach(
  service: Pick<TestService, 'ask' | 'admin'>,
  port: string,
  { netns }: Workload,
): Promise<void> {
  const { status, body } = await service.ask(service.admin, 'PUT', attachment(port), { netns })
  assert.deepEqual([status, body.state], [200, 'SYNCED'], JSON.stringify(body))
}

/** Waits until the network has done for both sides of a peering what was asked before. */
export async function synced(service: Asks, who: Person, peering: string): Promise<void> {
  const { status, body } = await service.ask(who, 'GET', `/causeway/v1/peerings/${peering}?wait=SYNCED&timeout=20`)
  const { requester, accepter } = body.dataplane ?? {}
  assert.deepEqual([status, requester?.state, accepter?.state], [200, 'SYNCED', 'SYNCED'], JSON.stringify(body))
}
