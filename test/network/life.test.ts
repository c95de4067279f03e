/** One peering's whole life, with real packets: what it carries at each moment, beside a pair that is never peered. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { skipNetwork as skip } from '../support/netns.ts'
import { dumpNamespace } from '../support/network/namespace-dump.ts'
import { routerPrefix } from '../support/network/namespaces.ts'
import {
  finish,
  HANGS_AFTER_MS,
  makePlace,
  type NetworkService,
  type Place,
  routePlace,
  startNetworkService,
  synced,
} from '../support/network/site.ts'
import { ALL, carried, NONE, ping, until } from '../support/network/traffic.ts'
import { startWorkloads, type Workload } from '../support/network/workloads.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { ROUTES } from '../support/routes.ts'

const TTL_MS = 60_000

suite('a peering carries packets while it is ACTIVE and routed on both sides, and at no other time', {
  skip,
  timeout: HANGS_AFTER_MS,
}, () => {
  let service: NetworkService
  let workloads: readonly Workload[]
  let a: Place
  let b: Place
  /** Never peered. */
  let c: Place
  let d: Place
  let peering = ''
  before(async () => {
    service = await startNetworkService({ pendingTtlMs: TTL_MS })
    workloads = await startWorkloads(4)
    const { alice, bob } = service
    const places = [
      [alice, '10.1.0.0/24'],
      [bob, '10.2.0.0/24'],
      [alice, '10.3.0.0/24'],
      [bob, '10.4.0.0/24'],
    ] as const
    const [first, second, third, fourth] = await Promise.all(
      workloads.map((workload, index) => {
        const [who, cidr] = places[index] ?? assert.fail()
        return makePlace(service, who, workload, { cidr })
      }),
    )
    a = first ?? assert.fail()
    b = second ?? assert.fail()
    c = third ?? assert.fail()
    d = fourth ?? assert.fail()
  })
  after(() => finish(service, workloads))

  const assertCarries = async (isOpen: boolean) => {
    const [there, back, controlThere, controlBack] = await Promise.all([
      carried(a, b, isOpen),
      carried(b, a, isOpen),
      carried(c, d, false),
      carried(d, c, false),
    ])
    const expected = isOpen ? ALL : NONE
    assert.deepEqual({ there, back, controlThere, controlBack }, { there: expected, back: expected, ...CONTROL })
  }
  /** No link leads out of a's router, nor out of b's: there is nothing that a route could lead into. */
  const assertUnlinked = async () => {
    for (const { vpc } of [a, b]) {
      const { links = [] } = await dumpNamespace(`${routerPrefix(service.instance)}${vpc}`)
      assert.deepEqual(
        links.filter((link) => link.includes('causeway:peering:')),
        [],
      )
    }
  }
  const assertNothing = async () => {
    await assertCarries(false)
    await assertUnlinked()
  }
  const ask = async () => {
    const { id } = await requestPeering(service, service.alice, a.vpc, service.bob, b.vpc)
    peering = id
    await synced(service, service.alice, peering)
  }
  const answer = async (verb: 'accept' | 'reject') => {
    const { status, body } = await service.ask(service.bob, 'PUT', `${PEERINGS}/${peering}/${verb}`)
    assert.equal(status, 200, JSON.stringify(body))
    await synced(service, service.alice, peering)
  }
  const remove = async () => {
    const { status, headers } = await service.ask(service.alice, 'DELETE', `${PEERINGS}/${peering}`)
    assert.deepEqual([status, headers.get('causeway-dataplane')], [204, 'SYNCED'])
  }
  /** Routes to both blocks of a place. */
  const route = async (from: Place, to: Place) => {
    const made = await routePlace(service, from, peering, to)
    await synced(service, from.who, peering)
    return made
  }
  const unroute = async (who: Place['who'], ids: readonly string[]) => {
    for (const id of ids) assert.equal((await service.ask(who, 'DELETE', `${ROUTES}/${id}`)).status, 204)
    await synced(service, who, peering)
  }

  test('before anybody has asked it carries nothing', () => assertNothing())

  test('PENDING_ACCEPTANCE it carries nothing', async () => {
    await ask()
    await assertNothing()
  })

  test('REJECTED it carries nothing', async () => {
    await answer('reject')
    await assertNothing()
    await remove()
  })

  test('EXPIRED it carries nothing', async () => {
    await ask()
    service.clock.advance(TTL_MS)
    const { body } = await service.ask(service.alice, 'GET', `${PEERINGS}/${peering}`)
    assert.equal(body.peering.status, 'EXPIRED')
    await synced(service, service.alice, peering)
    await assertNothing()
    await remove()
  })

  let routesOfA: readonly string[] = []
  test('ACTIVE without routes it carries nothing', async () => {
    await ask()
    await answer('accept')
    await assertCarries(false)
  })

  test("with the requester's routes alone it carries nothing", async () => {
    routesOfA = await route(a, b)
    await assertCarries(false)
  })

  test("with both sides' routes it carries packets that fill the link, and no larger ones", async () => {
    await route(b, a)
    await assertCarries(true)
    for (const family of ['v4', 'v6'] as const) assert.equal(await ping(a, b.addresses, family, false, 1501), false)
  })

  test("with the accepter's routes alone it carries nothing", async () => {
    await unroute(service.alice, routesOfA)
    await assertCarries(false)
  })

  test('routed again it carries packets, and counts them', async () => {
    await route(a, b)
    await assertCarries(true)
    const counted = async () => {
      const { body } = await service.ask(service.alice, 'GET', `/causeway/v1/peerings/${peering}`)
      return body.traffic
    }
    service.clock.advance(1_000)
    const { to_accepter: before } = await counted()
    for (const family of ['v4', 'v6'] as const) assert.ok(await ping(a, b.addresses, family, true))
    service.clock.advance(1_000)
    const { to_accepter: later, to_requester: back } = await counted()
    assert.ok(later.packets >= before.packets + 2, 'two more pings')
    assert.ok(later.bytes >= before.bytes + 2 * 1514, 'which fill the link, with their Ethernet headers')
    assert.ok(back.packets > 0 && back.bytes > back.packets)
  })

  for (const family of ['v4', 'v6'] as const) {
    test(`once a delete is answered no packet arrives that was sent after the answer, by IP${family}`, async () => {
      const name = `last-${family}`
      await a.workload.tell('stream', { to: b.addresses[family], name, everyMs: 1 })
      const arrived = async () =>
        (await b.workload.tell('heard', null)).filter(([nonce]) => nonce.startsWith(`${name}-`))
      await until('the stream arrives', async () => (await arrived()).length > 50)
      await remove()
      const answeredAt = process.hrtime.bigint()
      const before = await a.workload.tell('sent', null)
      await until('the stream goes on', async () => (await a.workload.tell('sent', null)) > before + 200)
      await a.workload.tell('stop', null)
      const late = (await arrived()).filter(([, sentAt]) => BigInt(sentAt) > answeredAt)
      assert.deepEqual(late, [])
      await assertCarries(false)
      // As it was, for the next one.
      await ask()
      await answer('accept')
      await route(a, b)
      await route(b, a)
      await assertCarries(true)
    })
  }

  test('deleted it carries nothing', async () => {
    await remove()
    await assertNothing()
  })
})

const CONTROL = { controlThere: NONE, controlBack: NONE }
