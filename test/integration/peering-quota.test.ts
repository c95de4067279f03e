import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { assertRefused, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const FULL = "Quota exceeded for resources: ['vpc_peering']."

suite('the quota of peerings (P4)', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    for (const who of [alice, bob]) assert.equal(await used(who), 0)
  })
  afterEach(async () => {
    for (const who of [alice, bob]) assert.equal(await used(who), await recount(who))
    for (const peering of await all()) await service.ask(service.admin, 'DELETE', `${PEERINGS}/${peering.id}`)
    for (const who of [alice, bob]) await setLimit(who, null)
  })

  const vpc = (who: Person) => service.makeVpc(who, `vpc-${++made}`)
  const create = async (from: Person, to: Person, vpcs?: readonly [string, string]): Promise<Answer> => {
    const [a, b] = vpcs ?? [await vpc(from), await vpc(to)]
    return service.ask(from, 'POST', PEERINGS, peeringBody(a, b, to.projectId))
  }
  const request = async (from: Person, to: Person): Promise<string> =>
    (await requestPeering(service, from, await vpc(from), to, await vpc(to))).id
  const answer = (who: Person, id: string, verb: 'accept' | 'reject') =>
    service.ask(who, 'PUT', `${PEERINGS}/${id}/${verb}`)
  const remove = async (who: Person, id: string) =>
    assert.equal((await service.ask(who, 'DELETE', `${PEERINGS}/${id}`)).status, 204)

  const quotaPath = (who: Person) => `/causeway/v1/projects/${who.projectId}/quotas`
  async function used(who: Person): Promise<number> {
    const { body } = await service.ask(service.admin, 'GET', quotaPath(who))
    const told = body.quotas.resources.find(({ type }: { type: string }) => type === 'vpcPeer')
    // What the admin is told and what the tenant is told is one.
    const own = await service.ask(who, 'GET', `/v1/${who.projectId}/quotas?type=vpcPeer`)
    assert.deepEqual(own.body, { quotas: { resources: [told] } })
    return told.used
  }
  async function setLimit(who: Person, vpcPeer: number | null): Promise<void> {
    assert.equal((await service.ask(service.admin, 'PUT', quotaPath(who), { quotas: { vpcPeer } })).status, 200)
  }
  const all = async () => (await service.ask(service.admin, 'GET', PEERINGS)).body.peerings
  /** As it is published: live ones that the project asked for, and ACTIVE ones that it was asked for; once each. */
  async function recount({ projectId }: Person): Promise<number> {
    return (await all()).filter(
      // biome-ignore lint/suspicious/noExplicitAny: a peering as it was answered.
      ({ status, request_vpc_info: from, accept_vpc_info: to }: any) =>
        (['PENDING_ACCEPTANCE', 'ACTIVE'].includes(status) && from.tenant_id === projectId) ||
        (status === 'ACTIVE' && to.tenant_id === projectId),
    ).length
  }

  test('what counts for whom, step by step, and the counter equals a recount at each', async () => {
    const ids: Record<string, string> = {}
    const steps: readonly (readonly [what: string, alice: number, bob: number, step: () => Promise<unknown>])[] = [
      ['alice asks bob: hers only', 1, 0, async () => (ids.a = await request(alice, bob))],
      ['bob accepts: both', 1, 1, () => answer(bob, ids.a ?? '', 'accept')],
      ['alice, inside her project: once', 2, 1, async () => (ids.own = await request(alice, alice))],
      ['bob asks alice', 2, 2, async () => (ids.b = await request(bob, alice))],
      ['renamed: no difference', 2, 2, () => service.ask(bob, 'PUT', path('b'), { peering: { name: 'x' } })],
      ['alice rejects', 2, 1, () => answer(alice, ids.b ?? '', 'reject')],
      ['the rejected one goes: no difference', 2, 1, () => remove(alice, ids.b ?? '')],
      ['bob asks again', 2, 2, async () => (ids.c = await request(bob, alice))],
      ['nobody answers in time', 2, 1, async () => service.clock.advance(TTL_MS)],
      ['the sweep: no difference', 2, 1, () => service.sweep()],
      ['the expired one goes: no difference', 2, 1, () => remove(bob, ids.c ?? '')],
      ['alice asks bob once more', 3, 1, async () => (ids.d = await request(alice, bob))],
      ['a restart: no difference', 3, 1, () => service.restart()],
      ['bob deletes the request', 2, 1, () => remove(bob, ids.d ?? '')],
      ['bob deletes the accepted one', 1, 0, () => remove(bob, ids.a ?? '')],
      ['alice deletes her own', 0, 0, () => remove(alice, ids.own ?? '')],
    ]
    const path = (letter: string) => `${PEERINGS}/${ids[letter]}`
    for (const [what, forAlice, forBob, step] of steps) {
      await step()
      assert.deepEqual([await used(alice), await used(bob)], [forAlice, forBob], what)
      assert.deepEqual([await recount(alice), await recount(bob)], [forAlice, forBob], what)
    }
  })

  test("a create takes from the requester's quota: one too many is refused, and a delete makes room", async () => {
    await setLimit(alice, 2)
    const first = await request(alice, bob)
    await request(alice, alice)
    for (const to of [alice, bob]) assertRefused(await create(alice, to), 409, 'OverQuota', FULL)
    await remove(alice, first)
    assert.equal((await create(alice, bob)).status, 201)
    assertRefused(await create(alice, bob), 409, 'OverQuota', FULL)
  })

  test('a rejection makes room for the requester', async () => {
    await setLimit(alice, 1)
    const id = await request(alice, bob)
    assertRefused(await create(alice, bob), 409, 'OverQuota', FULL)
    await answer(bob, id, 'reject')
    assert.equal((await create(alice, bob)).status, 201)
  })

  test("an accept takes from the accepter's quota; refused, the request waits on", async () => {
    await setLimit(bob, 1)
    const [first, second] = [await request(alice, bob), await request(alice, bob)]
    assert.equal((await answer(bob, first, 'accept')).status, 200)
    assertRefused(await answer(bob, second, 'accept'), 409, 'OverQuota', FULL)
    const shown = await service.ask(alice, 'GET', `${PEERINGS}/${second}`)
    assert.equal(shown.body.peering.status, 'PENDING_ACCEPTANCE')
    assert.deepEqual([await used(alice), await used(bob)], [2, 1])
    await remove(alice, first)
    assert.equal((await answer(bob, second, 'accept')).status, 200)
  })

  test('neither being asked nor rejecting takes anything, with a quota of 0 as well', async () => {
    await setLimit(bob, 0)
    const ids = [await request(alice, bob), await request(alice, bob)]
    assert.equal(await used(bob), 0)
    assertRefused(await answer(bob, ids[0] ?? '', 'accept'), 409, 'OverQuota', FULL)
    assert.equal((await answer(bob, ids[0] ?? '', 'reject')).status, 200)
    assertRefused(await create(bob, bob), 409, 'OverQuota', FULL)
  })

  test('a wrong status is told before a full quota', async () => {
    const id = await request(alice, bob)
    await answer(bob, id, 'accept')
    await setLimit(bob, 0)
    assertRefused(await answer(bob, id, 'accept'), 409, 'VpcPeeringStateInvalid')
  })

  test('a limit below what is used takes nothing away and only refuses more', async () => {
    const [waiting, active] = [await request(alice, bob), await request(alice, bob)]
    await answer(bob, active, 'accept')
    await setLimit(alice, 1)
    await setLimit(bob, 0)
    assert.deepEqual([await used(alice), await used(bob)], [2, 1])
    assertRefused(await create(alice, alice), 409, 'OverQuota', FULL)
    await remove(alice, waiting)
    assertRefused(await create(alice, alice), 409, 'OverQuota', FULL)
    await remove(alice, active)
    assert.equal((await create(alice, alice)).status, 201)
  })

  test('50 unless an admin says otherwise, -1 is no limit, and null is the 50 again', async () => {
    const vpcs = await Promise.all(Array.from({ length: 12 }, () => vpc(alice)))
    const pairs = vpcs.flatMap((a, index) => vpcs.slice(index + 1).map((b) => [a, b] as const))
    const next = () => create(alice, alice, pairs.pop())
    const answers = await Promise.all(Array.from({ length: 50 }, next))
    assert.ok(answers.every(({ status }) => status === 201))
    assertRefused(await next(), 409, 'OverQuota', FULL)
    await setLimit(alice, -1)
    for (let more = 0; more < 3; more += 1) assert.equal((await next()).status, 201)
    await setLimit(alice, null)
    assertRefused(await next(), 409, 'OverQuota', FULL)
    await setLimit(alice, 54)
    assert.equal((await next()).status, 201)
    assertRefused(await next(), 409, 'OverQuota', FULL)
  })

  test('of many creates at once exactly as many as the quota has room for are done, and so with accepts', async () => {
    await setLimit(alice, 5)
    const pairs = []
    for (let index = 0; index < 15; index += 1) pairs.push([await vpc(alice), await vpc(bob)] as const)
    const creates = await Promise.all(pairs.map((pair) => create(alice, bob, pair)))
    assert.equal(creates.filter(({ status }) => status === 201).length, 5)
    for (const each of creates.filter(({ status }) => status !== 201)) assertRefused(each, 409, 'OverQuota', FULL)
    await setLimit(bob, 2)
    const ids = creates.filter(({ status }) => status === 201).map(({ body }) => body.peering.id)
    const accepts = await Promise.all(ids.map((id) => answer(bob, id, 'accept')))
    assert.deepEqual(accepts.map(({ status }) => status).sort(), [200, 200, 409, 409, 409])
    assert.deepEqual([await used(alice), await used(bob)], [5, 2])
  })

  test('requests that expired make room at the instant, however many, whatever the limit is now', async () => {
    await setLimit(alice, -1)
    const [mine, theirs] = [[] as string[], [] as string[]]
    for (let index = 0; index < 12; index += 1) mine.push(await vpc(alice))
    for (let index = 0; index < 12; index += 1) theirs.push(await vpc(bob))
    const pairs = mine.flatMap((a) => theirs.map((b) => [a, b] as const))
    await Promise.all(pairs.map((pair) => create(alice, bob, pair)))
    assert.equal(await used(alice), 144)
    await setLimit(alice, 3)
    assertRefused(await create(alice, alice), 409, 'OverQuota', FULL)
    service.clock.advance(TTL_MS)
    assert.equal(await used(alice), 0)
    for (let index = 0; index < 3; index += 1) assert.equal((await create(alice, alice)).status, 201)
    assertRefused(await create(alice, alice), 409, 'OverQuota', FULL)
    assert.equal(await used(alice), 3)
  })

  test('deleting a VPC frees what its requests took', async () => {
    const [a, b] = [await vpc(alice), await vpc(bob)]
    await requestPeering(service, alice, a, bob, b)
    assert.equal(await used(alice), 1)
    assert.equal((await service.ask(bob, 'DELETE', `/v1/${bob.projectId}/vpcs/${b}`)).status, 204)
    assert.equal(await used(alice), 0)
  })
})
