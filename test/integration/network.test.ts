/** The reconciler over HTTP: what is promised gets into the network, and what is told of it is true. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import {
  deletePeering,
  intendedText,
  metric,
  peeredNetworks,
  showView,
  startTestNetwork,
  statesIn,
  synced,
  type TestNetwork,
  until,
} from '../support/network.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { makeRoute } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('the network of peerings', () => {
  let network: TestNetwork
  let service: TestService
  let fake: TestNetwork['fake']
  let alice: Person
  let bob: Person
  let made: Awaited<ReturnType<typeof peeredNetworks>>
  before(async () => {
    network = await startTestNetwork()
    ;({ service, fake } = network)
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made = await peeredNetworks(service)
    await synced(service, made.peering)
  })

  const repairs = () => metric(service, 'causeway_reconcile_repairs_total')
  const dataplaneOf = async (id = made.peering, who = alice) => (await showView(service, who, id)).body.dataplane
  /** Another ACTIVE peering of the same VPC of alice's. */
  const second = async () => {
    const vpc = await service.makeVpc(bob, '')
    const { id } = await requestPeering(service, alice, made.a, bob, vpc)
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    return id as string
  }

  test('is what the database says after every change, and says that it has seen it', async () => {
    const route = await makeRoute(service, alice, made.a, made.peering, '10.9.0.0/16')
    const view = await synced(service, made.peering)
    assert.deepEqual(statesIn(view), ['SYNCED', 'SYNCED'])
    const { generation, observed_generation, last_error, since } = view.dataplane.requester
    assert.ok(generation > 1)
    assert.deepEqual([observed_generation, last_error], [generation, null])
    assert.equal(new Date(since).getTime(), service.clock.now())
    assert.ok(fake.text.some((line) => line.includes('10.9.0.0/16') && line.includes(made.peering)))
    assert.deepEqual(fake.text, await intendedText(service))
    await service.ask(alice, 'DELETE', `/v2.0/vpc/routes/${route.id}`)
    assert.ok((await synced(service, made.peering)).dataplane.requester.generation > generation)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a request that nobody has accepted is in no router, and a VPC without subnet and peering has none', async () => {
    const [a, b] = [await service.makeVpc(alice, ''), await service.makeVpc(bob, '')]
    const { id } = await requestPeering(service, alice, a, bob, b)
    await synced(service, id)
    assert.deepEqual(
      fake.text.filter((line) => [a, b, id].some((each) => line.includes(each))),
      [],
    )
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    await synced(service, id)
    assert.ok(fake.text.includes(a) && fake.text.includes(b))
  })

  test('a show that waits for SYNCED is woken when the network has it, and gives up when it has not', async () => {
    const release = fake.hang()
    await makeRoute(service, alice, made.a, made.peering, '10.8.0.0/16')
    const waiting = showView(service, bob, made.peering, '?wait=SYNCED&timeout=3')
    await until(async () => (await metric(service, 'causeway_waits')) === 1)
    assert.deepEqual(statesIn((await showView(service, bob, made.peering)).body), ['APPLYING', 'SYNCED'])
    service.clock.advance(3_000)
    const late = await waiting
    assert.deepEqual([late.headers.get('causeway-wait'), statesIn(late.body)], ['timeout', ['APPLYING', 'SYNCED']])
    const again = showView(service, bob, made.peering, '?wait=REJECTED,SYNCED&timeout=300')
    await until(async () => (await metric(service, 'causeway_waits')) === 1)
    release()
    const met = await again
    assert.deepEqual([met.headers.get('causeway-wait'), statesIn(met.body)], ['met', ['SYNCED', 'SYNCED']])
  })

  test('P9: a peering that fails is DEGRADED with the reason, and another one of the same VPC is SYNCED', async () => {
    const other = await second()
    await synced(service, other)
    fake.broken.set(made.peering, 'The link has no room.')
    fake.lose(made.a as never, made.peering)
    const at = service.clock.now()
    await service.reconcile()
    const { requester, accepter } = await dataplaneOf()
    assert.deepEqual([requester.state, accepter.state], ['DEGRADED', 'DEGRADED'])
    assert.equal(new Date(requester.since).getTime(), at)
    // To each what is wrong on its own side, and all of it to the admin.
    assert.deepEqual([requester.last_error, accepter.last_error], ['The link has no room.', null])
    const his = await dataplaneOf(made.peering, bob)
    assert.deepEqual([his.requester.last_error, his.accepter.last_error], [null, 'The link has no room.'])
    const both = await dataplaneOf(made.peering, service.admin)
    assert.equal(both.requester.last_error, both.accepter.last_error)
    assert.deepEqual(statesIn(await synced(service, other)), ['SYNCED', 'SYNCED'])
    assert.equal(await metric(service, 'causeway_dataplane_failures'), 2)
    fake.broken.delete(made.peering)
    service.clock.advance(30_000)
    const healed = await synced(service, made.peering)
    assert.equal(new Date(healed.dataplane.requester.since).getTime(), service.clock.now())
    assert.equal(await metric(service, 'causeway_dataplane_failures'), 0)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('what fails is tried again later and later, and not before its time', async () => {
    fake.broken.set(made.subnets.a, 'The bridge has gone.')
    await makeRoute(service, alice, made.a, made.peering, '10.7.0.0/16')
    // Told after the failure, so that the clock is not moved between a try and what comes of it.
    const tries = () => service.log.filter((line) => line.includes(made.a) && line.includes('as it ought to be')).length
    await until(async () => statesIn((await showView(service, alice, made.peering)).body)[0] === 'DEGRADED')
    // A full pass leaves alone what waits for its own time.
    const before = tries()
    await service.reconcile()
    assert.equal(tries(), before)
    for (let failures = 1; failures <= 6; failures += 1) {
      const already = tries()
      service.clock.advance(100 * 2 ** (failures - 1) - 1)
      await service.reconcile()
      assert.equal(tries(), already, `after ${failures} failures`)
      service.clock.advance(100 * 2 ** (failures - 1) + 1)
      await until(() => tries() === already + 1)
    }
    const since = (await dataplaneOf()).requester.since
    assert.ok(new Date(since).getTime() < service.clock.now(), 'it is DEGRADED since it first failed')
    fake.broken.clear()
    service.clock.advance(30_000)
    await synced(service, made.peering)
  })

  test('a deletion is answered when the network has forgotten the peering, and says so', async () => {
    const release = fake.hang()
    const deleting = deletePeering(service, alice, made.peering)
    await until(async () => (await service.ask(alice, 'GET', `${PEERINGS}/${made.peering}`)).status === 404)
    let isAnswered = false
    deleting.finally(() => {
      isAnswered = true
    })
    service.clock.advance(4_999)
    for (let more = 0; more < 5; more += 1) await service.ask(alice, 'GET', PEERINGS)
    assert.equal(isAnswered, false)
    release()
    const { status, headers } = await deleting
    assert.deepEqual([status, headers.get('causeway-dataplane')], [204, 'SYNCED'])
    assert.deepEqual(
      fake.text.filter((line) => line.includes(made.peering)),
      [],
    )
  })

  test('a deletion that the network does not take within 5 seconds is answered all the same, as DEGRADED', async () => {
    const release = fake.hang()
    const start = service.clock.now()
    let isAnswered = false
    const deleting = deletePeering(service, bob, made.peering).finally(() => {
      isAnswered = true
    })
    await until(() => {
      if (!isAnswered) service.clock.advance(10)
      return isAnswered
    })
    assert.ok(service.clock.now() - start >= 5_000)
    const { status, headers } = await deleting
    assert.deepEqual([status, headers.get('causeway-dataplane')], [204, 'DEGRADED'])
    release()
    await service.reconcile()
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a deletion that the network refuses is answered as DEGRADED at once, and made good later', async () => {
    fake.poison.add('all')
    const { status, headers } = await deletePeering(service, bob, made.peering)
    assert.deepEqual([status, headers.get('causeway-dataplane')], [204, 'DEGRADED'])
    fake.poison.clear()
    await until(() => {
      service.clock.advance(1_000)
      return !fake.text.some((line) => line.includes(made.peering))
    })
    await service.reconcile()
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a driver that hangs makes what it was asked for DEGRADED, is not asked twice, and heals', async () => {
    const release = fake.hang()
    await makeRoute(service, alice, made.a, made.peering, '10.6.0.0/16')
    await until(() => fake.calls.at(-1)?.includes(made.a as never) === true)
    const already = fake.calls.length
    service.clock.advance(30_000)
    await until(async () => (await dataplaneOf()).requester.state === 'DEGRADED')
    assert.match((await dataplaneOf()).requester.last_error, /^The data plane has not answered for 30 seconds\.$/)
    assert.ok(service.log.some((line) => line.includes('the data plane does not answer')))
    await makeRoute(service, bob, made.b, made.peering, '10.5.0.0/16')
    assert.equal(fake.calls.length, already)
    release()
    await synced(service, made.peering)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('P9: a VPC at which the driver gives up takes no other with it for long', async () => {
    const other = await second()
    await synced(service, other)
    const bystander = await peeredNetworks(service)
    fake.poison.add(made.b as never)
    await makeRoute(service, bob, made.b, made.peering, '10.4.0.0/16')
    await makeRoute(service, alice, bystander.a, bystander.peering, '10.4.0.0/16')
    await until(() => {
      service.clock.advance(50)
      return fake.text.some((line) => line.includes('10.4.0.0/16'))
    })
    await synced(service, bystander.peering)
    assert.match((await dataplaneOf(made.peering, bob)).accepter.last_error, /The data plane failed: gave up at/)
    assert.ok(service.log.some((line) => line.includes('the data plane failed; it is tried again')))
    fake.poison.clear()
    service.clock.advance(30_000)
    await synced(service, made.peering)
  })

  test('what others change in the network is put right by the next full pass, and counted; else nothing is', async () => {
    await service.reconcile()
    const before = await repairs()
    const passes = await metric(service, 'causeway_reconcile_passes_total')
    await service.reconcile()
    assert.deepEqual([await repairs(), await metric(service, 'causeway_reconcile_passes_total')], [before, passes + 1])
    fake.lose(made.a as never, made.subnets.a)
    fake.lose(made.b as never, made.peering)
    service.clock.advance(10_000)
    await until(async () => (await metric(service, 'causeway_reconcile_passes_total')) > passes + 1)
    assert.equal(await repairs(), before + 2)
    assert.deepEqual(fake.text, await intendedText(service))
    assert.ok(service.log.some((line) => line.includes('a network was not as it was left')))
  })

  test('P7: what is there without a VPC goes within one pass', async () => {
    const nobodys = '00000000-0000-4000-8000-00000000dead'
    fake.leave(nobodys as never)
    fake.leave((await service.makeVpc(alice, '')) as never)
    await service.reconcile()
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a start finds the network as it was left, changes nothing that is right, and has seen nothing before it looks', async () => {
    await service.reconcile()
    const left = fake.text
    const release = fake.hang()
    await service.restart()
    assert.equal(fake.isClosed, false)
    assert.deepEqual(statesIn((await showView(service, alice, made.peering)).body), ['APPLYING', 'APPLYING'])
    assert.equal((await dataplaneOf()).requester.observed_generation, 0)
    assert.deepEqual(fake.text, left)
    release()
    await synced(service, made.peering)
    assert.deepEqual(fake.text, left)
    assert.equal(await repairs(), 0)
    assert.deepEqual(new Set(fake.instances).size, 1)
    assert.match(fake.instances[0] ?? '', /^[0-9a-f]{8}$/)
  })

  test('a stop waits for the call of the driver that is under way, and leaves the network as it is', async () => {
    const release = fake.hang()
    await makeRoute(service, alice, made.a, made.peering, '10.3.0.0/16')
    await until(() => fake.calls.at(-1)?.includes(made.a as never) === true)
    const restarting = service.restart()
    assert.equal(fake.isClosed, false)
    release()
    await restarting
    await synced(service, made.peering)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('what a peering has carried is told, up to a second old, and as a metric', async () => {
    const traffic = { toAccepter: { packets: 3, bytes: 300 }, toRequester: { packets: 2, bytes: 200 } }
    const told = { to_accepter: traffic.toAccepter, to_requester: traffic.toRequester }
    fake.carry(made.peering as never, traffic)
    service.clock.advance(1_000)
    assert.deepEqual((await showView(service, bob, made.peering)).body.traffic, told)
    const labels = (direction: string) => `{peering="${made.peering}",direction="${direction}"}`
    assert.equal(await metric(service, `causeway_peering_packets_total${labels('to_accepter')}`), 3)
    assert.equal(await metric(service, `causeway_peering_bytes_total${labels('to_requester')}`), 200)
    fake.carry(made.peering as never, { ...traffic, toAccepter: { packets: 4, bytes: 400 } })
    assert.deepEqual((await showView(service, bob, made.peering)).body.traffic, told)
    service.clock.advance(1_000)
    assert.equal((await showView(service, bob, made.peering)).body.traffic.to_accepter.packets, 4)
    await deletePeering(service, alice, made.peering)
    service.clock.advance(1_000)
    assert.ok(!String((await service.ask(undefined, 'GET', '/metrics')).body).includes(made.peering))
  })

  test('the time from a commit to the network, and that of each call of the driver, are measured', async () => {
    const count = (name: string) => metric(service, name)
    assert.ok((await count('causeway_reconcile_lag_seconds_count')) > 0)
    assert.ok((await count('causeway_dataplane_apply_seconds_count{driver="netns"}')) > 0)
  })
})

test('without a data plane a view says so, SYNCED cannot be waited for, and a deletion says nothing of it', async () => {
  await using service = await startTestService()
  const { peering } = await peeredNetworks(service)
  const { alice } = service
  const { body } = await showView(service, alice, peering)
  assert.deepEqual([body.dataplane, body.traffic], [null, null])
  const refused = await showView(service, alice, peering, '?wait=ACTIVE,SYNCED')
  assert.equal(refused.status, 400)
  assert.match(refused.body.error_msg, /no data plane/)
  assert.equal((await service.ask(alice, 'GET', `${PEERINGS}/${peering}?wait=SYNCED`)).status, 400)
  const deleted = await deletePeering(service, alice, peering)
  assert.deepEqual([deleted.status, deleted.headers.get('causeway-dataplane')], [204, null])
  assert.ok(!String((await service.ask(undefined, 'GET', '/metrics')).body).includes('causeway_reconcile'))
  await service.reconcile()
})
