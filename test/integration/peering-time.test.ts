import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, suite, test } from 'node:test'
import { assertRefused, idsIn, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, logIn, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)
/** Milliseconds from the instant of expiry, and whether the request waits still. */
const AROUND = [
  [-1, true],
  [0, false],
  [1, false],
] as const

suite('a request that nobody answers expires at the instant', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let a: string
  let b: string
  let made = 0
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS }, startAt: START })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    // What earlier tests left waiting is over before this one begins.
    service.clock.advance(TTL_MS)
    a = await service.makeVpc(alice, `a-${made}`)
    b = await service.makeVpc(bob, `b-${made}`)
  })

  const request = () => requestPeering(service, alice, a, bob, b)
  const show = async (who: Person, id: string) => (await service.ask(who, 'GET', `${PEERINGS}/${id}`)).body.peering
  const answer = (id: string, verb: string) => service.ask(bob, 'PUT', `${PEERINGS}/${id}/${verb}`)
  const listed = async (status: string) =>
    idsIn(await service.ask(bob, 'GET', `${PEERINGS}?vpc_id=${b}&status=${status}`))

  for (const [offset, waits] of AROUND) {
    const when = offset === 0 ? 'at the instant' : `${Math.abs(offset)} ms ${offset < 0 ? 'before' : 'after'} it`

    test(`${when}: shown and listed as ${waits ? 'PENDING_ACCEPTANCE' : 'EXPIRED'}, and nothing else`, async () => {
      const peering = await request()
      service.clock.advance(TTL_MS + offset)
      const expiredAt = new Date(Date.parse(`${peering.created_at}.890Z`) + TTL_MS).toISOString()
      const expected = waits ? peering : { ...peering, status: 'EXPIRED', updated_at: expiredAt.slice(0, 19) }
      for (const who of [alice, bob]) assert.deepEqual(await show(who, peering.id), expected)
      const list = await service.ask(alice, 'GET', `${PEERINGS}?vpc_id=${a}`)
      assert.deepEqual(list.body, { peerings: [expected] })
      assert.deepEqual(await listed('PENDING_ACCEPTANCE'), waits ? [peering.id] : [])
      assert.deepEqual(await listed('EXPIRED'), waits ? [] : [peering.id])
      service.clock.advance(-offset)
    })

    test(`${when}: accept and reject are ${waits ? 'done' : 'refused as EXPIRED'}`, async () => {
      for (const [verb, status] of [['reject', 'REJECTED'] as const, ['accept', 'ACTIVE'] as const]) {
        const { id } = await request()
        service.clock.advance(TTL_MS + offset)
        const answered = await answer(id, verb)
        if (waits) assert.equal(answered.body.status, status)
        else assertRefused(answered, 409, 'VpcPeeringStateInvalid', `Vpc peering ${id} is in status EXPIRED`)
        assertRefused(await service.ask(alice, 'PUT', `${PEERINGS}/${id}/${verb}`), 403, 'Forbidden')
        service.clock.advance(TTL_MS)
        assert.equal((await show(bob, id)).status, waits ? status : 'EXPIRED')
      }
    })

    test(`${when}: the pair is ${waits ? 'taken' : 'free, from either side'}`, async () => {
      const first = await request()
      service.clock.advance(TTL_MS + offset)
      const again = await service.ask(bob, 'POST', PEERINGS, peeringBody(b, a, alice.projectId))
      const message = `A peering between these VPCs already exists: ${first.id}`
      if (waits) return assertRefused(again, 409, 'VpcPeeringConflict', message)
      assert.equal(again.status, 201)
      assert.equal((await show(alice, first.id)).status, 'EXPIRED')
      assert.deepEqual(await listed('EXPIRED'), [first.id])
    })

    test(`${when}: it ${waits ? 'fills' : 'does not fill'} the quota, and the quota says so`, async () => {
      const { id } = await request()
      const path = `/causeway/v1/projects/${alice.projectId}/quotas`
      const own = `/v1/${alice.projectId}/quotas?type=vpcPeer`
      const used = async () => (await service.ask(alice, 'GET', own)).body.quotas.resources[0].used
      const before = await used()
      await service.ask(service.admin, 'PUT', path, { quotas: { vpcPeer: before } })
      service.clock.advance(TTL_MS + offset)
      const others = (await used()) - (waits ? 1 : 0)
      const c = await service.makeVpc(alice, `c-${made}`)
      const next = await service.ask(alice, 'POST', PEERINGS, peeringBody(a, c))
      await service.ask(service.admin, 'PUT', path, { quotas: { vpcPeer: null } })
      if (waits) assertRefused(next, 409, 'OverQuota')
      else assert.equal(next.status, 201)
      assert.equal(await used(), others + 1)
      assert.equal((await show(alice, id)).status, waits ? 'PENDING_ACCEPTANCE' : 'EXPIRED')
    })
  }

  test('an EXPIRED one is renamed and deleted like any other, and its name changes nothing else', async () => {
    const { id } = await request()
    service.clock.advance(TTL_MS)
    for (const who of [alice, bob]) {
      const renamed = await service.ask(who, 'PUT', `${PEERINGS}/${id}`, { peering: { name: `by ${who.name}` } })
      assert.deepEqual([renamed.body.peering.status, renamed.body.peering.name], ['EXPIRED', `by ${who.name}`])
      assert.deepEqual(await show(who, id), renamed.body.peering)
    }
    assert.deepEqual(eventsOf(id), ['create', 'expire', 'update', 'update'])
    assert.equal((await service.ask(bob, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.equal((await service.ask(alice, 'GET', `${PEERINGS}/${id}`)).status, 404)
  })

  test('the sweep writes it down, once, with the instant at which it happened, and changes no answer', async () => {
    const { id } = await request()
    const other = await service.makeVpc(bob, `other-${made}`)
    const active = await requestPeering(service, alice, a, bob, other)
    await answer(active.id, 'accept')
    service.clock.advance(TTL_MS + 5000)
    const seen = await everything()
    await service.sweep()
    assert.deepEqual(await everything(), seen)
    const row = query('select status, updated_at - created_at as after from peering where id = ?', id)
    assert.deepEqual({ ...row[0] }, { status: 'EXPIRED', after: TTL_MS })
    await service.sweep()
    assert.deepEqual(eventsOf(id), ['create', 'expire'])
    assert.deepEqual(eventsOf(active.id), ['create', 'accept'])
    await service.restart()
    assert.deepEqual(await everything(), seen)
  })

  test('a restart before the instant, or between it and the sweep, changes nothing', async () => {
    const { id } = await request()
    service.clock.advance(TTL_MS - 1)
    await service.restart()
    assert.equal((await show(bob, id)).status, 'PENDING_ACCEPTANCE')
    service.clock.advance(1)
    await service.restart()
    assert.equal((await show(bob, id)).status, 'EXPIRED')
    assertRefused(await answer(id, 'accept'), 409, 'VpcPeeringStateInvalid')
  })

  test('a shorter time at a restart reaches who waits; a longer one brings back none written down', async () => {
    const { id } = await request()
    service.clock.advance(TTL_MS / 2)
    await service.restart({ pendingTtlMs: TTL_MS / 2 })
    assert.equal((await show(bob, id)).status, 'EXPIRED')
    await service.sweep()
    await service.restart({ pendingTtlMs: TTL_MS })
    assert.equal((await show(bob, id)).status, 'EXPIRED')
    assertRefused(await answer(id, 'accept'), 409, 'VpcPeeringStateInvalid')
  })

  test('an accept that races its expiry has one result: the answer, what is shown and the history agree', async () => {
    const ids: string[] = []
    for (let index = 0; index < 30; index += 1) {
      const to = await service.makeVpc(bob, `race-${made}-${index}`)
      ids.push((await requestPeering(service, alice, a, bob, to)).id)
    }
    service.clock.advance(TTL_MS - 1)
    const accepts = ids.map((id) => answer(id, 'accept'))
    await Promise.race(accepts)
    service.clock.advance(1)
    const [answers] = await Promise.all([
      Promise.all(accepts),
      service.sweep(),
      Promise.all(ids.map((id) => show(alice, id))),
    ])
    for (const [index, id] of ids.entries()) {
      const { status, body } = answers[index] ?? assert.fail()
      const won = status === 200
      if (!won) assertRefused({ ...(answers[index] as Answer) }, 409, 'VpcPeeringStateInvalid')
      else assert.equal(body.status, 'ACTIVE')
      await service.sweep()
      assert.equal((await show(alice, id)).status, won ? 'ACTIVE' : 'EXPIRED')
      assert.deepEqual(eventsOf(id), ['create', won ? 'accept' : 'expire'])
    }
  })

  test('of an accept and a reject at once exactly one is done, and that one holds', async () => {
    const { id } = await request()
    const answers = await Promise.all(['accept', 'reject', 'accept', 'reject'].map((verb) => answer(id, verb)))
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    for (const lost of answers.filter((each) => each !== won[0])) assertRefused(lost, 409, 'VpcPeeringStateInvalid')
    assert.deepEqual(await show(alice, id), won[0]?.body)
  })

  /** What both sides and the admin can read. */
  async function everything(): Promise<unknown> {
    const queries = [
      '',
      '?status=EXPIRED',
      '?status=PENDING_ACCEPTANCE',
      '?status=ACTIVE',
      '?limit=1&page_reverse=True',
    ]
    const reads = [alice, bob, service.admin].flatMap((who) => queries.map((text) => [who, PEERINGS + text] as const))
    const quotas = [alice, bob].map((who) => [service.admin, `/causeway/v1/projects/${who.projectId}/quotas`] as const)
    const bodies = []
    for (const [who, path] of [...reads, ...quotas]) bodies.push((await service.ask(who, 'GET', path)).body)
    const text = JSON.stringify(bodies)
    // A port of its own for each start.
    return JSON.parse(text.replaceAll(new URL(service.url).host, 'host'))
  }

  function eventsOf(id: string): unknown[] {
    return query('select verb from event where peering_id = ? order by seq', id).map(({ verb }) => verb)
  }

  function query(sql: string, id: string) {
    const db = new DatabaseSync(join(service.folder, 'causeway.sqlite'), { readOnly: true })
    try {
      return db.prepare(sql).all(id)
    } finally {
      db.close()
    }
  }
})

suite('how long a request waits', () => {
  for (const [setting, settings, days, expires] of [
    ['7 days unless set otherwise', {}, 7, true],
    ['for ever with 0', { pendingTtlMs: 0 }, 3650, false],
  ] as const) {
    test(`it waits ${setting}`, async () => {
      await using service = await startTestService({ settings, startAt: START })
      const { alice, bob, url } = service
      const [a, b] = [await service.makeVpc(alice, 'a'), await service.makeVpc(bob, 'b')]
      const { id } = await requestPeering(service, alice, a, bob, b)
      const path = `${PEERINGS}/${id}`
      service.clock.advance(days * 86_400_000 - 1)
      // A token lives for a day only.
      const later = await logIn(url, bob)
      assert.equal((await service.ask(later, 'GET', path)).body.peering.status, 'PENDING_ACCEPTANCE')
      service.clock.advance(1)
      await service.sweep()
      const status = expires ? 'EXPIRED' : 'PENDING_ACCEPTANCE'
      assert.equal((await service.ask(later, 'GET', path)).body.peering.status, status)
      assert.deepEqual(idsIn(await service.ask(later, 'GET', `${PEERINGS}?status=${status}`)), [id])
      assert.equal((await service.ask(later, 'PUT', `${path}/accept`)).status, expires ? 409 : 200)
    })
  }
})
