/**
 * A small pure model of what two tenants can do: VPCs, subnets, peerings, routes of default tables. It says what each
 * call must answer, and what there is afterwards. Objects are numbered in the order in which they were asked for, so
 * that a sequence means the same however much of it is left out when it is shrunk.
 */
export const TENANTS = ['alice', 'bob'] as const
export type Tenant = (typeof TENANTS)[number]

export interface ModelVpc {
  readonly owner: Tenant
  readonly cidr: string
}
export interface ModelSubnet {
  readonly vpc: number
  readonly cidr: string
}
export interface ModelPeering {
  readonly from: number
  readonly to: number
  readonly status: 'PENDING_ACCEPTANCE' | 'ACTIVE' | 'REJECTED' | 'EXPIRED'
}
export interface ModelRoute {
  readonly vpc: number
  readonly peering: number
  readonly destination: string
}

export interface Model {
  readonly vpcs: ReadonlyMap<number, ModelVpc>
  readonly subnets: ReadonlyMap<number, ModelSubnet>
  readonly peerings: ReadonlyMap<number, ModelPeering>
  readonly routes: ReadonlyMap<number, ModelRoute>
}

export const EMPTY: Model = { vpcs: new Map(), subnets: new Map(), peerings: new Map(), routes: new Map() }

export type Command =
  | { readonly kind: 'createVpc'; readonly owner: Tenant; readonly third: number }
  | { readonly kind: 'deleteVpc' | 'deleteSubnet' | 'deleteRoute'; readonly at: number }
  | { readonly kind: 'createSubnet'; readonly at: number; readonly third: number; readonly wide: boolean }
  | { readonly kind: 'createPeering'; readonly at: number; readonly other: number }
  | { readonly kind: 'accept' | 'reject' | 'deletePeering'; readonly at: number; readonly who: Tenant }
  | {
      readonly kind: 'createRoute'
      readonly at: number
      readonly other: number
      readonly third: number
      readonly wide: boolean
    }
  | { readonly kind: 'expire' }

/** What a call must answer, and the model after it. `made`: the number of what it makes. */
export interface Step {
  readonly status: number
  readonly model: Model
}

type Status = ModelPeering['status']

/** A third byte and a width as a block of 10.0.0.0/8: all blocks here are /16 or /24, so that nesting is a prefix. */
export function blockOf(second: number, third: number, wide: boolean): string {
  return wide ? `10.${second}.0.0/16` : `10.${second}.${third}.0/24`
}

export function ownerOf(model: Model, vpc: number): Tenant {
  const found = model.vpcs.get(vpc)
  if (found === undefined) throw new Error(`the model has no VPC ${vpc}`)
  return found.owner
}

export function isWithin(inner: string, outer: string): boolean {
  if (inner === outer) return true
  return outer.endsWith('/16') && inner.startsWith(outer.slice(0, outer.indexOf('.0.0/16') + 1))
}

function meet(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}

export function createSubnet(model: Model, key: number, vpc: number, cidr: string): Step {
  const own = model.vpcs.get(vpc)?.cidr ?? ''
  if (!isWithin(cidr, own)) return { status: 400, model }
  if (values(model.subnets).some((each) => each.vpc === vpc && meet(each.cidr, cidr))) return { status: 400, model }
  // A route to a part of it would be cut off from its peering.
  const covers = values(model.routes).some((route) => route.vpc === vpc && isWithin(route.destination, cidr))
  if (covers) return { status: 409, model }
  return { status: 200, model: { ...model, subnets: put(model.subnets, key, { vpc, cidr }) } }
}

export function createPeering(model: Model, key: number, from: number, to: number): Step {
  if (from === to) return { status: 400, model }
  const live = values(model.peerings).some((each) => isLive(each.status) && isPair(each, from, to))
  if (live) return { status: 409, model }
  const status = ownerOf(model, from) === ownerOf(model, to) ? 'ACTIVE' : 'PENDING_ACCEPTANCE'
  return { status: 201, model: { ...model, peerings: put(model.peerings, key, { from, to, status }) } }
}

