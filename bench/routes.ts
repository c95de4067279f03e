/** What one route more costs in an empty table and in a full one, at one connection, turn by turn in the same run. */
import { performance } from 'node:perf_hooks'
import { send } from '../test/support/service.ts'
import type { Site } from './site.ts'
import { median } from './table.ts'

/** Routes that a table holds at the most: the last of them is the one that is measured. */
const FULL = 200
const ROUTES = '/v2.0/vpc/routes'

export interface RouteTimes {
  /** Median milliseconds of adding the first route of a table. */
  readonly first: number
  /** Of adding the last one that it holds. */
  readonly last: number
}

/** `rounds` additions of each kind; each route is deleted again, so that the next one finds the same table. */
export async function measureRoutes(site: Site, rounds: number): Promise<RouteTimes> {
  const [empty, full] = [await routedVpc(site, 0), await routedVpc(site, FULL - 1)]
  const first: number[] = []
  const last: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    first.push(await timeOne(site, empty))
    last.push(await timeOne(site, full))
  }
  return { first: median(first), last: median(last) }
}

interface Routed {
  readonly vpc: string
  readonly peering: string
}

/** Two VPCs of alice's, peered, the first of which has so many routes. */
async function routedVpc(site: Site, routes: number): Promise<Routed> {
  const vpcs = `/v1/${site.alice.projectId}/vpcs`
  const make = async () => (await ask(site, 200, 'POST', vpcs, { vpc: { cidr: '10.0.0.0/16' } })).vpc.id as string
  const [vpc, other] = [await make(), await make()]
  const sides = { request_vpc_info: { vpc_id: vpc }, accept_vpc_info: { vpc_id: other } }
  const asked = await ask(site, 201, 'POST', '/v2.0/vpc/peerings', { peering: { name: 'of the bench', ...sides } })
  site.created += 1
  const routed = { vpc, peering: asked.peering.id }
  for (let at = 0; at < routes; at += 1) await addRoute(site, routed, `172.${at}.0.0/16`)
  return routed
}

async function timeOne(site: Site, routed: Routed): Promise<number> {
  const start = performance.now()
  const id = await addRoute(site, routed, '192.168.0.0/16')
  const ms = performance.now() - start
  await ask(site, 204, 'DELETE', `${ROUTES}/${id}`)
  return ms
}

async function addRoute(site: Site, { vpc, peering }: Routed, destination: string): Promise<string> {
  const route = { type: 'peering', nexthop: peering, destination, vpc_id: vpc }
  return (await ask(site, 201, 'POST', ROUTES, { route })).route.id
}

async function ask({ program, alice }: Site, expected: number, method: string, path: string, body?: unknown) {
  const answer = await send(program.url, method, path, body, { 'x-auth-token': alice.token })
  if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
