/** How streams of events end: for whom they are no longer, for readers who do not read, and with the service. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { EVENTS, type EventStream, openStream } from '../support/event-stream.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { logIn, type Person, readOpenrc, startTestService, type TestService } from '../support/service.ts'
import { signHeaders } from '../support/sign.ts'

const DAY_MS = 24 * 60 * 60 * 1000

async function newPeering(service: TestService): Promise<string> {
  const { alice, bob } = service
  const [a, b] = [await service.makeVpc(alice, ''), await service.makeVpc(bob, '')]
  return (await requestPeering(service, alice, a, bob, b)).id
}

const byToken = ({ token }: Person) => ({ 'x-auth-token': token })

function bySignature({ url, clock }: TestService, { accessKey: access, secretKey: secret, projectId }: Person) {
  const signed = { method: 'GET', url: `${url}${EVENTS}`, body: '' }
  return signHeaders(signed, { access, secret, projectId, now: clock.now() })
}

/** Fails unless the last thing that it told is this end, after all else. */
async function assertEnded(stream: EventStream, event: string, reason: string): Promise<number> {
  await stream.ended
  const last = stream.told.at(-1)
  const place = stream.told.at(-2)?.id ?? stream.start
  assert.deepEqual(last, { id: place, event, data: { reason, resume_from: String(place) } })
  return place
}

suite('a stream ends when its reader may listen no longer', () => {
  test('a token that is taken back ends its streams at once, and no others', async () => {
    await using service = await startTestService()
    const { url, alice, ask } = service
    const spare = await logIn(url, alice)
    using ending = await openStream(url, byToken(spare))
    using staying = await openStream(url, byToken(alice))
    const headers = { ...byToken(alice), 'x-subject-token': spare.token }
    assert.equal((await fetch(`${url}/v3/auth/tokens`, { method: 'DELETE', headers })).status, 204)
    await assertEnded(ending, 'end', 'unauthenticated')
    // At once: the next beat would have ended it too.
    assert.equal(ending.beats, 0)
    const id = await newPeering(service)
    await ask(alice, 'DELETE', `${PEERINGS}/${id}`)
    await staying.until(2)
  })

  test('a token whose time is over is told nothing more', async () => {
    await using service = await startTestService()
    using stream = await openStream(service.url, byToken(service.alice))
    await newPeering(service)
    await stream.until(1)
    service.clock.advance(DAY_MS)
    const [alice, bob] = await Promise.all([logIn(service.url, service.alice), logIn(service.url, service.bob)])
    using fresh = await openStream(service.url, byToken(alice))
    await newPeering({ ...service, alice, bob, ask: service.ask, makeVpc: service.makeVpc })
    await fresh.until(1)
    await assertEnded(stream, 'end', 'unauthenticated')
    assert.equal(stream.told.length, 2)
  })

  test('an idle stream ends at the beat after its token', async () => {
    await using service = await startTestService()
    using stream = await openStream(service.url, byToken(service.alice))
    service.clock.advance(DAY_MS - 1)
    const beaten = stream.beaten()
    service.beat()
    await beaten
    service.clock.advance(1)
    service.beat()
    await assertEnded(stream, 'end', 'unauthenticated')
  })

  test('a signed stream outlives its signature, but not its key, its user or a day', async () => {
    await using service = await startTestService()
    const { url, alice, bob, admin, ask } = service
    using hers = await openStream(url, bySignature(service, alice))
    using his = await openStream(url, bySignature(service, bob))
    service.clock.advance(60 * 60 * 1000)
    await newPeering(service)
    await Promise.all([hers.until(1), his.until(1)])
    await ask(alice, 'DELETE', `/v3.0/OS-CREDENTIAL/credentials/${alice.accessKey}`)
    await assertEnded(hers, 'end', 'unauthenticated')
    const { body } = await ask(bob, 'GET', '/v3/users?name=bob')
    await ask(admin, 'PATCH', `/v3/users/${body.users[0].id}`, { user: { enabled: false } })
    await assertEnded(his, 'end', 'unauthenticated')
    using admins = await openStream(url, bySignature(service, admin))
    service.clock.advance(DAY_MS)
    service.beat()
    await assertEnded(admins, 'end', 'unauthenticated')
  })
})