/** P2, P3: a stranger's 404 comes before a requester's 403, and that before a wrong status's 409. */
export function answer(model: Model, key: number, who: Tenant, status: 'ACTIVE' | 'REJECTED'): Step {
  const peering = model.peerings.get(key)
  if (peering === undefined || !takesPart(model, peering, who)) return { status: 404, model }
  if (ownerOf(model, peering.to) !== who) return { status: 403, model }
  if (peering.status !== 'PENDING_ACCEPTANCE') return { status: 409, model }
  return { status: 200, model: { ...model, peerings: put(model.peerings, key, { ...peering, status }) } }
}

/** With its routes on both sides. */
export function deletePeering(model: Model, key: number, who: Tenant): Step {
  const peering = model.peerings.get(key)
  if (peering === undefined || !takesPart(model, peering, who)) return { status: 404, model }
  return { status: 204, model: without(model, [key]) }
}

export function createRoute(model: Model, key: number, vpc: number, peering: number, destination: string): Step {
  const through = model.peerings.get(peering)
  const owner = ownerOf(model, vpc)
  if (through === undefined || !takesPart(model, through, owner)) return { status: 404, model }
  if (through.from !== vpc && through.to !== vpc) return { status: 400, model }
  if (through.status !== 'ACTIVE') return { status: 409, model }
  const local = values(model.subnets).some((each) => each.vpc === vpc && isWithin(destination, each.cidr))
  if (local) return { status: 400, model }
  const taken = values(model.routes).some((each) => each.vpc === vpc && each.destination === destination)
  if (taken) return { status: 409, model }
  return { status: 201, model: { ...model, routes: put(model.routes, key, { vpc, peering, destination }) } }
}

/** P8: held by an ACTIVE peering, by a request of its own that waits, and by its subnets. */
export function deleteVpc(model: Model, key: number): Step {
  const own = [...model.peerings].filter(([, { from, to }]) => from === key || to === key)
  const held = own.some(
    ([, { status, from }]) => status === 'ACTIVE' || (status === 'PENDING_ACCEPTANCE' && from === key),
  )
  if (held || values(model.subnets).some(({ vpc }) => vpc === key)) return { status: 409, model }
  const after = without(
    model,
    own.map(([peering]) => peering),
  )
  return { status: 204, model: { ...after, vpcs: drop(after.vpcs, key) } }
}

export function expire(model: Model): Model {
  const expired = [...model.peerings].map(([key, peering]): [number, ModelPeering] => [
    key,
    peering.status === 'PENDING_ACCEPTANCE' ? { ...peering, status: 'EXPIRED' } : peering,
  ])
  return { ...model, peerings: new Map(expired) }
}

/** P4, by a recount: waiting ones count for who asks, ACTIVE ones for both, once inside one project. */
export function peeringsCounted(model: Model, tenant: Tenant): number {
  return values(model.peerings).filter(
    ({ from, to, status }) =>
      (isLive(status) && ownerOf(model, from) === tenant) || (status === 'ACTIVE' && ownerOf(model, to) === tenant),
  ).length
}

export function takesPart(model: Model, { from, to }: ModelPeering, who: Tenant): boolean {
  return ownerOf(model, from) === who || ownerOf(model, to) === who
}

function isLive(status: Status): boolean {
  return status === 'PENDING_ACCEPTANCE' || status === 'ACTIVE'
}

function isPair(peering: ModelPeering, a: number, b: number): boolean {
  return (peering.from === a && peering.to === b) || (peering.from === b && peering.to === a)
}

function without(model: Model, peerings: readonly number[]): Model {
  return {
    ...model,
    peerings: new Map([...model.peerings].filter(([key]) => !peerings.includes(key))),
    routes: new Map([...model.routes].filter(([, { peering }]) => !peerings.includes(peering))),
  }
}

export function values<T>(map: ReadonlyMap<number, T>): readonly T[] {
  return [...map.values()]
}

export function put<T>(map: ReadonlyMap<number, T>, key: number, value: T): ReadonlyMap<number, T> {
  return new Map([...map, [key, value]])
}

export function drop<T>(map: ReadonlyMap<number, T>, key: number): ReadonlyMap<number, T> {
  return new Map([...map].filter(([each]) => each !== key))
}
