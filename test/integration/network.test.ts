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
  VIEWS,
} from '../support/network.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { portCalls } from '../support/ports.ts'
import { makeRoute } from '../support/routes.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

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

  test('a start finds the network as it was left, changes nothing that is right, and has seen nothing before it looks', async () => {
    await service.reconcile()
    const left = fake.text
    const release = fake.hang()
    await service.restart()
    // Nobody has seen it there since the start, so that it is no repair.
    fake.lose(made.a as never, made.subnets.a)
    const lost = fake.text
    assert.deepEqual(statesIn((await showView(service, alice, made.peering)).body), ['APPLYING', 'APPLYING'])
    assert.equal((await dataplaneOf()).requester.observed_generation, 0)
    assert.deepEqual(fake.text, lost)
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

  test('the ETag of a view tells every state of the network, and the version of a change does not', async () => {
    const path = `${VIEWS}/${made.peering}`
    const ask = (method: string, headers: Record<string, string>, body?: object) =>
      send(service.url, method, path, body, { 'x-auth-token': alice.token, ...headers })
    const etagOf = ({ headers }: Answer) => String(headers.get('etag'))
    const before = etagOf(await ask('GET', {}))
    assert.match(before, /^"ACTIVE-\d+;[\w-]{16}"$/)
    assert.equal((await ask('GET', { 'if-none-match': before })).status, 304)
    const release = fake.hang()
    await makeRoute(service, alice, made.a, made.peering, '10.9.0.0/16')
    const applying = await ask('GET', { 'if-none-match': before })
    assert.deepEqual([applying.status, applying.body.dataplane.requester.state], [200, 'APPLYING'])
    release()
    await synced(service, made.peering)
    const after = await ask('GET', { 'if-none-match': etagOf(applying) })
    assert.deepEqual([after.status, after.body.dataplane.requester.state], [200, 'SYNCED'])
    assert.equal((await ask('GET', { 'if-none-match': etagOf(after) })).status, 304)
    fake.carry(made.peering as never, { toAccepter: { packets: 1, bytes: 1 }, toRequester: { packets: 0, bytes: 0 } })
    service.clock.advance(1_000)
    assert.equal((await ask('GET', { 'if-none-match': etagOf(after) })).status, 200)
    // What has changed since is not what is to be changed.
    const changed = await ask('PUT', { 'if-match': before }, { protected: true })
    assert.deepEqual([changed.status, changed.body.protected], [200, true])
    assert.equal((await ask('PUT', { 'if-match': etagOf(after) }, { protected: false })).status, 412)
    assert.equal((await ask('PUT', { 'if-match': etagOf(changed) }, { protected: false })).status, 200)
  })

  test('a port with a workload on this host is in its router, and any other is not', async () => {
    const { create, update } = portCalls(service, service.admin, alice.projectId)
    const attachment = (profile: object) => ({ device_owner: 'causeway:netns', 'binding:profile': profile })
    const { body } = await create(made.subnets.a)
    const { id, mac_address } = body.port
    const [{ ip_address }] = body.port.fixed_ips
    const shown = async () => {
      await synced(service, made.peering)
      return fake.text.filter((line) => line.includes(id)).map((line) => JSON.parse(line.slice(line.indexOf('{'))))
    }
    assert.deepEqual(await shown(), [])
    await update(id, attachment({ netns: '/run/netns/web', device: 'net1', inode: 7 }))
    const workload = { netns: '/run/netns/web', inode: 7, device: 'net1' }
    const [port, ...more] = await shown()
    assert.deepEqual(
      [port, more],
      [{ subnetId: made.subnets.a, macAddress: mac_address, addresses: [ip_address], allowed: [], workload }, []],
    )
    await update(id, { allowed_address_pairs: [{ ip_address: '10.77.0.0/16' }] })
    assert.deepEqual(
      (await shown()).map(({ allowed }) => allowed[0].ipAddress),
      ['10.77.0.0/16'],
    )
    await update(id, { device_owner: '' })
    assert.deepEqual(await shown(), [])
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
