/** Routes, route tables and what they need, as tests make them over HTTP. */
import assert from 'node:assert/strict'
import { dump } from './dump.ts'
import { PEERINGS, requestPeering } from './peerings.ts'
import type { Answer, Person, TestService } from './service.ts'

export const ROUTES = '/v2.0/vpc/routes'

export function tablesOf(who: Person): string {
  return `/v1/${who.projectId}/routetables`
}

let made = 0

/** A VPC of each, and their ACTIVE peering. The blocks are 10.0.0.0/16. */
export async function peeredVpcs(service: TestService, one: Person, other: Person) {
  made += 1
  const [a, b] = [await service.makeVpc(one, `route-a-${made}`), await service.makeVpc(other, `route-b-${made}`)]
  const { id, status } = await requestPeering(service, one, a, other, b)
  if (status !== 'ACTIVE') {
    assert.equal((await service.ask(other, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
  }
  return { a, b, peering: id as string }
}

/** A route as it is sent to the v2.0 view, without the envelope. */
export function routeBody(vpc: string, peering: string, destination: string, type = 'peering') {
  return { type, nexthop: peering, destination, vpc_id: vpc }
}

/** A route as it is sent to a table. */
export function entry(peering: string, destination: string, description = '') {
  return { type: 'peering', destination, nexthop: peering, description }
}

/** Asks for a route of the default table. */
export function addRoute(service: TestService, who: Person, vpc: string, peering: string, destination: string) {
  return service.ask(who, 'POST', ROUTES, { route: routeBody(vpc, peering, destination) })
}

export async function makeRoute(service: TestService, who: Person, vpc: string, peering: string, destination: string) {
  const answer = await addRoute(service, who, vpc, peering, destination)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body.route
}

export async function makeTable(service: TestService, who: Person, vpc: string, more: object = {}) {
  const answer = await service.ask(who, 'POST', tablesOf(who), { routetable: { vpc_id: vpc, ...more } })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.routetable
}

export async function makeSubnet(service: TestService, who: Person, vpc: string, cidr: string, more: object = {}) {
  const gateway_ip = cidr.replace(/\d+\/\d+$/, '1')
  const subnet = { name: `subnet-${++made}`, cidr, vpc_id: vpc, gateway_ip, ...more }
  const answer = await service.ask(who, 'POST', `/v1/${who.projectId}/subnets`, { subnet })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.subnet.id as string
}

/** The default table as it is shown. */
export async function defaultTable(service: TestService, who: Person, vpc: string) {
  const tables = await tablesIn(service, who, `vpc_id=${vpc}`)
  const [table] = tables.filter((each) => each.default)
  assert.ok(table)
  return table
}

export interface TableJson {
  readonly id: string
  readonly name: string
  readonly default: boolean
  readonly description: string
  readonly updated_at: string
  readonly routes: readonly { type: string; destination: string; nexthop: string; description: string }[]
  readonly subnets: readonly { id: string }[]
}

export async function tablesIn(service: TestService, who: Person, query = ''): Promise<readonly TableJson[]> {
  const { status, body } = await service.ask(who, 'GET', `${tablesOf(who)}?${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.routetables
}

export async function showTable(service: TestService, who: Person, id: string): Promise<TableJson> {
  const { status, body } = await service.ask(who, 'GET', `${tablesOf(who)}/${id}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.routetable
}

/** Destinations of the routes that somebody made, in their order. */
export function madeIn({ routes }: Pick<TableJson, 'routes'>): readonly string[] {
  return routes.filter(({ type }) => type !== 'local').map(({ destination }) => destination)
}

export function localIn({ routes }: Pick<TableJson, 'routes'>): readonly string[] {
  return routes.filter(({ type }) => type === 'local').map(({ destination }) => destination)
}

/** Destinations that the v2.0 view lists. */
export async function listedRoutes(service: TestService, who: Person, query: string): Promise<readonly string[]> {
  const { status, body } = await service.ask(who, 'GET', `${ROUTES}?${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.routes.map(({ destination }: { destination: string }) => destination)
}

/** Fails unless it is a refusal in v1's form, of this status and code. */
export function assertTableRefused({ status, body }: Answer, expected: number, code: string, message?: RegExp): void {
  assert.deepEqual({ status, code: body?.code }, { status: expected, code }, JSON.stringify(body))
  assert.deepEqual([body.error_code, body.error_msg], [body.code, body.message])
  if (message !== undefined) assert.match(body.message, message)
}

/** Refused as above, and nothing in the database is different. */
export async function assertNothingDone(
  service: TestService,
  call: () => Promise<Answer>,
  ...refusal: [status: number, code: string, message?: RegExp]
): Promise<void> {
  const stored = dump(service.folder)
  assertTableRefused(await call(), ...refusal)
  assert.deepEqual(dump(service.folder), stored)
}
