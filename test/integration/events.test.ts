/** Streams of events: what is told to whom, live and after a break, each event once and in order. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { EVENTS, type EventStream, openStream, type Told } from '../support/event-stream.ts'
import { readHistory } from '../support/history.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('streams of events', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let eve: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
    eve = await service.eve()
  })
  after(() => service[Symbol.asyncDispose]())

  const listen = (who: Person, lastEventId?: number) =>
    openStream(service.url, { 'x-auth-token': who.token }, lastEventId)

  async function newPeering(from: Person, to: Person): Promise<string> {
    made += 1
    const [a, b] = [await service.makeVpc(from, `a-${made}`), await service.makeVpc(to, `b-${made}`)]
    return (await requestPeering(service, from, a, to, b)).id
  }

  async function rename(who: Person, id: string, times: number): Promise<void> {
    const answers = Array.from({ length: times }, (_, index) =>
      service.ask(who, 'PUT', `${PEERINGS}/${id}`, { peering: { name: `name-${index}` } }),
    )
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200)
  }

  const idsOf = (told: readonly Told[]) => told.map(({ id }) => id)

  test('both sides are told as it happens what their histories say; a stranger nothing, an admin everything', async () => {
    using hers = await listen(alice)
    using his = await listen(bob)
    using strangers = await listen(eve)
    using admins = await listen(service.admin)
    const id = await newPeering(alice, bob)
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)
    const own = await newPeering(eve, eve)
    for (const [who, stream, peering, count] of [
      [alice, hers, id, 3],
      [bob, his, id, 3],
      [eve, strangers, own, 1],
    ] as const) {
      const told = await stream.until(count)
      assert.deepEqual(
        told.map(({ data }) => data),
        await readHistory(service, who, peering),
      )
      assert.ok(told.every(({ event }) => event === 'peering'))
    }
    const all = await admins.until(4)
    assert.deepEqual(
      all.map(({ data }) => data),
      [...(await readHistory(service, service.admin, id)), ...(await readHistory(service, service.admin, own))],
    )
    assert.deepEqual(
      idsOf(all),
      [1, 2, 3, 4].map((number) => admins.start + number),
    )
    assert.deepEqual(idsOf(strangers.told), idsOf(all).slice(3))
  })

  test('a stream goes on after Last-Event-ID, over many pages, and then live, each event once and in order', async () => {
    using first = await listen(alice)
    const id = await newPeering(alice, bob)
    const other = await newPeering(bob, eve)
    await Promise.all([rename(alice, id, 250), rename(eve, other, 130)])
    const whole = (await first.until(251)).slice()
    using again = await listen(alice, first.start)
    assert.deepEqual(await again.until(251), whole)
    using half = await listen(alice, whole[99]?.id)
    assert.deepEqual(await half.until(151), whole.slice(100))
    using everything = await listen(service.admin, 0)
    await everything.until(251 + 131)
    await rename(bob, id, 1)
    assert.equal((await again.until(252))[251]?.data.index, 252)
    assert.deepEqual((await half.until(152))[151], again.told[251])
    assert.deepEqual(
      idsOf(everything.told),
      [...everything.told.keys()].map((index) => index + 1),
    )
  })

  test('a client that breaks off and comes back in the middle of a burst misses nothing and hears nothing twice', async () => {
    const id = await newPeering(alice, bob)
    const heard: number[] = []
    using watcher = await listen(alice)
    let place = watcher.start
    let isOver = false
    const burst = rename(alice, id, 400).then(() => {
      isOver = true
    })
    let rounds = 0
    while (!isOver || heard.length < 400) {
      using stream = await listen(alice, place)
      // More may be there already: it breaks off in the middle of what was sent.
      const told = (await stream.until(Math.min(7, 400 - heard.length))).slice(0, 7)
      heard.push(...idsOf(told))
      place = told.at(-1)?.id ?? place
      rounds += 1
    }
    await burst
    assert.ok(rounds > 5, 'it never broke off')
    assert.deepEqual(heard, idsOf(await watcher.until(400)))
  })

  test('fifty streams at once with a burst of writes: each hears every event once, in order', async () => {
    const id = await newPeering(alice, bob)
    const streams = await Promise.all(Array.from({ length: 50 }, (_, index) => listen(index % 2 === 0 ? alice : bob)))
    const [first] = streams
    assert.ok(first)
    await Promise.all([rename(alice, id, 150), rename(bob, id, 150)])
    const { body } = await service.ask(alice, 'GET', `/causeway/v1/peerings/${id}/history`)
    const hashes = body.history.slice(1).map(({ hash }: { hash: string }) => hash)
    assert.equal(hashes.length, 300)
    for (const stream of streams) {
      const told = await stream.until(300)
      assert.deepEqual(
        told.map(({ data }) => data.hash),
        hashes,
      )
      assert.deepEqual(idsOf(told), idsOf(first.told))
      stream[Symbol.dispose]()
    }
  })

  test('a Last-Event-ID that is no id, or one that has not been given out, is refused', async () => {
    for (const [text, message] of [
      ['x', /'Last-Event-ID' must be the id of an event/],
      ['-1', /'Last-Event-ID' must be the id of an event/],
      ['999999999', /'Last-Event-ID' is beyond the last event, \d+; start anew/],
    ] as const) {
      const answer = await fetch(`${service.url}${EVENTS}`, {
        headers: { 'x-auth-token': alice.token, 'last-event-id': text },
      })
      assert.equal(answer.status, 400)
      assert.match(((await answer.json()) as { error_msg: string }).error_msg, message)
    }
    const fresh = await openStream(service.url, { 'x-auth-token': alice.token }, '')
    fresh[Symbol.dispose]()
  })

  test('an idle stream gives a sign of life at every beat', async () => {
    using stream = await listen(alice)
    for (const count of [1, 2, 3]) {
      const beaten = stream.beaten()
      service.beat()
      await beaten
      assert.equal(stream.beats, count)
    }
    assert.deepEqual(stream.told, [])
  })

  test('a client that hangs up is forgotten', async () => {
    const open = async () => Number(/^causeway_event_streams (\d+)$/m.exec(await metrics())?.[1])
    const streams: EventStream[] = await Promise.all([listen(alice), listen(bob)])
    assert.ok((await open()) >= 2)
    for (const stream of streams) stream[Symbol.dispose]()
    await Promise.all(streams.map(({ ended }) => ended))
    for (let asked = 0; (await open()) > 0; asked += 1) assert.ok(asked < 1_000, 'streams are left behind')
  })

  async function metrics(): Promise<string> {
    return (await service.ask(undefined, 'GET', '/metrics')).body
  }
})
