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

  test('a driver that is closed answers nothing more', async () => {
    using host = openTestHost()
    const dataplane = await openNetns({ instance: host.instance })
    await dataplane[Symbol.asyncDispose]()
    await assert.rejects(dataplane.present(), /is closed/)
    await dataplane[Symbol.asyncDispose]()
  })
})
