/** The contract of data planes: what is intended is built, and not built twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addPort, intentOf, peer, testVpc } from '../support/intents.ts'
import { apply, BOTH, changes, FULL, NEITHER, pairOf, reach } from './dataplane-samples.ts'
import type { DataplaneKind } from './dataplanes.ts'

/** One in five was lost before the driver waited for the kernel's own workers. */
const ROUNDS = 16

export function buildTests(open: DataplaneKind['open']): void {
  test('what is intended is built: packets of both families pass, small and full, and nothing fails', async () => {
    await using net = await open()
    const { a, b, inA, inB } = pairOf(net)
    const reports = await net.dataplane.apply([intentOf(a, 7), intentOf(b, 8)])
    assert.deepEqual(
      reports.map(({ vpcId, generation, failures }) => ({ vpcId, generation, failures })),
      [
        { vpcId: a.vpcId, generation: 7, failures: [] },
        { vpcId: b.vpcId, generation: 8, failures: [] },
      ],
    )
    for (const bytes of [84, FULL]) {
      assert.deepEqual(await reach(net, inA, 2, bytes), BOTH)
      assert.deepEqual(await reach(net, inB, 1, bytes), BOTH)
    }
    assert.deepEqual(new Set(await net.dataplane.present()), new Set([a.vpcId, b.vpcId]))
  })

  test('the very first packet is answered, of both families: it waits for nothing to be found out', async () => {
    await using net = await open()
    const lost: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = [testVpc(2 * round + 1), testVpc(2 * round + 2)]
      const [from, to] = [addPort(a, net.workload()), addPort(b, net.workload())]
      peer(a, b)
      await apply(net, a, b)
      const family = round % 2
      const addresses = { from: from.addresses[family] ?? '', to: to.addresses[family] ?? '' }
      const { outcome } = await net.dataplane.probe({ vpcId: a.vpcId, portId: from.id, ...addresses, size: FULL })
      if (outcome !== 'answered') lost.push(`${addresses.to}: ${outcome}`)
    }
    assert.deepEqual(lost, [])
  })

  test('the second time nothing is changed, nor by a driver that has just been opened', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    assert.ok(changes(await apply(net, a, b)) > 0)
    assert.equal(changes(await apply(net, a, b)), 0)
    await net.reopen()
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    assert.equal(changes(await apply(net, b, a)), 0)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
  })

  test('no order of what is intended makes a difference', async () => {
    await using net = await open()
    const { a, b } = pairOf(net)
    await apply(net, a, b)
    for (const vpc of [a, b]) vpc.routes.reverse()
    assert.equal(changes(await apply(net, a, b)), 0)
  })

  test('a router that a peering leads to is made with it, and completed later', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    await apply(net, a)
    assert.deepEqual(new Set(await net.dataplane.present()), new Set([a.vpcId, b.vpcId]))
    assert.deepEqual(await reach(net, inA, 2), NEITHER)
    await apply(net, b)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    assert.equal(changes(await apply(net, a, b)), 0)
  })
}

export function reportTests(open: DataplaneKind['open']): void {
  test('what a peering has carried is counted, in the direction in which it went', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    await apply(net, a, b)
    const [before] = await net.dataplane.counters()
    assert.equal(before?.id, peeringId)
    await net.ping(inA, '10.2.0.10', FULL)
    const [after] = await net.dataplane.counters()
    const sent = (after?.toAccepter.bytes ?? 0) - (before?.toAccepter.bytes ?? 0)
    const received = (after?.toRequester.bytes ?? 0) - (before?.toRequester.bytes ?? 0)
    // A router may tell its link of IPv6 groups meanwhile, in 90 bytes each.
    for (const bytes of [sent, received]) assert.ok(bytes >= FULL + 14 && bytes < 2 * FULL, `${bytes} bytes`)
  })

  test('a probe finds what packets find', async () => {
    await using net = await open()
    const { a, b } = pairOf(net)
    await apply(net, a, b)
    const portId = a.ports[0]?.id
    assert.ok(portId !== undefined)
    const ask = { vpcId: a.vpcId, portId, from: '10.1.0.10', to: '10.2.0.10', size: FULL }
    assert.equal((await net.dataplane.probe(ask)).outcome, 'answered')
    a.ports = []
    await apply(net, a)
    assert.equal((await net.dataplane.probe(ask)).outcome, 'unavailable')
  })
}
