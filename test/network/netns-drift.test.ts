/** What somebody breaks by hand, with the tools that an operator has: the next apply heals it, and it alone. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { bridgeName, linkName, portName } from '../../src/dataplane/netns/names.ts'
import { addPort, intentOf, peer, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork, type TestHost } from '../support/netns.ts'
import { DRIFTS, type Site } from './drifts.ts'

suite('drift in network namespaces', { skip: skipNetwork }, () => {
  for (const { what, act, stops } of DRIFTS) {
    test(`${what}: healed by the next apply`, async () => {
      await using site = await openSite()
      const { dataplane, host, a, b, inA } = site
      assert.deepEqual(await reach(host, inA), [true, true])
      act(site)
      if (stops) assert.notDeepEqual(await reach(host, inA), [true, true])
      const reports = await dataplane.apply([intentOf(a), intentOf(b)])
      assert.deepEqual(
        reports.flatMap(({ failures }) => failures),
        [],
      )
      assert.ok(reports.some(({ changes }) => changes > 0))
      assert.deepEqual(await reach(host, inA), [true, true])
      const again = await dataplane.apply([intentOf(a), intentOf(b)])
      assert.deepEqual(
        again.map(({ changes, failures }) => ({ changes, failures })),
        [
          { changes: 0, failures: [] },
          { changes: 0, failures: [] },
        ],
      )
    })
  }
})

async function openSite(): Promise<Site> {
  const host = openTestHost()
  const dataplane = await openNetns({ instance: host.instance })
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [host.workload(), host.workload()]
  const { id } = addPort(a, { netns: inA, inode: undefined, device: 'eth0' })
  addPort(b, { netns: inB, inode: undefined, device: 'eth0' })
  const peeringId = peer(a, b)
  await dataplane.apply([intentOf(a), intentOf(b)])
  return {
    ...{ host, dataplane, a, b, inA },
    routerA: host.router(a.vpcId),
    bridge: bridgeName(a.subnet.id),
    port: portName(id),
    link: linkName(peeringId, 'requester'),
    async [Symbol.asyncDispose]() {
      await dataplane[Symbol.asyncDispose]()
      host[Symbol.dispose]()
    },
  }
}

/** Full packets of both families. */
async function reach(host: TestHost, from: string): Promise<readonly boolean[]> {
  return Promise.all([host.ping(from, '10.2.0.10', 1500), host.ping(from, 'fd00:2::10', 1500)])
}
