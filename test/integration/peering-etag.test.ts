/** ETag, If-Match and If-None-Match: nobody changes a peering that is not what it was when they looked. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { assertRefused, NOBODYS_ID, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000

suite('the ETag of a peering', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  let id: string
  let path: string
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
    for (const { projectId } of [alice, bob]) {
      const body = { quotas: { vpc: -1, vpcPeer: -1 } }
      await service.ask(service.admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, body)
    }
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    const [a, b] = [await service.makeVpc(alice, `a-${made}`), await service.makeVpc(bob, `b-${made}`)]
    id = (await requestPeering(service, alice, a, bob, b)).id
    path = `${PEERINGS}/${id}`
  })

  const ask = (who: Person, method: string, at: string, headers: Record<string, string> = {}, body?: unknown) =>
    send(service.url, method, at, body, { 'x-auth-token': who.token, ...headers })
  const rename = (name: string, match?: string, who = alice) =>
    ask(who, 'PUT', path, match === undefined ? {} : { 'if-match': match }, { peering: { name } })
  const etagOf = ({ headers }: Answer): string => {
    const etag = headers.get('etag')
    assert.match(etag ?? '', /^"[!#-~]+"$/, 'a strong ETag')
    return String(etag)
  }
  const shown = async () => etagOf(await ask(bob, 'GET', path))

  test('is another one after every change, even of two in one millisecond that say the same, and never comes back', async () => {
    const etags = [await shown()]
    for (const name of ['one', 'one', 'two', 'one']) etags.push(etagOf(await rename(name)))
    etags.push(etagOf(await ask(bob, 'PUT', `${path}/accept`)))
    for (const name of ['one', 'one']) etags.push(etagOf(await rename(name, undefined, bob)))
    assert.equal(new Set(etags).size, etags.length, etags.join())
    assert.equal(await shown(), etags.at(-1))
  })

  test('is on every answer that carries one peering, and the same for both sides, and on no list', async () => {
    const [a, b] = [await service.makeVpc(alice, ''), await service.makeVpc(bob, '')]
    const created = await ask(alice, 'POST', PEERINGS, {}, peeringBody(a, b, bob.projectId))
    const at = `${PEERINGS}/${created.body.peering.id}`
    const [hers, his] = await Promise.all([alice, bob].map((who) => ask(who, 'GET', at)))
    assert.ok(hers && his)
    assert.deepEqual([etagOf(hers), etagOf(his)], [etagOf(created), etagOf(created)])
    const rejected = await ask(bob, 'PUT', `${at}/reject`)
    assert.equal(etagOf(await ask(alice, 'GET', at)), etagOf(rejected))
    assert.equal((await ask(alice, 'GET', PEERINGS)).headers.get('etag'), null)
    assert.equal((await ask(alice, 'DELETE', at)).headers.get('etag'), null)
  })

  test('is the same after a restart', async () => {
    await rename('kept')
    const before = await shown()
    await service.restart()
    assert.equal(await shown(), before)
  })

  test('is another one from the instant of expiry on, and the same whether or not the sweep has written it', async () => {
    const waiting = await shown()
    service.clock.advance(TTL_MS - 1)
    assert.equal(await shown(), waiting)
    service.clock.advance(1)
    const expired = await shown()
    assert.notEqual(expired, waiting)
    assertRefused(await rename('late', waiting), 412, 'PreconditionFailed')
    await service.sweep()
    assert.equal(await shown(), expired)
    assert.equal((await rename('late', expired)).status, 200)
  })

  test('lets one of 10 updates win that all saw the same, though all say the same', async () => {
    for (const nameOf of [(index: number) => `name-${index}`, () => 'same']) {
      const seen = await shown()
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => rename(nameOf(index), seen)))
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 9 }, () => 412)])
      const won = answers.find(({ status }) => status === 200)
      assert.ok(won)
      assert.deepEqual((await ask(bob, 'GET', path)).body, won.body)
    }
  })

  test('stops update, accept, reject and delete when it is not the one in If-Match, and nothing changes', async () => {
    const stale = await shown()
    await rename('moved on')
    const stored = dump(service.folder)
    for (const match of [stale, `${stale}, "x"`, `W/${await shown()}`, 'nonsense', '']) {
      const headers = { 'if-match': match }
      const answers = [
        await rename('late', match),
        await ask(bob, 'PUT', `${path}/accept`, headers),
        await ask(bob, 'PUT', `${path}/reject`, headers),
        await ask(alice, 'DELETE', path, headers),
      ]
      const message = `Vpc peering ${id} has changed: its ETag is not in If-Match`
      for (const answer of answers) {
        assertRefused(answer, 412, 'PreconditionFailed', message)
        assert.equal(answer.body.error_code, 'VPC.1542')
      }
    }
    assert.deepEqual(dump(service.folder), stored)
  })

  test('lets update, accept and delete pass when it is in If-Match, and so does an asterisk', async () => {
    assert.equal((await rename('first', `"x", ${await shown()}`)).status, 200)
    assert.equal((await rename('second', '*')).status, 200)
    assert.equal((await ask(bob, 'PUT', `${path}/accept`, { 'if-match': await shown() })).status, 200)
    assert.equal((await ask(bob, 'DELETE', path, { 'if-match': await shown() })).status, 204)
  })

  test('is told to nobody who may not see the peering or do the call: 404 and 403 come first', async () => {
    const headers = { 'if-match': '"stale"' }
    assertRefused(await ask(alice, 'PUT', `${path}/accept`, headers), 403, 'Forbidden')
    assertRefused(await ask(await service.eve(), 'DELETE', path, headers), 404, 'VpcPeeringNotFound')
    assertRefused(await ask(alice, 'DELETE', `${PEERINGS}/${NOBODYS_ID}`, headers), 404, 'VpcPeeringNotFound')
    assertRefused(await ask(await service.eve(), 'GET', path, { 'if-none-match': '*' }), 404, 'VpcPeeringNotFound')
  })

  test('is answered with 304 and no body to a show that knows it already, and with the peering to any other', async () => {
    const known = await shown()
    for (const match of [known, `W/${known}`, `"x", ${known}`, '*']) {
      const answer = await ask(bob, 'GET', path, { 'if-none-match': match })
      assert.deepEqual([answer.status, answer.body, etagOf(answer)], [304, undefined, known], match)
    }
    await rename('moved on')
    assert.equal((await ask(bob, 'GET', path, { 'if-none-match': known })).body.peering.name, 'moved on')
    assert.equal((await ask(bob, 'GET', path, { 'if-none-match': 'nonsense' })).status, 200)
  })
})
