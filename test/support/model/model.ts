/**
 * A small pure model of what two tenants can do: VPCs and their blocks, subnets, peerings, route tables and routes. It
 * says what each call must answer, and what there is afterwards; a file per noun. Objects are numbered in the order in
 * which they were asked for, so that a sequence means the same however much of it is left out when it is shrunk.
 */
export const TENANTS = ['alice', 'bob'] as const
export type Tenant = (typeof TENANTS)[number]

export interface ModelVpc {
  readonly owner: Tenant
  readonly cidr: string
  /** Secondary blocks, in the order in which they were added. */
  readonly extended: readonly string[]
}
export interface ModelSubnet {
  readonly vpc: number
  readonly cidr: string
  /** What it is routed by. */
  readonly table: number
}
export interface ModelPeering {
  readonly from: number
  readonly to: number
  readonly status: 'PENDING_ACCEPTANCE' | 'ACTIVE' | 'REJECTED' | 'EXPIRED'
}
/** The default table of a VPC has the number of its VPC. */
export interface ModelTable {
  readonly vpc: number
  /** Undefined: as it was made, after its VPC. */
  readonly name: string | undefined
}
export interface ModelRoute {
  readonly vpc: number
  readonly table: number
  readonly peering: number
  readonly destination: string
  readonly description: string
}

export interface Model {
  readonly vpcs: ReadonlyMap<number, ModelVpc>
  readonly subnets: ReadonlyMap<number, ModelSubnet>
  readonly peerings: ReadonlyMap<number, ModelPeering>
  readonly tables: ReadonlyMap<number, ModelTable>
  /** In the order of their making. */
  readonly routes: ReadonlyMap<number, ModelRoute>
}

export const EMPTY: Model = {
  ...{ vpcs: new Map(), subnets: new Map(), peerings: new Map(), tables: new Map(), routes: new Map() },
}

/** What a call must answer, and the model after it. */
export interface Step {
  readonly status: number
  readonly model: Model
  /** Of a refusal: its text must name one of these. */
  readonly names?: readonly number[]
}

/**
 * All blocks here are /16 or /24, so that nesting is a prefix: of 10.0.0.0/8 for the first eight numbers, which a
 * primary block may be of, and of 23.0.0.0/8 for the next eight, which a secondary one may.
 */
export function blockOf(nth: number, wide: boolean): string {
  const start = `${nth < 8 ? 10 : 23}.${1 + (nth % 2)}`
  return wide ? `${start}.0.0/16` : `${start}.${(nth % 8) >> 1}.0/24`
}

export function isWithin(inner: string, outer: string): boolean {
  if (inner === outer) return true
  return outer.endsWith('/16') && inner.startsWith(outer.slice(0, outer.indexOf('.0.0/16') + 1))
}

export function meet(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}

export function ownerOf(model: Model, vpc: number): Tenant {
  return existing(model.vpcs, vpc).owner
}

export function otherThan(tenant: Tenant): Tenant {
  return tenant === 'alice' ? 'bob' : 'alice'
}

export function existing<T>(map: ReadonlyMap<number, T>, key: number): T {
  const found = map.get(key)
  if (found === undefined) throw new Error(`the model has no ${key}`)
  return found
}

export function values<T>(map: ReadonlyMap<number, T>): readonly T[] {
  return [...map.values()]
}

/** What is there already keeps its place. */
export function put<T>(map: ReadonlyMap<number, T>, key: number, value: T): ReadonlyMap<number, T> {
  return new Map([...map, [key, value]])
}

export function drop<T>(map: ReadonlyMap<number, T>, key: number): ReadonlyMap<number, T> {
  return keep(map, (_, each) => each !== key)
}

export function keep<T>(
  map: ReadonlyMap<number, T>,
  stays: (value: T, key: number) => boolean,
): ReadonlyMap<number, T> {
  return new Map([...map].filter(([key, value]) => stays(value, key)))
}

/** The key that an index chooses. */
export function pick(map: ReadonlyMap<number, unknown>, index: number): number | undefined {
  const keys = [...map.keys()]
  return keys[index % Math.max(1, keys.length)]
}
