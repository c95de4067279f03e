/**
 * Both tenants at once: accept, reject, deletes, routes, a table that somebody made and its changes, another block of a
 * VPC, deletions of the VPCs and the expiry, in any selection and order. However they race, there must be one order of
 * them, one after the other, that the model (test/support/model) answers alike, and that ends in what is there.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { EMPTY, type Model, put, type Step, type Tenant } from '../support/model/model.ts'
import { answer, deletePeering, expire } from '../support/model/peerings.ts'
import {
  changeTable,
  createRoute,
  createTable,
  deleteRoute,
  deleteTable,
  type Entry,
  routesOf,
} from '../support/model/routes.ts'
import { createVpc, deleteVpc, setPrimary } from '../support/model/vpcs.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { entry, madeIn, makeRoute, makeTable, ROUTES, tablesOf } from '../support/routes.ts'
import { startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const RUNS = 80
/** More have too many orders to look through. */
const MOST_RACING = 8
/** The numbers that the model knows them by. */
const [HERS, HIS, PEERING, TABLE, HIS_OLD] = [0, 1, 2, 3, 10]
/** In the block that both VPCs have, and not in the one that hers may change to. */
const [BLOCK, OTHER_BLOCK, DESTINATION] = ['10.1.0.0/16', '10.2.0.0/16', '10.1.3.0/24']
/** Where a route of her table leads, and one of his default table, and where one of hers may lead later. */
const [OLD_DESTINATION, NEW_DESTINATION] = ['10.1.1.0/24', '10.1.2.0/24']

/** What is raced, with the objects of one round. */
interface Round {
  readonly vpcs: Readonly<Record<Tenant, string>>
  readonly peering: string
  /** In her VPC, with a route, and a route of his; undefined in a round without. */
  readonly table: string | undefined
  readonly hisOld: string | undefined
}

interface Race {
  readonly who: Tenant
  readonly call: (round: Round, projectId: string) => readonly [method: string, path: string, body?: object]
  readonly step: (model: Model) => Step
}

const answerBy = (verb: 'accept' | 'reject', status: 'ACTIVE' | 'REJECTED'): Race => ({
  who: 'bob',
  call: ({ peering }) => ['PUT', `${PEERINGS}/${peering}/${verb}`],
  step: (model) => answer(model, PEERING, 'bob', status),
})
const deletionBy = (who: Tenant): Race => ({
  who,
  call: ({ peering }) => ['DELETE', `${PEERINGS}/${peering}`],
  step: (model) => deletePeering(model, PEERING, who),
})
const routeBy = (who: Tenant, vpc: number, key: number): Race => ({
  who,
  call: ({ vpcs, peering }) => {
    const route = { type: 'peering', nexthop: peering, destination: DESTINATION, vpc_id: vpcs[who] }
    return ['POST', ROUTES, { route }]
  },
  step: (model) => (model.vpcs.has(vpc) ? createRoute(model, key, vpc, PEERING, DESTINATION) : { status: 404, model }),
})
const endOf = (who: Tenant, vpc: number): Race => ({
  who,
  call: ({ vpcs }, projectId) => ['DELETE', `/v1/${projectId}/vpcs/${vpcs[who]}`],
  step: (model) => (model.vpcs.has(vpc) ? deleteVpc(model, vpc) : { status: 404, model }),
})
const otherBlock: Race = {
  who: 'alice',
  call: ({ vpcs }, projectId) => ['PUT', `/v1/${projectId}/vpcs/${vpcs.alice}`, { vpc: { cidr: OTHER_BLOCK } }],
  step: (model) => (model.vpcs.has(HERS) ? setPrimary(model, HERS, OTHER_BLOCK) : { status: 404, model }),
}
const pathOf = (projectId: string, { table }: Round) => `/v1/${projectId}/routetables/${table}`
const changeOfTable = (key: number, del: readonly string[], mod: readonly string[], add: readonly string[]): Race => ({
  who: 'alice',
  call: (round, projectId) => {
    const entries = (list: readonly string[]) => list.map((each) => entry(round.peering, each, 'changed'))
    const routes = { del: del.map((destination) => ({ destination })), mod: entries(mod), add: entries(add) }
    return ['PUT', pathOf(projectId, round), { routetable: { routes } }]
  },
  step: (model) => {
    const entries = (list: readonly string[]) =>
      list.map((destination): Entry => ({ destination, peering: PEERING, description: 'changed' }))
    if (!model.tables.has(TABLE)) return { status: 404, model }
    return changeTable(model, key, TABLE, { name: undefined, del, mod: entries(mod), add: entries(add) })
  },
})
const endOfTable: Race = {
  who: 'alice',
  call: (round, projectId) => ['DELETE', pathOf(projectId, round)],
  step: (model) => (model.tables.has(TABLE) ? deleteTable(model, TABLE) : { status: 404, model }),
}
const endOfHisOld: Race = {
  who: 'bob',
  call: ({ hisOld }) => ['DELETE', `${ROUTES}/${hisOld}`],
  step: (model) => (model.routes.has(HIS_OLD) ? deleteRoute(model, HIS_OLD) : { status: 404, model }),
}

