/** The reconciler and a network that fails, hangs, crashes or drifts: it says so, and puts it right. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
import { portCalls } from '../support/ports.ts'
import { makeRoute } from '../support/routes.ts'
import type { Person, TestService } from '../support/service.ts'

suite('a network with faults', () => {
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
  /** A port with a workload on this host. */
  const makePort = async (subnet: string): Promise<string> => {
    const port = { device_owner: 'causeway:netns', 'binding:profile': { netns: '/run/netns/x' } }
    const { body } = await portCalls(service, service.admin, alice.projectId).create(subnet, port)
    return body.port.id
  }
  /** Writes into the file behind the back of the service; gives what the statement returns. */
  const corrupt = async (sql: string, id: string) => {
    using db = new DatabaseSync(join(service.folder, 'causeway.sqlite'))
    return Object.values(db.prepare(sql).get(id) ?? {})[0]
  }
  /** Another ACTIVE peering of the same VPC of alice's. */
  const second = async () => {
    const vpc = await service.makeVpc(bob, '')
    const { id } = await requestPeering(service, alice, made.a, bob, vpc)
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    return id as string
  }

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

  test('a deletion that the network does not take within 5 seconds is answered all the same, as DEGRADED', async () => {
    const release = fake.hang()
    const start = service.clock.now()
    let isAnswered = false
    const deleting = deletePeering(service, bob, made.peering).finally(() => {
      isAnswered = true
    })
    // Not so far that the driver would be told to hang, which ends the waiting too.
    await until(async () => {
      await service.ask(undefined, 'GET', '/healthz')
      if (!isAnswered && service.clock.now() - start < 25_000) service.clock.advance(20)
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

  test('a crash half-way through a call leaves nothing behind that the next tries do not put right', async () => {
    const another = await peeredNetworks(service)
    await synced(service, another.peering)
    for (const vpc of [made.a, another.a]) fake.lose(vpc as never, vpc === made.a ? made.subnets.a : another.subnets.a)
    fake.crashAfter = 1
    const pass = service.reconcile()
    await until(() => service.log.some((line) => line.includes('crashed')))
    service.clock.advance(30_000)
    await pass
    await synced(service, made.peering)
    await synced(service, another.peering)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a driver that has just given up is left alone for a moment, whatever else there is to do', async () => {
    const another = await peeredNetworks(service)
    await synced(service, another.peering)
    fake.poison.add('all')
    await makeRoute(service, alice, made.a, made.peering, '10.2.0.0/16')
    await until(async () => (await dataplaneOf()).requester.state === 'DEGRADED')
    const calls = fake.calls.length
    await makeRoute(service, alice, another.a, another.peering, '10.2.0.0/16')
    assert.deepEqual(statesIn((await showView(service, alice, another.peering)).body), ['APPLYING', 'SYNCED'])
    assert.equal(fake.calls.length, calls)
    fake.poison.clear()
    service.clock.advance(200)
    await synced(service, another.peering)
    await synced(service, made.peering)
  })

  test('a router that the driver does not report on is DEGRADED, and tried again', async () => {
    fake.silent.add(made.b as never)
    await makeRoute(service, bob, made.b, made.peering, '10.2.0.0/16')
    await until(async () => (await dataplaneOf(made.peering, bob)).accepter.state === 'DEGRADED')
    assert.match((await dataplaneOf(made.peering, bob)).accepter.last_error, /not reported/)
    fake.silent.clear()
    service.clock.advance(30_000)
    await synced(service, made.peering)
  })

  test('P9: a VPC whose rows cannot be read is DEGRADED, and holds up no other', async () => {
    const another = await peeredNetworks(service)
    await synced(service, another.peering)
    const port = await makePort(made.subnets.a)
    const broken = await corrupt("update port set fixed_ips = '{}' where id = ? returning 1", port)
    assert.equal(broken, 1)
    await makeRoute(service, alice, made.a, made.peering, '10.2.0.0/16')
    await makeRoute(service, alice, another.a, another.peering, '10.2.0.0/16')
    await synced(service, another.peering)
    await until(async () => (await dataplaneOf()).requester.state === 'DEGRADED')
    assert.match((await dataplaneOf()).requester.last_error, /cannot be read/)
    assert.ok(service.log.some((line) => line.includes('what a network ought to be cannot be read')))
    await corrupt("update port set fixed_ips = '[]' where id = ? returning 1", port)
    service.clock.advance(30_000)
    await synced(service, made.peering)
    assert.deepEqual(fake.text, await intendedText(service))
  })

  test('a full pass that the driver does not let begin is tried again', async () => {
    fake.problem = 'cannot list'
    const pass = service.reconcile()
    await until(() => service.log.some((line) => line.includes('a full pass of the reconciler cannot go on')))
    fake.problem = undefined
    service.clock.advance(30_000)
    await pass
  })

  test('traffic that the driver does not tell is null, and so it is not in the metrics', async () => {
    fake.carry(made.peering as never, { toAccepter: { packets: 1, bytes: 1 }, toRequester: { packets: 1, bytes: 1 } })
    fake.problem = 'cannot count'
    service.clock.advance(1_000)
    assert.equal((await showView(service, alice, made.peering)).body.traffic, null)
    assert.ok(!String((await service.ask(undefined, 'GET', '/metrics')).body).includes(made.peering))
    fake.problem = undefined
    service.clock.advance(1_000)
    assert.equal((await showView(service, alice, made.peering)).body.traffic.to_accepter.packets, 1)
  })

  test('P7: what is there without a VPC goes within one pass', async () => {
    const nobodys = '00000000-0000-4000-8000-00000000dead'
    fake.leave(nobodys as never)
    fake.leave((await service.makeVpc(alice, '')) as never)
    await service.reconcile()
    assert.deepEqual(fake.text, await intendedText(service))
  })
})
