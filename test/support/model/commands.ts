/** What sequences are made of. Numbers choose among what is there when their turn comes, whatever that is. */
import fc from 'fast-check'
import { TENANTS, type Tenant } from './model.ts'

interface At {
  readonly at: number
}
/** A block of `blockOf`. */
export interface Block {
  readonly nth: number
  readonly wide: boolean
}
/** A route of a table: by a peering of its VPC most often, to a route's destination that is there, or to any block. */
export interface EntryChoice extends Block {
  readonly other: number
  /** Undefined: to the block. */
  readonly known: number | undefined
  readonly described: string | undefined
}

/** One command for each of the kinds. */
type Each<Kind extends string, More> = Kind extends string ? { readonly kind: Kind } & More : never

export type VpcCommand =
  | Each<'createVpc', { readonly owner: Tenant; readonly nth: number }>
  | Each<'deleteVpc' | 'deleteSubnet', At>
  | Each<'setPrimary' | 'addBlock' | 'removeBlock' | 'createSubnet', At & Block>

export type PeeringCommand =
  | Each<'createPeering', At & { readonly other: number }>
  | Each<'accept' | 'reject' | 'deletePeering', At & { readonly who: Tenant }>

export type RouteCommand =
  | Each<'createRoute', At & Block & { readonly other: number }>
  | Each<'deleteRoute', At>
  | Each<'createTable', At & { readonly entries: readonly EntryChoice[] }>
  | Each<
      'changeTable',
      MaybeByStranger & { readonly name: string | undefined } & Record<'del' | 'mod' | 'add', readonly EntryChoice[]>
    >
  | Each<'moveSubnets', MaybeByStranger & Record<'disassociate' | 'associate', readonly number[]>>
  | Each<'deleteTable', MaybeByStranger>

export type Command = VpcCommand | PeeringCommand | RouteCommand | { readonly kind: 'expire' }

interface MaybeByStranger extends At {
  readonly byStranger: boolean
}

const at = fc.nat(11)
const nth = fc.oneof({ weight: 3, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: fc.integer({ min: 8, max: 15 }) })
const wide = fc.boolean()
const who = fc.constantFrom<Tenant>(...TENANTS)
const byStranger = fc.nat(9).map((dice) => dice === 9)
const subnets = fc.array(at, { maxLength: 2 })

const entryTo = (known: fc.Arbitrary<number | undefined>): fc.Arbitrary<EntryChoice> =>
  fc.record({ ...{ other: at, nth, wide, known }, described: fc.constantFrom(undefined, 'one', 'two', '') })
/** Nearly always to where a route leads already, and nearly always to anywhere. */
const old = entryTo(fc.option(at, { nil: undefined, freq: 9 }))
const fresh = entryTo(fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: at }))

const tables: readonly fc.WeightedArbitrary<Command>[] = [
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('createTable' as const), at, entries: fc.array(fresh, { maxLength: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant('changeTable' as const), at, byStranger },
      name: fc.constantFrom(undefined, 'renamed', ''),
      del: fc.array(old, { maxLength: 1 }),
      mod: fc.array(old, { maxLength: 1 }),
      add: fc.array(fresh, { maxLength: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant('moveSubnets' as const), at, byStranger, associate: subnets, disassociate: subnets },
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteTable' as const), at, byStranger }) },
]

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('createVpc' as const), owner: who, nth: fc.nat(7) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createPeering' as const), at, other: at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createSubnet' as const), at, nth, wide }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('setPrimary' as const, 'addBlock', 'removeBlock'), at, nth, wide }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('createRoute' as const), at, other: at, nth, wide }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('accept' as const, 'accept', 'reject'), at, who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deletePeering' as const), at, who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('deleteVpc' as const, 'deleteSubnet', 'deleteRoute', 'deleteRoute'),
      at,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  ...tables,
)

/**
 * Where most sequences begin, since it would take most of their calls: a VPC that is peered with the other tenant's and
 * with a second one of the same block, tables with and without a subnet and routes, and a VPC that is free.
 */
export const OPENING: readonly Command[] = [
  { kind: 'createVpc', owner: 'alice', nth: 0 },
  { kind: 'createVpc', owner: 'bob', nth: 1 },
  { kind: 'createVpc', owner: 'alice', nth: 0 },
  { kind: 'createVpc', owner: 'bob', nth: 2 },
  { kind: 'addBlock', at: 1, nth: 0, wide: true },
  { kind: 'createPeering', at: 0, other: 0 },
  { kind: 'accept', at: 0, who: 'bob' },
  { kind: 'createPeering', at: 0, other: 1 },
  { kind: 'createSubnet', at: 0, nth: 0, wide: false },
  { kind: 'createSubnet', at: 1, nth: 0, wide: false },
  { kind: 'createTable', at: 0, entries: [{ other: 0, nth: 0, wide: true, known: undefined, described: 'first' }] },
  { kind: 'createTable', at: 11, entries: [] },
  { kind: 'createRoute', at: 0, other: 0, nth: 1, wide: true },
  { kind: 'createRoute', at: 1, other: 1, nth: 0, wide: true },
]
