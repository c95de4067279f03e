/** Random networks of two tenants, as plain data, and how each is made and taken away over HTTP. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PEERINGS, requestPeering } from '../peerings.ts'
import { portCalls } from '../ports.ts'
import { addRoute, entry, makeTable, tablesOf } from '../routes.ts'
import type { Person, TestService } from '../service.ts'
import { attach, attachment, makeSubnetOf, type Place } from './site.ts'
import type { Workload } from './workloads.ts'

/** At most so many VPCs, of so many subnets each, with a port in each. */
const VPCS = 3
const SUBNETS = 2
export const MOST_PORTS = VPCS * SUBNETS
/** Of all VPCs: their blocks always overlap, and their subnets often do. */
const CIDR = '10.0.0.0/16'
const BLOCKS = 5
/** After which what is to be EXPIRED is; see `build`. */
export const TTL_MS = 60_000

export interface Topology {
  readonly vpcs: readonly {
    readonly owner: 'alice' | 'bob'
    readonly subnets: readonly {
      /** 10.0.BLOCK.0/24 */
      readonly block: number
      readonly v6: boolean
      readonly table: 'default' | 'custom'
      readonly port: 'attached' | 'detached' | 'down'
    }[]
  }[]
  readonly peerings: readonly {
    /** The requester first. */
    readonly between: readonly [number, number]
    /** Which sides have routes to all subnets of the other. */
    readonly routed: (typeof ROUTED)[number]
    readonly state: 'PENDING_ACCEPTANCE' | 'REJECTED' | 'EXPIRED' | 'DELETED' | 'ACTIVE'
  }[]
  /** And more of them, some of them odd. */
  readonly routes: readonly {
    readonly peering: number
    readonly of: 'requester' | 'accepter'
    readonly table: 'default' | 'custom'
    /** A subnet of the far side, or of any VPC: of itself it would be local, of a third it would be transit. */
    readonly to: { readonly vpc: 'far' | number; readonly subnet: number }
    readonly destination: (typeof DESTINATIONS)[number]
  }[]
  /** What happens when all of it is there: a peering is deleted, and the subnets of a VPC move to the other table. */
  readonly change: { readonly peering: number; readonly vpc: number }
}

const TABLES = ['default', 'custom'] as const
const ROUTED = ['both', 'requester', 'accepter', 'none'] as const

/** Blocks of a subnet, and of its VPC; ports have the lowest addresses. */
const DESTINATIONS = ['v4', 'v6', 'lower half', 'upper half', 'port', 'vpc'] as const

const PAIRS: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 0],
  [1, 2],
  [2, 1],
]

const often = <T>(value: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3 * others.length, arbitrary: fc.constant(value) }, ...others.map((each) => fc.constant(each)))
const index = (below: number) => fc.nat({ max: below - 1 })

export const anyTopology: fc.Arbitrary<Topology> = fc.record({
  vpcs: fc.array(
    fc.record({
      owner: fc.constantFrom('alice' as const, 'bob' as const),
      subnets: fc.uniqueArray(
        fc.record({
          block: index(BLOCKS),
          v6: often(true, false),
          table: often<'default' | 'custom'>('default', 'custom'),
          port: often<'attached' | 'detached' | 'down'>('attached', 'detached', 'down'),
        }),
        { minLength: 1, maxLength: SUBNETS, selector: ({ block }) => block },
      ),
    }),
    { minLength: 2, maxLength: VPCS, size: 'max' },
  ),
  peerings: fc.uniqueArray(
    fc.record({
      between: fc.constantFrom(...PAIRS),
      state: often<Topology['peerings'][number]['state']>(
        ...(['ACTIVE', 'PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED', 'DELETED'] as const),
      ),
      routed: fc.constantFrom('both', 'both', ...ROUTED),
    }),
    { minLength: 2, maxLength: VPCS, size: 'max', selector: ({ between }) => [...between].sort().join() },
  ),
  routes: fc.array(
    fc.record({
      peering: index(VPCS),
      of: fc.constantFrom('requester' as const, 'accepter' as const),
      table: often<'default' | 'custom'>('default', 'custom'),
      to: fc.record({ vpc: often<'far' | number>('far', 0, 1, 2), subnet: index(SUBNETS) }),
      destination: fc.constantFrom(...DESTINATIONS),
    }),
    { maxLength: 10, size: 'max' },
  ),
  change: fc.record({ peering: index(VPCS), vpc: index(VPCS) }),
})

