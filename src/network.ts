/** The network of a service that has one: its driver, what tells the driver what to do, and what is told of it. */
import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import type { Dataplane } from './dataplane/dataplane.ts'
import type { NetworkStatus } from './http/app.ts'
import type { Metrics } from './metrics.ts'
import { addNetworkMetrics } from './network-metrics.ts'
import { createPortStatuses } from './port-statuses.ts'
import { createCounters } from './reconciler/counters.ts'
import { Reconciler } from './reconciler/reconciler.ts'
import { readGenerations } from './reconciler/rows.ts'
import type { End } from './reconciler/sightings.ts'
import type { PeeringId, VpcId } from './rules/ids.ts'
import type { Peering } from './rules/peering.ts'
import type { Store } from './store/store.ts'

export interface Network extends AsyncDisposable {
  readonly status: NetworkStatus
  /** Resolves when everything has been looked at that had changed before the call, or differed then. */
  fullPass(): Promise<void>
}

export interface NetworkParts {
  readonly store: Store
  /** Is closed with the network. */
  readonly dataplane: Dataplane
  /** The driver's name, for the metrics. */
  readonly driver: string
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Is told of which peerings the readiness may be another one. */
  readonly looked: (ids: readonly PeeringId[]) => void
}

export function startNetwork({ store, dataplane, driver, now, logger, metrics, looked }: NetworkParts): Network {
  const counters = createCounters(dataplane, now, logger)
  const measured = addNetworkMetrics(metrics.registry, driver, {
    faults: () => reconciler.sightings.faults,
    counters,
  })
  const apply: Dataplane['apply'] = async (routers) => {
    const start = performance.now()
    try {
      return await dataplane.apply(routers)
    } finally {
      measured.applied((performance.now() - start) / 1000)
    }
  }
  const tellStatuses = createPortStatuses(store)
  const applyAndTell: Dataplane['apply'] = async (routers) => {
    const reports = await apply(routers)
    // What cannot be written is told with the next report; the network does not wait for the disk.
    await tellStatuses(routers, reports).catch((error) =>
      logger.error({ err: error }, 'the status of ports cannot be written; it is tried again'),
    )
    return reports
  }
  const reconciler = new Reconciler({
    ...{ store, now, looked, metrics: measured, log: logger, random: Math.random },
    dataplane: { apply: applyAndTell, present: () => dataplane.present() },
  })
  store.onNetworksChanged((ids) => reconciler.wake(ids))
  const endsOf = async ({ requester, accepter }: Peering) => {
    const [first, second] = await store.read(readGenerations, [requester.vpcId, accepter.vpcId])
    return {
      requester: { vpcId: requester.vpcId, wanted: first },
      accepter: { vpcId: accepter.vpcId, wanted: second },
    }
  }
  const endOf = async (vpcId: VpcId): Promise<End> => {
    const [wanted] = await store.read(readGenerations, [vpcId])
    return { vpcId, wanted }
  }
  const { sightings } = reconciler
  return {
    status: {
      async readinessOf(peering) {
        const { requester, accepter } = await endsOf(peering)
        return {
          requester: sightings.readinessOf(peering.id, requester),
          accepter: sightings.readinessOf(peering.id, accepter),
        }
      },
      trafficOf: async (id) => (await counters())?.get(id),
      async portReadinessOf(port) {
        return sightings.portReadinessOf(port, await endOf(port.vpcId))
      },
      async settledPort(port) {
        const end = await endOf(port.vpcId)
        await sightings.settled(undefined, [end], now())
        return sightings.portReadinessOf(port, end)
      },
      probe: (probe) => dataplane.probe(probe),
      settled: async (peering) => sightings.settled(peering.id, Object.values(await endsOf(peering)), now()),
    },
    fullPass: () => reconciler.fullPass(),
    async [Symbol.asyncDispose]() {
      await reconciler[Symbol.asyncDispose]()
      await dataplane[Symbol.asyncDispose]()
    },
  }
}