suite('a reader who does not read', () => {
  let service: TestService
  let slow: EventStream
  let quick: EventStream
  // So many events that the kernel takes no more of them for one reader: some ten thousand.
  before(async () => {
    service = await startTestService()
    const id = await newPeering(service)
    slow = await openStream(service.url, byToken(service.alice))
    quick = await openStream(service.url, byToken(service.bob))
    slow.pause()
    await renameUntilOpen(id, 1)
  })
  after(async () => {
    slow[Symbol.dispose]()
    quick[Symbol.dispose]()
    await service[Symbol.asyncDispose]()
  })

  async function renameUntilOpen(id: string, open: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    const headers = { ...byToken(service.bob), 'content-type': 'application/json' }
    const rename = async (): Promise<void> => {
      const asked = request(`${service.url}${PEERINGS}/${id}`, { method: 'PUT', agent, headers })
      asked.end('{"peering": {"name": "another"}}')
      const [response] = await once(asked, 'response')
      response.resume()
      await once(response, 'end')
      assert.equal(response.statusCode, 200)
    }
    for (let burst = 0; (await openStreams()) > open; burst += 1) {
      assert.ok(burst < 200, 'it is never cut off')
      await Promise.all(Array.from({ length: 320 }, rename))
    }
    // Some more, which it misses in any case; and then a replay, which has more room than it, is full as well.
    for (let burst = 0; burst < 6; burst += 1) await Promise.all(Array.from({ length: 320 }, rename))
    agent.destroy()
  }

  async function openStreams(): Promise<number> {
    const { body } = await service.ask(undefined, 'GET', '/metrics')
    return Number(/^causeway_event_streams (\d+)$/m.exec(body)?.[1])
  }

  /** Turns of the event loop, more than it has pages to send: then a paused reader is one who holds them up. */
  async function letKernelFill(): Promise<void> {
    for (let turn = 0; turn < 300; turn += 1) await openStreams()
  }

  async function openPausedReplay(): Promise<EventStream> {
    const stream = await openStream(service.url, byToken(service.alice), 0)
    stream.pause()
    return stream
  }

  test('is cut off with a last event that says where to go on, while others hear everything', async () => {
    const last = (await lastSeq()) - quick.start
    const whole = (await quick.until(last)).map(({ id }) => id)
    assert.deepEqual(
      whole,
      Array.from({ length: last }, (_, index) => quick.start + index + 1),
    )
    slow.resume()
    const place = await assertEnded(slow, 'overflow', 'overflow')
    const heard = slow.told.slice(0, -1).map(({ id }) => id)
    assert.ok(heard.length < last, 'it was not cut off')
    using again = await openStream(service.url, byToken(service.alice), place)
    const rest = await again.until(last - heard.length)
    assert.deepEqual([...heard, ...rest.map(({ id }) => id)], whole)
  })

  async function lastSeq(): Promise<number> {
    using stream = await openStream(service.url, byToken(service.admin))
    return stream.start
  }

  test('has a replay wait, which goes on when it reads again: each event once, whatever woke the stream meanwhile', async () => {
    using replay = await openPausedReplay()
    await letKernelFill()
    service.beat()
    await letKernelFill()
    replay.resume()
    const last = await lastSeq()
    const told = await replay.until(last)
    assert.deepEqual(
      told.map(({ id }) => id),
      Array.from({ length: last }, (_, index) => index + 1),
    )
  })

  test('has a replay wait, is let go at a beat when it takes nothing, and at the next one with its last event', async () => {
    using replay = await openPausedReplay()
    // Each beat looks whether anything was taken since the one before.
    for (let beats = 0; (await openStreams()) > 1; beats += 1) {
      assert.ok(beats < 1_000, 'it is never let go')
      service.beat()
    }
    service.beat()
    replay.resume()
    await replay.ended
    assert.ok(replay.told.length > 100)
    assert.ok(replay.told.every(({ event }) => event === 'peering'))
  })

  test('does not hold up a shutdown', async () => {
    using replay = await openPausedReplay()
    await letKernelFill()
    const before = performance.now()
    await service.restart()
    // A tenth of a second; the service cuts off at 10 s what holds it up.
    assert.ok(performance.now() - before < 5_000)
    replay.resume()
    await replay.ended
  })
})

suite('a shutdown', () => {
  test('ends every stream with a last event, and waits for none, also not for one that is not read', async () => {
    using folder = temporaryFolder()
    await using program = await startProgram(folder.path)
    const alice = await logIn(program.url, readOpenrc(folder.path, 'alice'))
    using stream = await openStream(program.url, byToken(alice))
    using paused = await openStream(program.url, byToken(alice))
    paused.pause()
    const before = performance.now()
    assert.deepEqual(await program.stop('SIGTERM'), { code: 0, signal: null })
    // A tenth of a second; the service cuts off at 10 s what holds it up.
    assert.ok(performance.now() - before < 5_000)
    await assertEnded(stream, 'end', 'shutting_down')
    assert.doesNotMatch(program.log(), /failed|internal error/)
  })

  test('a client goes on after a restart with the id that it was told, and misses nothing', async () => {
    await using service = await startTestService()
    using stream = await openStream(service.url, byToken(service.alice))
    await service.restart()
    const place = await assertEnded(stream, 'end', 'shutting_down')
    const id = await newPeering(service)
    using again = await openStream(service.url, byToken(service.alice), place)
    assert.equal((await again.until(1))[0]?.data.peering_id, id)
  })
})

suite('the number of streams', () => {
  test('a project may have 100, and all together 300: more are refused, and there is room again after one ends', async () => {
    await using service = await startTestService()
    const { url, alice, bob, admin } = service
    const eve = await service.eve()
    const opened = await Promise.all(
      [alice, bob, eve].flatMap((who) => Array.from({ length: 100 }, () => openStream(url, byToken(who)))),
    )
    const more = await fetch(`${url}${EVENTS}`, { headers: byToken(alice) })
    assert.equal(more.status, 503)
    assert.match(await more.text(), /There are 300 streams of events open already/)
    opened.pop()?.[Symbol.dispose]()
    let admins: Response
    do admins = await fetch(`${url}${EVENTS}`, { headers: byToken(alice) })
    while (admins.status === 503)
    assert.equal(admins.status, 429)
    assert.match(await admins.text(), /This project has 100 streams of events open already/)
    using one = await openStream(url, byToken(admin))
    assert.equal(one.told.length, 0)
    for (const stream of opened) stream[Symbol.dispose]()
  })
})