export interface Built {
  /** Of every port, attached or not. */
  readonly places: readonly (Place & { readonly name: string })[]
  change(): Promise<void>
  remove(): Promise<void>
}

interface BuiltVpc {
  readonly id: string
  readonly who: Person
  readonly custom: string
  readonly places: readonly Place[]
}

let made = 0

/** Makes as much of it as the API allows: what it refuses is not there. */
export async function build(
  service: TestService,
  workloads: readonly Workload[],
  { vpcs, peerings, routes, change }: Topology,
): Promise<Built> {
  const free = [...workloads]
  const built: BuiltVpc[] = []
  for (const { owner, subnets } of vpcs) {
    const who = service[owner]
    const id = await service.makeVpc(who, `${owner}-${++made}`, CIDR)
    const custom: string = (await makeTable(service, who, id)).id
    const places: Place[] = []
    for (const subnet of subnets) {
      places.push(await buildPlace(service, who, id, custom, subnet, free.pop() ?? assert.fail('too few workloads')))
    }
    built.push({ id, who, custom, places })
  }
  const ids = await buildPeerings(service, built, peerings)
  for (const [
    at,
    {
      between: [from, to],
      routed,
    },
  ] of peerings.entries()) {
    for (const [near, far, side] of [
      [from, to, 'requester'],
      [to, from, 'accepter'],
    ] as const) {
      if (routed !== 'both' && routed !== side) continue
      for (const { blocks } of built[far]?.places ?? []) {
        for (const table of TABLES)
          for (const block of [blocks.v4, blocks.v6]) await buildRoute(service, built[near], ids[at], table, block)
      }
    }
  }
  for (const {
    peering,
    of,
    table,
    to: { vpc, subnet },
    destination,
  } of routes) {
    const [from, to] = peerings[peering]?.between ?? [-1, -1]
    const [near, far] = of === 'requester' ? [from, to] : [to, from]
    const place = built[vpc === 'far' ? far : vpc]?.places[subnet]
    if (place !== undefined)
      await buildRoute(service, built[near], ids[peering], table, destinationOf(place, destination))
  }
  const named = built.flatMap(({ who, places }, vpc) =>
    places.map((place, subnet) => ({ ...place, name: `${who.name}'s VPC ${vpc}, subnet ${subnet}` })),
  )
  return {
    places: named,
    async change() {
      const id = ids[change.peering]
      if (id !== undefined) await gone(service, service.admin, `${PEERINGS}/${id}`)
      ids[change.peering] = undefined
      await moveSubnets(service, built[change.vpc], vpcs[change.vpc])
    },
    remove: () => remove(service, built, ids),
  }
}

async function buildPlace(
  service: TestService,
  who: Person,
  vpc: string,
  custom: string,
  { block, v6, table, port }: Topology['vpcs'][number]['subnets'][number],
  workload: Workload,
): Promise<Place> {
  const { id, blocks } = await makeSubnetOf(service, who, vpc, `10.0.${block}.0/24`, v6)
  if (table === 'custom') {
    const action = { routetable: { subnets: { associate: [id] } } }
    assert.equal((await service.ask(who, 'POST', `${tablesOf(who)}/${custom}/action`, action)).status, 200)
  }
  const { body } = await portCalls(service, who).create(id, { admin_state_up: port !== 'down' })
  const [v4, address6 = ''] = body.port.fixed_ips.map(({ ip_address }: { ip_address: string }) => ip_address)
  // One that is down carries nothing, and is attached to nothing.
  if (port === 'attached') await attach(service, body.port.id, workload)
  return { who, vpc, subnet: id, blocks, port: body.port.id, addresses: { v4, v6: address6 }, workload }
}