const RACES = {
  accept: answerBy('accept', 'ACTIVE'),
  reject: answerBy('reject', 'REJECTED'),
  sheDeletes: deletionBy('alice'),
  heDeletes: deletionBy('bob'),
  herRoute: routeBy('alice', HERS, 5),
  hisRoute: routeBy('bob', HIS, 6),
  herBlock: otherBlock,
  herVpc: endOf('alice', HERS),
  hisVpc: endOf('bob', HIS),
} as const satisfies Record<string, Race>
/** In rounds in which her VPC has a table that somebody made, which holds the VPC, and he a route to her block. */
const TABLE_RACES = {
  ...RACES,
  tableRoute: changeOfTable(7, [], [], [NEW_DESTINATION]),
  tableMod: changeOfTable(8, [], [OLD_DESTINATION], []),
  tableSwap: changeOfTable(9, [OLD_DESTINATION], [], [DESTINATION]),
  tableEnd: endOfTable,
  hisOldEnd: endOfHisOld,
} as const satisfies Record<string, Race>
type Name = keyof typeof TABLE_RACES

suite('both tenants at once', () => {
  let service: TestService
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    // What a round leaves behind is nothing to the next one.
    for (const { projectId } of [service.alice, service.bob]) {
      const path = `/causeway/v1/projects/${projectId}/quotas`
      const { status } = await service.ask(service.admin, 'PUT', path, { quotas: { vpc: -1, vpcPeer: -1 } })
      assert.equal(status, 200)
    }
  })
  after(() => service[Symbol.asyncDispose]())

  for (const [what, accepted, races] of [
    ['a request', false, RACES],
    ['an ACTIVE peering', true, RACES],
    ['an ACTIVE peering and a table', true, TABLE_RACES],
  ] as const) {
    test(`what races over ${what} could have come one after the other`, async () => {
      const names = fc.shuffledSubarray(Object.keys(races) as Name[], { minLength: 2, maxLength: MOST_RACING })
      await fc.assert(
        fc.asyncProperty(names, fc.nat(8), fc.boolean(), (racing, early, expires) =>
          assertOneOrder(service, { accepted, tabled: races === TABLE_RACES }, racing, early, expires),
        ),
        { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
      )
    })
  }
})

/** What a round begins with. */
interface Start {
  readonly accepted: boolean
  readonly tabled: boolean
}

async function assertOneOrder(
  service: TestService,
  start: Start,
  racing: readonly Name[],
  early: number,
  expires: boolean,
): Promise<void> {
  const round = await openRound(service, start)
  const fire = async (name: Name): Promise<readonly [Name, number]> => {
    const { who, call } = TABLE_RACES[name]
    const [method, path, body] = call(round, service[who].projectId)
    return [name, (await service.ask(service[who], method, path, body)).status]
  }
  const first = racing.slice(0, early).map(fire)
  // Some of the early ones are done when the time is over, and some are not.
  if (first.length > 0) await Promise.race(first)
  if (expires) service.clock.advance(TTL_MS)
  const told = new Map(await Promise.all([...first, ...racing.slice(early).map(fire)]))
  const end = await endState(service, round)
  assert.ok(
    isExplained(startOf(start), told, expires, end),
    `no order of ${JSON.stringify([...told])}${expires ? ' and the expiry' : ''} ends in ${JSON.stringify(end)}`,
  )
}

