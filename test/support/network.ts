/** A network and a host, for tests of what is said of them, that do and have what the test says. */
import type { Host, Network } from '../../src/http/app.ts'
import type { VpcId } from '../../src/rules/ids.ts'
import type { ProbeResult } from '../../src/rules/probe.ts'
import type { ReadinessState } from '../../src/rules/readiness.ts'
import type { Surroundings } from '../../src/service.ts'

export interface ToldNetwork extends Surroundings {
  /** What the network answers from now on. */
  state: ReadinessState
  failures: readonly { readonly id: string; readonly message: string }[]
  /** Inodes by path; 1 is the service's own namespace. */
  namespaces: Readonly<Record<string, number>>
  /** What happens while the next one waits for the network. */
  meanwhile: () => Promise<unknown>
  /** What a probe comes to. */
  probed: ProbeResult
  /** The VPCs that somebody waited for. */
  asked: VpcId[]
}

const NAMESPACES: ToldNetwork['namespaces'] = {
  ...{ '/run/netns/web': 7, '/run/netns/db': 8, '/proc/4711/ns/net': 9, '/proc/1/ns/net': 1 },
}

export function toldNetwork(): ToldNetwork {
  const network: Network = {
    readiness: () => Promise.reject(new Error('not told')),
    probe: async () => told.probed,
    async settled(vpcIds) {
      told.asked.push(...vpcIds)
      const happens = told.meanwhile
      told.meanwhile = async () => {}
      await happens()
      return network.state(vpcIds)
    },
    state: () => ({ state: told.state, failures: told.failures }),
  }
  const host: Host = {
    name: 'rack-1',
    async namespace(path) {
      const inode = told.namespaces[path]
      return inode === undefined ? { problem: 'there is none' } : { inode, isOwn: inode === 1 }
    },
  }
  const told: ToldNetwork = {
    ...{ network, host, state: 'SYNCED', failures: [], namespaces: NAMESPACES, meanwhile: async () => {}, asked: [] },
    probed: { outcome: 'lost', detail: 'No answer.', milliseconds: undefined },
  }
  return told
}
