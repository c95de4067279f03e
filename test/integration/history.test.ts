/** The history of a peering: who may read what of it, and for how long. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { type Entry, historyOf, readHistory, told } from '../support/history.ts'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const PENDING_TTL_MS = 60_000
const TOMBSTONE_TTL_MS = 600_000

suite('the history of a peering', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: PENDING_TTL_MS, tombstoneTtlMs: TOMBSTONE_TTL_MS } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  async function newPeering() {
    made += 1
    const [a, b] = [await service.makeVpc(alice, `a-${made}`), await service.makeVpc(bob, `b-${made}`)]
    const { id } = await requestPeering(service, alice, a, bob, b)
    return { id, a, b, path: `${PEERINGS}/${id}` }
  }

  /** The call, a second later than the one before; gives its request id and its time. */
  async function call(who: Person, method: string, path: string, body?: unknown) {
    service.clock.advance(1_000)
    const answer = await service.ask(who, method, path, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return { request_id: answer.headers.get('x-request-id'), at: new Date(service.clock.now()).toISOString() }
  }

  test('each side reads every entry, with its own users and of the other side the project only', async () => {
    const { id, path } = await newPeering()
    const calls = [
      await call(alice, 'PUT', path, { peering: { name: 'b' } }),
      await call(bob, 'PUT', `${path}/accept`),
      await call(service.admin, 'PUT', path, { peering: { name: 'c' } }),
      await call(bob, 'DELETE', path),
    ]
    const users = await Promise.all(
      [alice, bob, service.admin].map(async (who) => {
        const { body } = await service.ask(who, 'GET', `/v3/users?name=${who.name}`)
        return { user_id: body.users[0].id, user_name: who.name, project_id: who.projectId }
      }),
    )
    const seen = async (who: Person) => {
      const { body } = await service.ask(who, 'GET', historyOf(id))
      assert.equal(body.history_links, undefined)
      return (body.history as Entry[]).slice(1).map(({ hash, ...entry }) => entry)
    }
    const expected = (mine: (project: string) => boolean) =>
      [
        { verb: 'update', from: 'PENDING_ACCEPTANCE', to: 'PENDING_ACCEPTANCE', actor: users[0] },
        { verb: 'accept', from: 'PENDING_ACCEPTANCE', to: 'ACTIVE', actor: users[1] },
        { verb: 'update', from: 'ACTIVE', to: 'ACTIVE', actor: users[2] },
        { verb: 'delete', from: 'ACTIVE', to: 'DELETED', actor: users[1] },
      ].map(({ actor, ...step }, index) => {
        assert.ok(actor)
        const hidden = mine(actor.project_id) ? {} : { user_id: null, user_name: null }
        return { peering_id: id, index: index + 2, why: 'request', ...step, ...calls[index], ...actor, ...hidden }
      })
    assert.deepEqual(
      await seen(alice),
      expected((project) => project === alice.projectId),
    )
    assert.deepEqual(
      await seen(bob),
      expected((project) => project === bob.projectId),
    )
    assert.deepEqual(
      await seen(service.admin),
      expected(() => true),
    )
  })

  test('a birth comes from nothing, and one inside a project is ACTIVE at once', async () => {
    const [a, b] = [await service.makeVpc(alice, 'in-1'), await service.makeVpc(alice, 'in-2')]
    const { id } = await requestPeering(service, alice, a, alice, b)
    const [birth, ...rest] = await readHistory(service, alice, id)
    assert.deepEqual([birth?.index, birth?.verb, birth?.from, birth?.to], [1, 'create', null, 'ACTIVE'])
    assert.deepEqual(rest, [])
  })

  test('every hash is SHA-256 over the hash before it and the members, as docs/spec/history.md has it', async () => {
    const { id, path } = await newPeering()
    await call(bob, 'PUT', `${path}/accept`)
    let hash = '0'.repeat(64)
    for (const each of await readHistory(service, service.admin, id)) {
      const members = [
        ...[each.index, Date.parse(each.at), id, alice.projectId, bob.projectId, each.verb, each.from, each.to],
        ...[each.why, each.user_id, each.project_id, each.request_id],
      ]
      hash = createHash('sha256')
        .update(`${hash}${JSON.stringify(members)}`)
        .digest('hex')
      assert.equal(each.hash, hash)
    }
    const [hers, his] = [await readHistory(service, alice, id), await readHistory(service, bob, id)]
    assert.deepEqual(
      hers.map((each) => each.hash),
      his.map((each) => each.hash),
    )
  })

  test('an expiry is told at its instant, before the sweep and after it alike: time did it, and nobody', async () => {
    const { id } = await newPeering()
    const born = service.clock.now()
    service.clock.advance(PENDING_TTL_MS - 1)
    assert.deepEqual(told(await readHistory(service, bob, id)), ['create:PENDING_ACCEPTANCE'])
    service.clock.advance(1)
    const unswept = await readHistory(service, bob, id)
    const [, { hash, ...expiry } = assert.fail('no expiry')] = unswept
    assert.deepEqual(expiry, {
      ...{ peering_id: id, index: 2, at: new Date(born + PENDING_TTL_MS).toISOString(), verb: 'expire', why: 'time' },
      ...{ from: 'PENDING_ACCEPTANCE', to: 'EXPIRED', project_id: null, user_id: null, user_name: null },
      request_id: null,
    })
    const { body } = await service.ask(bob, 'GET', `${historyOf(id)}?limit=1`)
    assert.deepEqual(told(body.history), ['create:PENDING_ACCEPTANCE'])
    const next = body.history_links[0].href.slice(service.url.length)
    assert.deepEqual((await service.ask(bob, 'GET', next)).body, { history: [unswept[1]] })
    await service.sweep()
    assert.deepEqual(await readHistory(service, bob, id), unswept)
    assert.match(hash, /^[0-9a-f]{64}$/)
  })

  test('a VPC that is deleted says so in the history of the requests that go with it', async () => {
    const { id, b } = await newPeering()
    await call(bob, 'DELETE', `/v1/${bob.projectId}/vpcs/${b}`)
    const last = (await readHistory(service, alice, id)).at(-1)
    assert.deepEqual(
      [last?.verb, last?.to, last?.why, last?.project_id],
      ['delete', 'DELETED', 'vpc_deletion', bob.projectId],
    )
  })

  test('a tombstone that is forgotten keeps its history for its two sides, and a stranger has never known it', async () => {
    const { id, path } = await newPeering()
    await call(alice, 'DELETE', path)
    const before = await readHistory(service, alice, id)
    assert.deepEqual(told(before), ['create:PENDING_ACCEPTANCE', 'delete:DELETED'])
    service.clock.advance(TOMBSTONE_TTL_MS)
    await service.sweep()
    const { body } = await service.ask(alice, 'GET', `${PEERINGS}?status=DELETED&id=${id}`)
    assert.deepEqual(body.peerings, [])
    assert.deepEqual(await readHistory(service, alice, id), before)
    assert.deepEqual(told(await readHistory(service, bob, id)), told(before))
    const eve = await service.eve()
    const stranger = await service.ask(eve, 'GET', historyOf(id))
    const unknown = await service.ask(eve, 'GET', historyOf(NOBODYS_ID))
    assert.deepEqual([stranger.status, unknown.status], [404, 404])
    assert.equal(stranger.body.error_msg, unknown.body.error_msg.replace(NOBODYS_ID, id))
  })

  test('a long history comes in pages, each entry once and in order', async () => {
    const { id, path } = await newPeering()
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g']) await call(alice, 'PUT', path, { peering: { name } })
    const whole = await readHistory(service, alice, id)
    assert.deepEqual(
      whole.map(({ index }) => index),
      [1, 2, 3, 4, 5, 6, 7],
    )
    for (const limit of [1, 2, 3, 6, 7]) {
      const pages: Entry[] = []
      for (let next = `${historyOf(id)}?limit=${limit}`; next !== ''; ) {
        const { body } = await service.ask(alice, 'GET', next)
        pages.push(...body.history)
        assert.ok(body.history.length <= limit)
        next = body.history_links?.[0].href.slice(service.url.length) ?? ''
      }
      assert.deepEqual(pages, whole, `limit=${limit}`)
    }
    for (const query of ['limit=0', 'marker=7', 'marker=99']) {
      assert.deepEqual((await service.ask(alice, 'GET', `${historyOf(id)}?${query}`)).body, { history: [] }, query)
    }
    for (const query of ['limit=x', 'marker=x', 'marker=-1']) {
      assert.equal((await service.ask(alice, 'GET', `${historyOf(id)}?${query}`)).status, 400, query)
    }
  })

  test('a name where an id is expected is not found', async () => {
    assert.equal((await service.ask(service.admin, 'GET', historyOf('a-name'))).status, 404)
  })
})
