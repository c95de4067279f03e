/** Automatic routes as tests ask for them and look at them, over HTTP. */
import assert from 'node:assert/strict'
import { PEERINGS, requestPeering } from './peerings.ts'
import { ROUTES } from './routes.ts'
import type { Asks, Person, TestService } from './service.ts'

export interface RouteJson {
  readonly id: string
  readonly destination: string
  readonly nexthop: string
  readonly vpc_id: string
}

export function viewOf(id: string): string {
  return `/causeway/v1/peerings/${id}`
}

export function setAuto(service: Asks, who: Person, id: string, isOn = true) {
  return service.ask(who, 'PUT', viewOf(id), { auto_routes: isOn })
}

export async function turn(service: Asks, who: Person, id: string, isOn = true): Promise<void> {
  const { status, body } = await setAuto(service, who, id, isOn)
  assert.equal(status, 200, JSON.stringify(body))
}

/** A request of `one`'s VPC `a` to `other`'s VPC `b`, accepted unless `waits`. */
export async function peer(service: TestService, one: Person, a: string, other: Person, b: string, waits = false) {
  const { id, status } = await requestPeering(service, one, a, other, b)
  if (status !== 'ACTIVE' && !waits) await accept(service, other, id)
  return id as string
}

export async function accept(service: Asks, who: Person, id: string): Promise<void> {
  const { status, body } = await service.ask(who, 'PUT', `${PEERINGS}/${id}/accept`)
  assert.equal(status, 200, JSON.stringify(body))
}

/** The routes of a VPC's default table, by destination. */
export async function routesIn(service: TestService, who: Person, vpc: string): Promise<Map<string, RouteJson>> {
  const { status, body } = await service.ask(who, 'GET', `${ROUTES}?vpc_id=${vpc}`)
  assert.equal(status, 200, JSON.stringify(body))
  return new Map(body.routes.map((route: RouteJson) => [route.destination, route]))
}

export async function destinationsIn(service: TestService, who: Person, vpc: string): Promise<readonly string[]> {
  return [...(await routesIn(service, who, vpc)).keys()].toSorted()
}

/** A side of the report: what it asks for, its routes with whether they are automatic, and what is left out. */
export async function sideOf(service: TestService, who: Person, id: string, side: 'requester' | 'accepter') {
  const { status, body } = await service.ask(who, 'GET', `${viewOf(id)}/routes`)
  assert.equal(status, 200, JSON.stringify(body))
  const { auto_routes, routes, left_out } = body.peering_routes[side]
  return {
    asks: auto_routes,
    routes: routes?.map((route: { destination: string; automatic: boolean }) => [route.destination, route.automatic]),
    leftOut: left_out?.map((each: { destination: string; reason: string }) => [each.destination, each.reason]),
  }
}

export function setPrimary(service: TestService, who: Person, vpc: string, cidr: string) {
  return service.ask(who, 'PUT', `/v1/${who.projectId}/vpcs/${vpc}`, { vpc: { cidr } })
}

export function changeSecondary(
  service: TestService,
  who: Person,
  vpc: string,
  verb: 'add' | 'remove',
  ...blocks: readonly string[]
) {
  const path = `/v3/${who.projectId}/vpc/vpcs/${vpc}/${verb}-extend-cidr`
  return service.ask(who, 'PUT', path, { vpc: { extend_cidrs: blocks } })
}

export function deleteSubnet(service: TestService, who: Person, vpc: string, id: string) {
  return service.ask(who, 'DELETE', `/v1/${who.projectId}/vpcs/${vpc}/subnets/${id}`)
}

export async function setRouteLimit(service: TestService, who: Person, limit: number | null): Promise<void> {
  const body = { quotas: { routetableContainRoutes: limit } }
  const path = `/causeway/v1/projects/${who.projectId}/quotas`
  assert.equal((await service.ask(service.admin, 'PUT', path, body)).status, 200)
}
