/** The drivers that keep the contract of src/dataplane/dataplane.ts. A second one joins by one line of `DATAPLANES`. */
import assert from 'node:assert/strict'
import type { Dataplane, Workload } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import type { VpcId } from '../../src/rules/ids.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

export interface DataplaneKind {
  /** Why it cannot be tried here, or false. */
  readonly skip: string | false
  open(): Promise<TestDataplane>
}

/** A driver on a network of its own, of which nothing is left when it is disposed. */
export interface TestDataplane extends AsyncDisposable {
  /** The one that is open now. */
  readonly dataplane: Dataplane
  /** Closes the driver and opens another one on the same network, as after a restart. */
  reopen(): Promise<void>
  /** A place for a workload that is attached to nothing. */
  workload(): Workload
  /** Somewhere that no workload can be. */
  nowhere(): Workload
  /** Whether an answer comes to one packet; `bytes` of it, with its IP header. */
  ping(from: Workload, to: string, bytes?: number): Promise<boolean>
  /** Names of the interfaces in a workload, but for lo. */
  interfaces(workload: Workload): readonly string[]
  /** Puts things of others into a router and into a workload; what is there of them now, to be looked at again. */
  addForeign(vpcId: VpcId, workload: Workload): () => unknown
}

const netns: DataplaneKind = {
  skip: skipNetwork,
  async open() {
    const host = openTestHost()
    let dataplane = await openNetns({ instance: host.instance })
    const at = (path: string): Workload => ({ netns: path, inode: undefined, device: 'eth0' })
    return {
      get dataplane() {
        return dataplane
      },
      async reopen() {
        await dataplane[Symbol.asyncDispose]()
        dataplane = await openNetns({ instance: host.instance })
      },
      workload: () => at(host.workload()),
      nowhere: () => at('/run/netns/cwtest-nowhere'),
      ping: ({ netns }, to, bytes) => host.ping(netns, to, bytes),
      interfaces: ({ netns }) => namesOf(host.run(netns, 'ip', '-j', 'link', 'show')).filter((name) => name !== 'lo'),
      addForeign(vpcId, workload) {
        const router = host.router(vpcId)
        for (const line of FOREIGN) host.run(router, 'ip', ...line.split(' '))
        host.run(router, 'nft', 'add table inet elsewhere')
        host.run(workload.netns, 'ip', ...'route add 192.0.2.0/24 dev eth0'.split(' '))
        const look = () => [
          ...FOREIGN_LOOKS.map((line) => host.run(router, ...(line.split(' ') as [string]))),
          host.run(workload.netns, 'ip', 'route', 'show', '192.0.2.0/24'),
        ]
        assert.ok(
          look().every((text) => text !== ''),
          'they are not there',
        )
        return look
      },
      async [Symbol.asyncDispose]() {
        await dataplane[Symbol.asyncDispose]()
        host[Symbol.dispose]()
      },
    }
  },
}

const FOREIGN = [
  'link add foreign0 type veth peer name foreign1',
  'link set foreign0 up',
  'addr add 198.51.100.1/24 dev foreign0',
  'route add 203.0.113.0/24 dev foreign0',
  'rule add from 198.51.100.0/24 lookup 4711 pref 4711',
]
const FOREIGN_LOOKS = [
  'ip -br link show dev foreign0',
  'ip -br link show dev foreign1',
  'ip addr show dev foreign0 to 198.51.100.1',
  'ip route show 203.0.113.0/24',
  'ip rule show pref 4711',
  'nft list table inet elsewhere',
]

function namesOf(json: string): readonly string[] {
  return (JSON.parse(json) as readonly { readonly ifname: string }[]).map(({ ifname }) => ifname)
}

export const DATAPLANES: Readonly<Record<string, DataplaneKind>> = { netns }
