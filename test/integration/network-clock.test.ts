/** The reconciler where the clock is set back, as happens when a machine has just started and asks for the time. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import {
  deletePeering,
  metric,
  peeredNetworks,
  showView,
  startTestNetwork,
  statesIn,
  synced,
  type TestNetwork,
  until,
} from '../support/network.ts'
import { makeRoute } from '../support/routes.ts'
import type { TestService } from '../support/service.ts'

const HOUR_MS = 3_600_000

suite('a network whose clock is set back', () => {
  let service: TestService
  let fake: TestNetwork['fake']
  let made: Awaited<ReturnType<typeof peeredNetworks>>
  before(async () => {
    ;({ service, fake } = await startTestNetwork())
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made = await peeredNetworks(service)
    await synced(service, made.peering)
  })

  /** Forward again little by little, so that nothing comes in time but what is due by the new clock. */
  const goesOn = (ms: number, isSo: () => Promise<boolean> | boolean) => {
    const end = service.clock.now() + ms
    return until(async () => {
      await service.ask(undefined, 'GET', '/healthz')
      const isDone = await isSo()
      if (!isDone && service.clock.now() < end) service.clock.advance(ms / 1_000)
      return isDone
    })
  }
  const passes = () => metric(service, 'causeway_reconcile_passes_total')
  const statesOf = async () => statesIn((await showView(service, service.alice, made.peering)).body)

  test('goes on being looked at', async () => {
    await service.reconcile()
    const already = await passes()
    service.clock.advance(-HOUR_MS)
    await goesOn(10_000, async () => (await passes()) > already)
  })

  test('is tried again where it failed', async () => {
    fake.broken.set(made.subnets.a, 'The bridge has gone.')
    await makeRoute(service, service.alice, made.a, made.peering, '10.7.0.0/16')
    await until(async () => (await statesOf())[0] === 'DEGRADED')
    fake.broken.clear()
    service.clock.advance(-HOUR_MS)
    await goesOn(10_000, async () => (await statesOf())[0] === 'SYNCED')
  })

  test('is tried again where the driver gave up', async () => {
    fake.poison.add('all')
    await makeRoute(service, service.alice, made.a, made.peering, '10.8.0.0/16')
    await until(async () => (await statesOf())[0] === 'DEGRADED')
    fake.poison.clear()
    service.clock.advance(-HOUR_MS)
    await goesOn(10_000, async () => (await statesOf())[0] === 'SYNCED')
  })

  test('keeps no deletion waiting longer than else', async () => {
    const release = fake.hang()
    let isAnswered = false
    const calls = fake.calls.length
    const deleting = deletePeering(service, service.bob, made.peering).finally(() => {
      isAnswered = true
    })
    await until(() => fake.calls.length > calls)
    service.clock.advance(-HOUR_MS)
    // Not so far that the driver would be told to hang, which ends the waiting too.
    await goesOn(25_000, () => isAnswered)
    assert.equal((await deleting).headers.get('causeway-dataplane'), 'DEGRADED')
    release()
    await service.reconcile()
  })

  test('is told to hang by the driver as soon as else', async () => {
    const release = fake.hang()
    const calls = fake.calls.length
    await makeRoute(service, service.alice, made.a, made.peering, '10.9.0.0/16')
    await until(() => fake.calls.length > calls)
    service.clock.advance(-HOUR_MS)
    const isTold = () => service.log.some((line) => line.includes('the data plane does not answer'))
    await goesOn(60_000, isTold)
    release()
    await synced(service, made.peering)
  })

  test('tells anew what peerings have carried', async () => {
    const packetsOf = async () =>
      (await showView(service, service.alice, made.peering)).body.traffic?.to_accepter.packets
    const none = { packets: 0, bytes: 0 }
    fake.carry(made.peering as never, { toAccepter: { packets: 1, bytes: 100 }, toRequester: none })
    service.clock.advance(1_000)
    assert.equal(await packetsOf(), 1)
    fake.carry(made.peering as never, { toAccepter: { packets: 2, bytes: 200 }, toRequester: none })
    service.clock.advance(-HOUR_MS)
    assert.equal(await packetsOf(), 2)
  })
})
