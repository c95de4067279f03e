/** With a data plane explain knows of workloads and of routers that are behind, and sends packets if it is asked to. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import type { VpcId } from '../../src/rules/ids.ts'
import type { Probe, ProbeResult } from '../../src/rules/probe.ts'
import { codesIn, EXPLAIN, makePlace, type Place, type Reason } from '../support/explain.ts'
import { FakeDataplane } from '../support/fake-dataplane.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { addressesIn, portCalls } from '../support/ports.ts'
import { makeRoute } from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

suite('explain with a data plane', () => {
  const dataplane = new FakeDataplane()
  const answered: ProbeResult = { outcome: 'answered', detail: 'echo', milliseconds: 0.25 }
  const lost: ProbeResult = { outcome: 'lost', detail: 'nothing came', milliseconds: undefined }
  let sent: Probe[] = []
  let outcome = answered
  let service: TestService
  let alice: Person
  let bob: Person
  let admin: Person
  before(async () => {
    service = await startTestService({
      openDataplane: async (driver, instance) => ({
        ...(await dataplane.open(driver, instance)),
        async probe(probe) {
          sent.push(probe)
          return outcome
        },
      }),
    })
    ;({ alice, bob, admin } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  let nets = 0
  let mine: Place
  let theirs: Place
  let peering: string
  /** Two peered VPCs, routed both ways, with a workload in the first. */
  beforeEach(async () => {
    nets += 1
    sent = []
    outcome = answered
    mine = await makePlace(service, alice, nets)
    theirs = await makePlace(service, bob, nets + 100)
    peering = (await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)).id
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${peering}/accept`)).status, 200)
    await makeRoute(service, alice, mine.vpc, peering, theirs.cidr)
    await makeRoute(service, bob, theirs.vpc, peering, mine.cidr)
    await attach(alice, mine)
    await service.reconcile()
  })
  afterEach(() => dataplane.broken.clear())

  async function attach(who: Person, { port }: Place): Promise<void> {
    const workload = {
      device_owner: 'causeway:netns',
      'binding:profile': { netns: `/run/netns/${port}`, device: 'eth0' },
    }
    assert.equal((await portCalls(service, admin, who.projectId).update(port, workload)).status, 200)
  }

  async function ask(who: Person, more: object = {}, from: object = { port: mine.port }): Promise<Answer['body']> {
    const { status, body } = await service.ask(who, 'POST', EXPLAIN, { from, to: { address: theirs.v4 }, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  test('a port without a workload sends and answers nothing, which of the far side only its own are told', async () => {
    assert.deepEqual(codesIn(await ask(alice)), ['reachable'])
    assert.deepEqual(codesIn(await ask(admin)), ['unreachable', 'PORT_DETACHED'])
    const back = { to: { address: mine.v4 } }
    assert.deepEqual(codesIn(await ask(bob, back, { port: theirs.port })), ['unreachable', 'PORT_DETACHED'])
    const elsewhere = { device_owner: 'compute:az1', 'binding:profile': { netns: '/run/netns/x', device: 'eth0' } }
    assert.equal((await portCalls(service, admin, bob.projectId).update(theirs.port, elsewhere)).status, 200)
    assert.deepEqual(codesIn(await ask(admin)), ['unreachable', 'PORT_DETACHED'], 'something else has it')
    await attach(bob, theirs)
    await service.reconcile()
    for (const who of [alice, admin]) assert.deepEqual(codesIn(await ask(who)), ['reachable'])
    assert.deepEqual(codesIn(await ask(bob, back, { port: theirs.port })), ['reachable'])
  })

  test('a port that is down carries nothing, whatever is attached to it', async () => {
    const made = await portCalls(service, alice).create(mine.subnet, { admin_state_up: false })
    const port: string = made.body.port.id
    await attach(alice, { ...mine, port })
    assert.deepEqual(codesIn(await ask(alice, {}, { port })), ['unreachable', 'PORT_DOWN'])
    const to = { address: addressesIn(made)[0] }
    assert.deepEqual(codesIn(await ask(alice, { to })), ['unreachable', 'PORT_DOWN'])
    const { probe, agrees } = await ask(alice, { probe: true }, { port })
    assert.deepEqual([probe.outcome, agrees, sent], ['unavailable', null, []])
  })

  test('a router that is behind is told to both sides, and decides nothing', async () => {
    const behind = async (who: Person) => {
      const { verdict, reasons } = await ask(who)
      return [
        verdict,
        ...reasons.map(({ code, end, message }: Reason & { message: string }) => {
          return `${code} ${end} ${/ is ([A-Z]+):/.exec(message)?.[1]}`
        }),
      ]
    }
    const release = dataplane.hang()
    try {
      await makeRoute(service, alice, mine.vpc, peering, '10.250.0.0/16')
      assert.deepEqual(await behind(alice), ['reachable', 'DATAPLANE_BEHIND source APPLYING'])
      const back = await ask(bob, { to: { vpc: mine.vpc, address: mine.v4 } }, { port: theirs.port })
      assert.deepEqual(codesIn(back), ['unreachable', 'PORT_DETACHED', 'DATAPLANE_BEHIND'])
    } finally {
      release()
    }
    await service.reconcile()
    assert.deepEqual(await behind(alice), ['reachable'])
    dataplane.broken.set(theirs.vpc as VpcId, 'the kernel said no')
    await service.reconcile()
    const told = await ask(alice)
    assert.deepEqual(await behind(alice), ['reachable', 'DATAPLANE_BEHIND destination DEGRADED'])
    assert.ok(!JSON.stringify(told).includes('the kernel said no'))
  })

  test('a probe is the packet of the question, and agrees or not', async () => {
    await attach(bob, theirs)
    const size = 1400
    const good = await ask(admin, { probe: true, size })
    assert.deepEqual(sent, [{ vpcId: mine.vpc, portId: mine.port, from: mine.v4, to: theirs.v4, size }])
    assert.deepEqual([good.probe, good.agrees], [{ outcome: 'answered', detail: 'echo', milliseconds: 0.25 }, true])
    outcome = lost
    const bad = await ask(admin, { probe: true })
    assert.deepEqual([bad.verdict, bad.probe.milliseconds, bad.agrees], ['reachable', null, false])
    // Whether anybody ought to have answered is bob's to know.
    assert.deepEqual((await ask(alice, { probe: true })).agrees, null)
    assert.deepEqual((await ask(alice, { probe: true, size: 1501 })).agrees, true)
    sent = []
    const { probe } = await ask(alice)
    assert.deepEqual([probe, sent], [undefined, []])
  })

  test('only who may see the port sends a packet from it, and only by an address of its own', async () => {
    const from = { port: mine.port }
    const body = { from, to: { address: theirs.v4 }, probe: true }
    assert.equal((await service.ask(bob, 'POST', EXPLAIN, body)).status, 404)
    const spoofed = await ask(alice, { probe: true }, { ...from, address: mine.v4.replace(/\d+$/, '77') })
    assert.deepEqual([codesIn(spoofed), spoofed.probe.outcome], [['unreachable', 'SPOOFED_SOURCE'], 'unavailable'])
    assert.deepEqual(sent, [])
  })
})