async function openRound(service: TestService, { accepted, tabled }: Start): Promise<Round> {
  const { alice, bob } = service
  const vpcs = { alice: await service.makeVpc(alice, '', BLOCK), bob: await service.makeVpc(bob, '', BLOCK) }
  const { id } = await requestPeering(service, alice, vpcs.alice, bob, vpcs.bob)
  if (accepted) assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
  const routes = [entry(id, OLD_DESTINATION)]
  if (!tabled) return { vpcs, peering: id, table: undefined, hisOld: undefined }
  const { id: table } = await makeTable(service, alice, vpcs.alice, { routes })
  const { id: hisOld } = await makeRoute(service, bob, vpcs.bob, id, OLD_DESTINATION)
  return { vpcs, peering: id, table, hisOld }
}

function startOf({ accepted, tabled }: Start): Model {
  const peering = { from: HERS, to: HIS, status: accepted ? 'ACTIVE' : 'PENDING_ACCEPTANCE' } as const
  const { model } = createVpc(createVpc(EMPTY, HERS, 'alice', BLOCK).model, HIS, 'bob', BLOCK)
  const peered = { ...model, peerings: put(model.peerings, PEERING, peering) }
  if (!tabled) return peered
  const route = { destination: OLD_DESTINATION, peering: PEERING, description: undefined }
  const withTable = createTable(peered, TABLE, HERS, '', [route])
  const withRoute = createRoute(withTable.model, HIS_OLD, HIS, PEERING, OLD_DESTINATION)
  assert.deepEqual([withTable.status, withRoute.status], [200, 201])
  return withRoute.model
}

interface End {
  readonly status: string | undefined
  /** Their blocks; undefined: gone. Likewise the rest. */
  readonly vpcs: Readonly<Record<Tenant, string | undefined>>
  /** Of the default tables. */
  readonly routes: Readonly<Record<Tenant, number>>
  /** Destinations of her table. */
  readonly table: readonly string[] | undefined
}

async function endState(service: TestService, { vpcs, peering, table }: Round): Promise<End> {
  const { alice, bob, admin } = service
  const seen = await service.ask(admin, 'GET', `${PEERINGS}/${peering}`)
  const blockOf = async (who: typeof alice, id: string) =>
    (await service.ask(who, 'GET', `/v1/${who.projectId}/vpcs/${id}`)).body.vpc?.cidr
  const routesIn = async (who: typeof alice, id: string) =>
    (await service.ask(who, 'GET', `${ROUTES}?vpc_id=${id}`)).body.routes.length
  const shown = table === undefined ? undefined : await service.ask(alice, 'GET', `${tablesOf(alice)}/${table}`)
  return {
    status: seen.body.peering?.status,
    vpcs: { alice: await blockOf(alice, vpcs.alice), bob: await blockOf(bob, vpcs.bob) },
    routes: { alice: await routesIn(alice, vpcs.alice), bob: await routesIn(bob, vpcs.bob) },
    table: shown?.status === 200 ? madeIn(shown.body.routetable) : undefined,
  }
}

/** Whether some order of the calls, and of the expiry, answers as they were answered, and ends as it ended. */
function isExplained(model: Model, told: ReadonlyMap<Name, number>, expires: boolean, end: End): boolean {
  if (told.size === 0 && !expires) return isAt(model, end)
  if (expires && isExplained(expire(model), told, false, end)) return true
  return [...told].some(([name, status]) => {
    const next = TABLE_RACES[name].step(model)
    const rest = new Map([...told].filter(([each]) => each !== name))
    return next.status === status && isExplained(next.model, rest, expires, end)
  })
}

function isAt(model: Model, end: End): boolean {
  const destinations = routesOf(model, TABLE).map(({ destination }) => destination)
  return isDeepStrictEqual(end, {
    status: model.peerings.get(PEERING)?.status,
    vpcs: { alice: model.vpcs.get(HERS)?.cidr, bob: model.vpcs.get(HIS)?.cidr },
    routes: { alice: routesOf(model, HERS).length, bob: routesOf(model, HIS).length },
    table: model.tables.has(TABLE) ? destinations : undefined,
  })
}
