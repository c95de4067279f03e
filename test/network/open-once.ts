/** Entry of a process with other rights than the tests have: builds two peered VPCs, asks a packet, removes them. */
import { execFileSync } from 'node:child_process'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { addPort, intentOf, nothingOf, peer, testVpc } from '../support/intents.ts'

await using dataplane = await openNetns({ instance: '00000000' })
const [a, b] = [testVpc(1), testVpc(2)]
const [port] = [a, b].map((vpc) => {
  execFileSync('ip', ['netns', 'add', `w${vpc.number}`])
  return addPort(vpc, { netns: `/run/netns/w${vpc.number}`, inode: undefined, device: 'eth0' })
})
peer(a, b)
const reports = await dataplane.apply([intentOf(a), intentOf(b)])
if (port === undefined) throw new Error('there is no port')
const probe = { vpcId: a.vpcId, portId: port.id, from: '10.1.0.10', to: '10.2.0.10', size: 1500 }
const { outcome } = await dataplane.probe(probe)
await dataplane.apply([nothingOf(a), nothingOf(b)])
const failures = reports.flatMap((report) => report.failures)
console.log(JSON.stringify({ failures, outcome, left: await dataplane.present() }))
