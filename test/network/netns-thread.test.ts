/** The driver's thread may die, as nothing else of the driver can; the network goes on, and so does the driver. */
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { suite, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { addPort, intentOf, peer, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

suite('the thread of the netns driver', { skip: skipNetwork }, () => {
  test('what was asked of one that dies is rejected, packets go on, and the next call begins another', async () => {
    using host = openTestHost()
    const threads: Worker[] = []
    const seen = (message: unknown) => threads.push((message as { worker: Worker }).worker)
    subscribe('worker_threads', seen)
    try {
      await using dataplane = await openNetns({ instance: host.instance })
      const [a, b] = [testVpc(1), testVpc(2)]
      const [inA, inB] = [host.workload(), host.workload()]
      addPort(a, { netns: inA, inode: undefined, device: 'eth0' })
      addPort(b, { netns: inB, inode: undefined, device: 'eth0' })
      peer(a, b)
      const routers = [intentOf(a), intentOf(b)]
      await dataplane.apply(routers)
      const underWay = assert.rejects(dataplane.apply(routers), /the thread of the netns driver has/)
      await threads[0]?.terminate()
      await underWay
      assert.equal(await host.ping(inA, '10.2.0.10'), true)
      const reports = await Promise.all([dataplane.apply(routers), dataplane.apply(routers)])
      assert.deepEqual(
        reports.flat().map(({ changes, failures }) => [changes, failures.length]),
        [0, 1, 2, 3].map(() => [0, 0]),
      )
      assert.equal(threads.length, 2)
    } finally {
      unsubscribe('worker_threads', seen)
    }
  })

  test('of many probes at once some are sent, the others are told to ask again, and then they are', async () => {
    using host = openTestHost()
    await using dataplane = await openNetns({ instance: host.instance })
    const [a, b] = [testVpc(1), testVpc(2)]
    const { id: portId } = addPort(a, { netns: host.workload(), inode: undefined, device: 'eth0' })
    peer(a, b)
    await dataplane.apply([intentOf(a), intentOf(b)])
    const outcomesOf = async (to: string, count: number) => {
      const probe = { vpcId: a.vpcId, portId, from: '10.1.0.10', to, size: 84 }
      const results = await Promise.all(Array.from({ length: count }, () => dataplane.probe(probe)))
      const refused = results.filter(({ detail }) => /32 probes are under way/.test(detail))
      assert.ok(refused.every(({ outcome }) => outcome === 'unavailable'))
      return [count - refused.length, refused.length]
    }
    // Nobody has the address, so that each takes a second.
    assert.deepEqual(await outcomesOf('10.2.0.99', 40), [32, 8])
    assert.deepEqual(await outcomesOf('10.2.0.1', 1), [1, 0])
  })

  test('a driver that is closed answers nothing more', async () => {
    using host = openTestHost()
    const dataplane = await openNetns({ instance: host.instance })
    await dataplane[Symbol.asyncDispose]()
    await assert.rejects(dataplane.present(), /is closed/)
    await dataplane[Symbol.asyncDispose]()
  })
})
