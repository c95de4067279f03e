/** The model's route tables and routes (model.ts): v1 changes any table, v2.0 the default ones, and both are one. */
import {
  drop,
  existing,
  isWithin,
  keep,
  type Model,
  type ModelRoute,
  ownerOf,
  put,
  type Step,
  values,
} from './model.ts'
import { isEnd, takesPart } from './peerings.ts'
import { subnetsOf } from './vpcs.ts'

/** Small, so that sequences come to them: the service must be told the same. */
export const TABLES_PER_VPC = 3
export const ROUTES_PER_TABLE = 2

/** What every table has beside the subnets, from the published API. */
const SYSTEM = ['198.19.128.0/20', '127.0.0.0/8', '100.64.0.0/10']

export interface Entry {
  readonly destination: string
  readonly peering: number
  /** Undefined: none, and of a route that is there the one it has. */
  readonly description: string | undefined
}

export interface TableChange {
  readonly name: string | undefined
  readonly del: readonly string[]
  readonly mod: readonly Entry[]
  readonly add: readonly Entry[]
}

/** The routes get the numbers after the table's. */
export function createTable(model: Model, key: number, vpc: number, name: string, add: readonly Entry[]): Step {
  if (values(model.tables).filter((table) => table.vpc === vpc).length >= TABLES_PER_VPC) return { status: 409, model }
  const made = { ...model, tables: put(model.tables, key, { vpc, name }) }
  const step = changeTable(made, key + 1, key, { name: undefined, del: [], mod: [], add })
  return step.status === 200 ? step : { status: step.status, model }
}

/** The name and the routes, all or nothing. The routes that are added get the numbers from `key` on. */
export function changeTable(model: Model, key: number, id: number, { name, del, mod, add }: TableChange): Step {
  const table = existing(model.tables, id)
  const refused = (status: number): Step => ({ status, model })
  if ([...mod, ...add].some(({ peering }) => nextHop(model, table.vpc, peering) !== 'good')) return refused(400)
  let routes = model.routes
  for (const destination of del) {
    const there = routeTo(routes, id, destination)
    if (there === undefined) return refused(400)
    routes = drop(routes, there[0])
  }
  for (const { destination, peering, description } of mod) {
    const there = routeTo(routes, id, destination)
    if (there === undefined) return refused(400)
    routes = put(routes, there[0], { ...there[1], peering, description: description ?? there[1].description })
  }
  for (const [nth, { destination, peering, description = '' }] of add.entries()) {
    if (isLocal(model, table.vpc, destination) || routeTo(routes, id, destination) !== undefined) return refused(400)
    routes = put(routes, key + nth, { vpc: table.vpc, table: id, peering, destination, description })
  }
  if (add.length > 0 && routesOf({ ...model, routes }, id).length > ROUTES_PER_TABLE) return refused(409)
  const tables = put(model.tables, id, { ...table, name: name ?? table.name })
  return { status: 200, model: { ...model, tables, routes } }
}

/** Those that leave go first, to the default table; all or none. */
export function moveSubnets(
  model: Model,
  id: number,
  disassociate: readonly number[],
  associate: readonly number[],
): Step {
  const { vpc } = existing(model.tables, id)
  let { subnets } = model
  for (const key of disassociate) {
    const subnet = existing(subnets, key)
    if (subnet.vpc !== vpc || subnet.table !== id || id === vpc) return { status: 400, model }
    subnets = put(subnets, key, { ...subnet, table: vpc })
  }
  for (const key of associate) {
    const subnet = existing(subnets, key)
    if (subnet.vpc !== vpc) return { status: 400, model }
    subnets = put(subnets, key, { ...subnet, table: id })
  }
  return { status: 200, model: { ...model, subnets } }
}

/** One that somebody made and that routes no subnet, with its routes. */
export function deleteTable(model: Model, id: number): Step {
  const { vpc } = existing(model.tables, id)
  const used = [...model.subnets].filter(([, { table }]) => table === id)
  if (id === vpc) return { status: 409, model }
  if (used.length > 0) return { status: 409, model, names: used.map(([subnet]) => subnet) }
  const routes = keep(model.routes, ({ table }) => table !== id)
  return { status: 204, model: { ...model, tables: drop(model.tables, id), routes } }
}

/** By v2.0: in the default table. */
export function createRoute(model: Model, key: number, vpc: number, peering: number, destination: string): Step {
  const hop = nextHop(model, vpc, peering)
  if (hop !== 'good') return { status: { unknown: 404, elsewhere: 400, 'not active': 409 }[hop], model }
  if (isLocal(model, vpc, destination)) return { status: 400, model }
  if (routeTo(model.routes, vpc, destination) !== undefined) return { status: 409, model }
  if (routesOf(model, vpc).length >= ROUTES_PER_TABLE) return { status: 409, model }
  const route = { vpc, table: vpc, peering, destination, description: '' }
  return { status: 201, model: { ...model, routes: put(model.routes, key, route) } }
}

/** By v2.0, which knows the routes of default tables alone. */
export function deleteRoute(model: Model, key: number): Step {
  const { table, vpc } = existing(model.routes, key)
  if (table !== vpc) return { status: 404, model }
  return { status: 204, model: { ...model, routes: drop(model.routes, key) } }
}

export function routesOf(model: Model, table: number): readonly ModelRoute[] {
  return values(keep(model.routes, (route) => route.table === table))
}

/** The local routes of each table of a VPC; `subnets` in the order in which the service has them. */
export function localsOf(subnets: readonly { readonly cidr: string }[]): readonly string[] {
  return [...subnets.map(({ cidr }) => cidr), ...SYSTEM]
}

function isLocal(model: Model, vpc: number, destination: string): boolean {
  return subnetsOf(model, vpc).some(({ cidr }) => isWithin(destination, cidr))
}

function routeTo(routes: Model['routes'], table: number, destination: string) {
  return [...routes].find(([, route]) => route.table === table && route.destination === destination)
}

/** In the order in which the service looks: is it seen, is the VPC an end of it, is it ACTIVE? */
function nextHop(model: Model, vpc: number, key: number): 'good' | 'unknown' | 'elsewhere' | 'not active' {
  const peering = model.peerings.get(key)
  if (peering === undefined || !takesPart(model, peering, ownerOf(model, vpc))) return 'unknown'
  if (!isEnd(peering, vpc)) return 'elsewhere'
  return peering.status === 'ACTIVE' ? 'good' : 'not active'
}
