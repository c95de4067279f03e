/**
 * The moment after an apply: everything carries packets at once. The driver is called in this thread, so that nothing
 * gives the kernel's own workers the time that they would need.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multicastGroups } from '../../src/dataplane/netns/kernel/addresses.ts'
import { allLinks } from '../../src/dataplane/netns/kernel/links.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { openNetlink } from '../../src/dataplane/netns/kernel/netlink.ts'
import { bridgeName } from '../../src/dataplane/netns/names.ts'
import { applyRouters } from '../../src/dataplane/netns/pass.ts'
import { addPort, intentOf, peer, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

/** Of ten applies without the waiting, about four are found out. */
const ROUNDS = 20

suite('what has just been made', { skip: skipNetwork }, () => {
  test('sends, hears who asks for its addresses, and knows where its neighbours are', () => {
    using host = openTestHost()
    const unready: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = [testVpc(2 * round + 1), testVpc(2 * round + 2)]
      const paths = [a, b].map((vpc) => {
        const netns = host.workload()
        addPort(vpc, { netns, inode: undefined, device: 'eth0' })
        return netns
      })
      peer(a, b)
      applyRouters(host.instance, [intentOf(a), intentOf(b)])
      for (const path of [...paths, host.router(a.vpcId), host.router(b.vpcId)]) unready.push(...unreadyIn(path))
      for (const vpc of [a, b]) {
        const known = host.run(host.router(vpc.vpcId), 'ip', 'neigh', 'show', 'dev', bridgeName(vpc.subnet.id))
        for (const { addresses, macAddress } of vpc.ports) {
          for (const address of addresses) {
            if (!known.includes(`${address} lladdr ${macAddress}`)) unready.push(`${address} is not known`)
          }
        }
      }
    }
    assert.deepEqual(unready, [])
  })
})

function unreadyIn(path: string): readonly string[] {
  return within(path, () => {
    using netlink = openNetlink()
    const links = allLinks(netlink).filter(({ name }) => name !== 'lo')
    return links.flatMap(({ name, index, isSettling }) => {
      const groups = [...multicastGroups(netlink, index)]
      // All workloads have an address that ends in ::10.
      const isDeaf = name === 'eth0' && !groups.includes('ff0200000000000000000001ff000010')
      return [...(isSettling ? [`${name} sends nothing`] : []), ...(isDeaf ? [`${name} does not hear`] : [])]
    })
  })
}
