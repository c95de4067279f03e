/**
 * Both tenants at once: accept, reject, deletes, routes, deletions of the VPCs and the expiry, in any selection and
 * order. However they race, there must be one order of them, one after the other, that the model
 * (test/support/model.ts) answers alike, and that ends in what is there.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import {
  answer,
  createRoute,
  deletePeering,
  deleteVpc,
  EMPTY,
  expire,
  type Model,
  put,
  type Step,
  type Tenant,
} from '../support/model.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { ROUTES } from '../support/routes.ts'
import { startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const RUNS = 80
/** The numbers that the model knows them by. */
const [HERS, HIS, PEERING] = [0, 1, 2]
const DESTINATION = '10.9.9.0/24'

/** What is raced, with the objects of one round. */
interface Round {
  readonly vpcs: Readonly<Record<Tenant, string>>
  readonly peering: string
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

const RACES = {
  accept: answerBy('accept', 'ACTIVE'),
  reject: answerBy('reject', 'REJECTED'),
  sheDeletes: deletionBy('alice'),
  heDeletes: deletionBy('bob'),
  herRoute: routeBy('alice', HERS, 3),
  hisRoute: routeBy('bob', HIS, 4),
  herVpc: endOf('alice', HERS),
  hisVpc: endOf('bob', HIS),
} as const satisfies Record<string, Race>
type Name = keyof typeof RACES

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

  for (const accepted of [false, true]) {
    test(`what races over ${accepted ? 'an ACTIVE peering' : 'a request'} could have come one after the other`, async () => {
      const names = fc.shuffledSubarray(Object.keys(RACES) as Name[], { minLength: 2 })
      await fc.assert(
        fc.asyncProperty(names, fc.nat(8), fc.boolean(), (racing, early, expires) =>
          assertOneOrder(service, accepted, racing, early, expires),
        ),
        { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
      )
    })
  }
})

async function assertOneOrder(
  service: TestService,
  accepted: boolean,
  racing: readonly Name[],
  early: number,
  expires: boolean,
): Promise<void> {
  const round = await openRound(service, accepted)
  const fire = async (name: Name): Promise<readonly [Name, number]> => {
    const { who, call } = RACES[name]
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
    isExplained(startOf(accepted), told, expires, end),
    `no order of ${JSON.stringify([...told])}${expires ? ' and the expiry' : ''} ends in ${JSON.stringify(end)}`,
  )
}

async function openRound(service: TestService, accepted: boolean): Promise<Round> {
  const { alice, bob } = service
  const vpcs = { alice: await service.makeVpc(alice, ''), bob: await service.makeVpc(bob, '') }
  const { id } = await requestPeering(service, alice, vpcs.alice, bob, vpcs.bob)
  if (accepted) assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
  return { vpcs, peering: id }
}

function startOf(accepted: boolean): Model {
  const vpc = (owner: Tenant) => ({ owner, cidr: '10.0.0.0/16' })
  const peering = { from: HERS, to: HIS, status: accepted ? 'ACTIVE' : 'PENDING_ACCEPTANCE' } as const
  const vpcs = put(put(EMPTY.vpcs, HERS, vpc('alice')), HIS, vpc('bob'))
  return { ...EMPTY, vpcs, peerings: put(EMPTY.peerings, PEERING, peering) }
}

interface End {
  readonly status: string | undefined
  readonly vpcs: Readonly<Record<Tenant, boolean>>
  readonly routes: Readonly<Record<Tenant, number>>
}

async function endState(service: TestService, { vpcs, peering }: Round): Promise<End> {
  const { alice, bob, admin } = service
  const seen = await service.ask(admin, 'GET', `${PEERINGS}/${peering}`)
  const isThere = async (who: typeof alice, id: string) =>
    (await service.ask(who, 'GET', `/v1/${who.projectId}/vpcs/${id}`)).status === 200
  const routesIn = async (who: typeof alice, id: string) =>
    (await service.ask(who, 'GET', `${ROUTES}?vpc_id=${id}`)).body.routes.length
  return {
    status: seen.body.peering?.status,
    vpcs: { alice: await isThere(alice, vpcs.alice), bob: await isThere(bob, vpcs.bob) },
    routes: { alice: await routesIn(alice, vpcs.alice), bob: await routesIn(bob, vpcs.bob) },
  }
}

/** Whether some order of the calls, and of the expiry, answers as they were answered, and ends as it ended. */
function isExplained(model: Model, told: ReadonlyMap<Name, number>, expires: boolean, end: End): boolean {
  if (told.size === 0 && !expires) return isAt(model, end)
  if (expires && isExplained(expire(model), told, false, end)) return true
  return [...told].some(([name, status]) => {
    const next = RACES[name].step(model)
    const rest = new Map([...told].filter(([each]) => each !== name))
    return next.status === status && isExplained(next.model, rest, expires, end)
  })
}

function isAt({ vpcs, peerings, routes }: Model, end: End): boolean {
  const routesOf = (vpc: number) => [...routes.values()].filter((route) => route.vpc === vpc).length
  return (
    end.status === peerings.get(PEERING)?.status &&
    end.vpcs.alice === vpcs.has(HERS) &&
    end.vpcs.bob === vpcs.has(HIS) &&
    end.routes.alice === routesOf(HERS) &&
    end.routes.bob === routesOf(HIS)
  )
}
