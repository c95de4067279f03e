/** `?wait=`: a show that answers when the peering has a status, or when the time is over. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, suite, test } from 'node:test'
import { assertRefused, PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 3_600_000
const OURS = '/causeway/v1/peerings'

suite('a show that waits', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  let vpcs: { a: string; b: string }
  let id: string
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
    vpcs = { a: await service.makeVpc(alice, `a-${made}`), b: await service.makeVpc(bob, `b-${made}`) }
    id = (await requestPeering(service, alice, vpcs.a, bob, vpcs.b)).id
  })

  /** Begins to wait, and returns when the service says that it does. */
  async function wait(query: string, who = alice, path = PEERINGS): Promise<Promise<Answer>[]> {
    const already = await count()
    const answer = service.ask(who, 'GET', `${path}/${id}?${query}`)
    await until(already + 1)
    // In a list, or else it would be awaited here.
    return [answer]
  }
  async function count(): Promise<number> {
    const { body } = await service.ask(undefined, 'GET', '/metrics')
    return Number(/^causeway_waits (\d+)$/m.exec(body)?.[1])
  }
  async function until(expected: number): Promise<void> {
    while ((await count()) !== expected);
  }
  const told = ({ status, headers, body }: Answer) => [
    ...[status, headers.get('causeway-wait'), (body.peering ?? body).status],
  ]
  const change = (verb: string) => service.ask(bob, 'PUT', `${PEERINGS}/${id}/${verb}`)

  for (const path of [PEERINGS, OURS]) {
    test(`answers at once on ${path} when the peering has the status, or when nothing is to be waited for`, async () => {
      const show = (query: string) => service.ask(bob, 'GET', `${path}/${id}${query}`)
      assert.deepEqual(told(await show('?wait=PENDING_ACCEPTANCE')), [200, 'met', 'PENDING_ACCEPTANCE'])
      assert.deepEqual(told(await show('?wait=ACTIVE,PENDING_ACCEPTANCE')), [200, 'met', 'PENDING_ACCEPTANCE'])
      assert.deepEqual(told(await show('?wait=ACTIVE&timeout=0')), [200, 'timeout', 'PENDING_ACCEPTANCE'])
      for (const query of ['', '?wait=', '?timeout=300']) {
        assert.deepEqual(told(await show(query)), [200, null, 'PENDING_ACCEPTANCE'], query)
      }
    })

    test(`is woken on ${path} by the accept, and sees what a show sees then`, async () => {
      const [answer] = await wait('wait=ACTIVE', alice, path)
      assert.equal((await change('accept')).status, 200)
      const seen = await (answer as Promise<Answer>)
      assert.deepEqual(told(seen), [200, 'met', 'ACTIVE'])
      const shown = await service.ask(alice, 'GET', `${path}/${id}`)
      assert.deepEqual([seen.body, seen.headers.get('etag')], [shown.body, shown.headers.get('etag')])
    })

    test(`is told 404 on ${path} at once when the peering is deleted`, async () => {
      const [answer] = await wait('wait=ACTIVE&timeout=300', bob, path)
      assert.equal((await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
      assert.equal((await answer)?.status, 404)
    })
  }

  test('is woken by any of the statuses that it waits for, and by no other change', async () => {
    const answers = [...(await wait('wait=ACTIVE,REJECTED')), ...(await wait('wait=ACTIVE&timeout=20', bob))]
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}`, { peering: { name: 'new' } })
    await requestPeering(service, alice, vpcs.a, bob, await service.makeVpc(bob, ''))
    assert.equal(await count(), 2)
    await change('reject')
    assert.deepEqual(told((await answers[0]) as Answer), [200, 'met', 'REJECTED'])
    assert.equal(await count(), 1)
    service.clock.advance(20_000)
    assert.deepEqual(told((await answers[1]) as Answer), [200, 'timeout', 'REJECTED'])
  })

  test('is woken by expiry itself, and not only by the sweep that writes it down', async () => {
    const stored: string[] = []
    // The sweep may just be due, and then nobody can tell who woke it; but not three times in a row.
    for (const _ of [1, 2, 3]) {
      service.clock.advance(TTL_MS - 10_000)
      const [answer] = await wait('wait=EXPIRED,ACTIVE')
      service.clock.advance(10_000)
      assert.deepEqual(told((await answer) as Answer), [200, 'met', 'EXPIRED'])
      const db = new DatabaseSync(join(service.folder, 'causeway.sqlite'), { readOnly: true })
      stored.push(String(db.prepare('select status from peering where id = ?').get(id)?.status))
      db.close()
      id = (await requestPeering(service, alice, vpcs.a, bob, vpcs.b)).id
    }
    assert.ok(stored.includes('PENDING_ACCEPTANCE'), 'each time it had been written down before')
  })

  test('gives up after its timeout, 30 seconds without one, and shows the peering as it is then', async () => {
    for (const [query, seconds] of [
      ['wait=ACTIVE', 30],
      ['wait=ACTIVE&timeout=', 30],
      ['wait=ACTIVE&timeout=300', 300],
      ['wait=ACTIVE&timeout=1', 1],
    ] as const) {
      const [answer] = await wait(query)
      service.clock.advance(seconds * 1000 - 1)
      await service.ask(bob, 'PUT', `${PEERINGS}/${id}`, { peering: { name: `after ${seconds}` } })
      assert.equal(await count(), 1)
      service.clock.advance(1)
      const seen = (await answer) as Answer
      assert.deepEqual(
        [...told(seen), seen.body.peering.name],
        [200, 'timeout', 'PENDING_ACCEPTANCE', `after ${seconds}`],
      )
    }
  })

  test('ends at once when the service stops, and says so', async () => {
    const [answer] = await wait('wait=ACTIVE&timeout=300')
    await service.restart()
    assert.deepEqual(told((await answer) as Answer), [200, 'shutdown', 'PENDING_ACCEPTANCE'])
    assert.equal(await count(), 0)
  })

  test('answers 304 to who knows the peering as it is then, and says why it is over', async () => {
    const etag = (await service.ask(alice, 'GET', `${PEERINGS}/${id}`)).headers.get('etag')
    const headers = { 'x-auth-token': alice.token, 'if-none-match': String(etag) }
    const answer = fetch(`${service.url}${PEERINGS}/${id}?wait=ACTIVE&timeout=1`, { headers })
    await until(1)
    service.clock.advance(1000)
    const { status, headers: received } = await answer
    assert.deepEqual([status, received.get('causeway-wait')], [304, 'timeout'])
  })

  test('is one of 100 of its project at the most; the next is told 429, and other projects wait on', async () => {
    const gone = new AbortController()
    const path = `${PEERINGS}/${id}?wait=ACTIVE&timeout=300`
    const headers = { 'x-auth-token': alice.token }
    const asked = Array.from({ length: 100 }, () => fetch(`${service.url}${path}`, { headers, signal: gone.signal }))
    await until(100)
    const refused = await service.ask(alice, 'GET', path)
    assert.deepEqual([refused.status, refused.body.error_code], [429, 'APIGW.0429'])
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.equal((await service.ask(alice, 'GET', `${PEERINGS}/${id}`)).status, 200)
    const [his] = await wait('wait=ACTIVE', bob)
    // Whoever hangs up makes room at once.
    gone.abort()
    for (const each of await Promise.allSettled(asked)) assert.equal(each.status, 'rejected')
    await until(1)
    const [hers] = await wait('wait=ACTIVE')
    await change('accept')
    for (const answer of [hers, his]) assert.deepEqual(told((await answer) as Answer), [200, 'met', 'ACTIVE'])
    assert.equal(await count(), 0)
  })

  test('is refused with 400 for what is no status that one can be shown, and for no number of seconds up to 300', async () => {
    for (const query of [
      ...['wait=active', 'wait=DELETED', 'wait=ACTIVE,DELETED', 'wait=ACTIVE,', 'wait=,', 'wait=ACTIVE&wait=EXPIRED'],
      ...['wait=ACTIVE&timeout=301', 'wait=ACTIVE&timeout=-1', 'wait=ACTIVE&timeout=1.5', 'wait=ACTIVE&timeout=soon'],
    ]) {
      const answer = await service.ask(alice, 'GET', `${PEERINGS}/${id}?${query}`)
      assertRefused(answer, 400, 'InvalidInput')
    }
  })

  test('does not begin for a stranger, to whom the peering does not exist', async () => {
    const answer = await service.ask(await service.eve(), 'GET', `${PEERINGS}/${id}?wait=ACTIVE`)
    assertRefused(answer, 404, 'VpcPeeringNotFound')
    assert.equal(await count(), 0)
  })
})