/** Those that are to expire are asked for first, and the time that makes them is over before the others are. */
async function buildPeerings(
  service: TestService,
  vpcs: readonly BuiltVpc[],
  peerings: Topology['peerings'],
): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = peerings.map(() => undefined)
  const ask = async ({ between: [from, to], state }: Topology['peerings'][number], at: number) => {
    const [near, far] = [vpcs[from], vpcs[to]]
    if (near === undefined || far === undefined || near === far) return
    const { id, status } = await requestPeering(service, near.who, near.id, far.who, far.id)
    const verb = status === 'ACTIVE' || state === 'EXPIRED' ? undefined : VERBS[state]
    if (verb !== undefined) {
      assert.equal((await service.ask(far.who, 'PUT', `${PEERINGS}/${id}/${verb}`)).status, 200)
    }
    if (state === 'DELETED') assert.equal((await service.ask(near.who, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    else ids[at] = id
  }
  for (const [at, peering] of peerings.entries()) if (peering.state === 'EXPIRED') await ask(peering, at)
  service.clock.advance(TTL_MS)
  for (const [at, peering] of peerings.entries()) if (peering.state !== 'EXPIRED') await ask(peering, at)
  return ids
}

const VERBS = { PENDING_ACCEPTANCE: undefined, REJECTED: 'reject', DELETED: 'accept', ACTIVE: 'accept' } as const

async function buildRoute(
  service: TestService,
  vpc: BuiltVpc | undefined,
  peering: string | undefined,
  table: (typeof TABLES)[number],
  destination: string,
): Promise<void> {
  if (vpc === undefined || peering === undefined || destination === '') return
  const { who, id, custom } = vpc
  const { status, body } =
    table === 'default'
      ? await addRoute(service, who, id, peering, destination)
      : await service.ask(who, 'PUT', `${tablesOf(who)}/${custom}`, {
          routetable: { routes: { add: [entry(peering, destination)] } },
        })
  assert.ok(status < 500, JSON.stringify(body))
}

function destinationOf({ blocks, addresses }: Place, kind: (typeof DESTINATIONS)[number]): string {
  const [network] = blocks.v4.split('.0/')
  const spelled: Readonly<Record<typeof kind, string>> = {
    ...{ v4: blocks.v4, v6: blocks.v6, vpc: CIDR, port: `${addresses.v4}/32` },
    ...{ 'lower half': `${network}.0/25`, 'upper half': `${network}.128/25` },
  }
  return spelled[kind]
}

async function moveSubnets(service: TestService, vpc: BuiltVpc | undefined, as: Topology['vpcs'][number] | undefined) {
  for (const [at, { table }] of as?.subnets.entries() ?? []) {
    const { who, custom, places } = vpc ?? assert.fail()
    const verb = table === 'default' ? 'associate' : 'disassociate'
    const action = { routetable: { subnets: { [verb]: [places[at]?.subnet] } } }
    assert.equal((await service.ask(who, 'POST', `${tablesOf(who)}/${custom}/action`, action)).status, 200)
  }
}

async function gone(service: TestService, who: Person, path: string): Promise<void> {
  const { status, body } = await service.ask(who, 'DELETE', path)
  assert.equal(status, 204, `${path}: ${JSON.stringify(body)}`)
}

async function remove(service: TestService, vpcs: readonly BuiltVpc[], peerings: readonly (string | undefined)[]) {
  for (const id of peerings) if (id !== undefined) await gone(service, service.admin, `${PEERINGS}/${id}`)
  for (const { id, who, custom, places } of vpcs) {
    for (const { port, subnet } of places) {
      await service.ask(service.admin, 'DELETE', attachment(port))
      await gone(service, who, `/v1/${who.projectId}/ports/${port}`)
      await gone(service, who, `/v1/${who.projectId}/vpcs/${id}/subnets/${subnet}`)
    }
    await gone(service, who, `${tablesOf(who)}/${custom}`)
    await gone(service, who, `/v1/${who.projectId}/vpcs/${id}`)
  }
}
