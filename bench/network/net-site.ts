/** The whole service with a network: of the VPCs half are alice's and half are bob's; peerings are hers with his. */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { logIn, type Person, readOpenrc, send } from '../../test/support/service.ts'
import { dataIn, type Program, startProgram } from '../processes.ts'
import { type Ground, pathOf } from './ground.ts'

const PEERINGS = '/v2.0/vpc/peerings'
const OURS = '/causeway/v1/peerings'
/** Requests under way at a time where many are sent. */
const AT_ONCE = 16

export interface NetSite extends AsyncDisposable {
  readonly program: Program
  readonly dataFolder: string
  /** By which what is of it is known in the kernel. */
  readonly instance: string
  /** Asks for a peering of two VPCs, with automatic routes on both sides from the moment that it is accepted. */
  request(pair: Pair): Promise<string>
  accept(id: string): Promise<void>
  /** Answered when nothing is forwarded any more. */
  remove(id: string): Promise<void>
  /** Waits until both of its routers are what they ought to be. */
  synced(id: string): Promise<void>
  /** Puts a workload into the subnet of a VPC. */
  attach(vpc: SiteVpc, namespace: string): Promise<Workload>
  /** Those that are peered in this order; the first pair of all is left for whoever measures. */
  readonly pairs: readonly Pair[]
}

export interface SiteVpc {
  readonly id: string
  readonly owner: Person
  readonly subnet: string
}

/** Alice's and bob's. */
export type Pair = readonly [SiteVpc, SiteVpc]

export interface Workload {
  /** Of its namespace. */
  readonly path: string
  readonly address: string
}

/** With VPCs for so many peerings and one more. */
export async function openNetSite(parent: string, ground: Ground, peerings: number): Promise<NetSite> {
  const folder = join(parent, `network-${peerings}`)
  const program = await startProgram(folder, { CAUSEWAY_DATAPLANE: 'netns' })
  const dataFolder = dataIn(folder)
  const instance = instanceOf(dataFolder)
  ground.adopt(instance)
  const logIns = (['alice', 'bob', 'admin'] as const).map((name) => logIn(program.url, readOpenrc(dataFolder, name)))
  const [alice, bob, admin] = (await Promise.all(logIns)) as [Person, Person, Person]
  const ask = async (who: Person, status: number, method: string, path: string, body?: unknown) => {
    const answer = await send(program.url, method, path, body, { 'x-auth-token': who.token })
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const limits = { quotas: { vpc: -1, vpcPeer: -1, subnet: -1 } }
  for (const { projectId } of [alice, bob]) {
    await ask(admin, 200, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, limits)
  }
  const makeVpc = async (owner: Person, number: number): Promise<SiteVpc> => {
    const vpcs = `/v1/${owner.projectId}/vpcs`
    const { vpc } = await ask(owner, 200, 'POST', vpcs, { vpc: { name: `vpc-${number}`, cidr: `10.${number}.0.0/16` } })
    const block = { cidr: `10.${number}.0.0/24`, gateway_ip: `10.${number}.0.1`, ipv6_enable: true }
    const wanted = { subnet: { name: 'one', vpc_id: vpc.id, ...block } }
    const { subnet } = await ask(owner, 200, 'POST', `/v1/${owner.projectId}/subnets`, wanted)
    return { id: vpc.id, owner, subnet: subnet.id }
  }
  const half = Math.ceil(Math.sqrt(peerings + 1))
  const numbers = Array.from({ length: half }, (_, index) => index)
  const hers = await all(numbers, (number) => makeVpc(alice, number))
  const his = await all(numbers, (number) => makeVpc(bob, half + number))
  return {
    ...{ program, dataFolder, instance, pairs: hers.flatMap((first) => his.map((second) => [first, second] as const)) },
    async request([first, second]) {
      const sides = {
        request_vpc_info: { vpc_id: first.id, tenant_id: first.owner.projectId },
        accept_vpc_info: { vpc_id: second.id, tenant_id: second.owner.projectId },
      }
      const { peering } = await ask(first.owner, 201, 'POST', PEERINGS, { peering: { name: 'of the bench', ...sides } })
      for (const { owner } of [first, second]) {
        await ask(owner, 200, 'PUT', `${OURS}/${peering.id}`, { auto_routes: true })
      }
      return peering.id
    },
    accept: (id) => ask(bob, 200, 'PUT', `${PEERINGS}/${id}/accept`),
    remove: (id) => ask(alice, 204, 'DELETE', `${PEERINGS}/${id}`),
    async synced(id) {
      const { dataplane } = await ask(alice, 200, 'GET', `${OURS}/${id}?wait=SYNCED&timeout=60`)
      if (dataplane.requester.state !== 'SYNCED' || dataplane.accepter.state !== 'SYNCED') {
        throw new Error(`peering ${id} is not forwarded: ${JSON.stringify(dataplane)}`)
      }
    },
    async attach({ owner, subnet }, namespace) {
      const { port } = await ask(owner, 200, 'POST', `/v1/${owner.projectId}/ports`, { port: { network_id: subnet } })
      await ask(admin, 200, 'PUT', `/causeway/v1/ports/${port.id}/attachment`, { netns: namespace })
      return { path: pathOf(namespace), address: port.fixed_ips[0].ip_address }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

/** Peers those; from the first accept on, milliseconds until all are forwarded. */
export async function acceptAll(site: NetSite, pairs: NetSite['pairs']): Promise<number> {
  const ids = await all(pairs, (pair) => site.request(pair))
  const start = performance.now()
  await all(ids, (id) => site.accept(id))
  await all(ids, (id) => site.synced(id))
  return performance.now() - start
}

/** What `act` gives for each, in order, some of them at the same time. */
async function all<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await act(items[index] as Item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

function instanceOf(dataFolder: string): string {
  using db = new DatabaseSync(join(dataFolder, 'causeway.sqlite'), { readOnly: true })
  const row = db.prepare("select value from setting where name = 'instance'").get()
  if (typeof row?.value !== 'string') throw new Error('the data folder has no instance')
  return row.value
}
