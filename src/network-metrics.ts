/** What is measured of the network; only a service with a data plane has these. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Counters } from './reconciler/counters.ts'
import type { ReconcilerMetrics } from './reconciler/parts.ts'
import type { Traffic } from './rules/readiness.ts'

export interface NetworkMetrics extends ReconcilerMetrics {
  /** A call of the driver has taken so long. */
  applied(seconds: number): void
}

interface Sources {
  /** Objects that are not as they ought to be. */
  readonly faults: () => number
  /** Undefined: the driver does not tell. */
  readonly counters: () => Promise<Counters | undefined>
}

export function addNetworkMetrics(registry: Registry, driver: string, { faults, counters }: Sources): NetworkMetrics {
  const registers = [registry]
  const passes = new Counter({
    ...{ name: 'causeway_reconcile_passes_total', registers },
    help: 'Full passes: looks at the network of every VPC.',
  })
  const repairs = new Counter({
    ...{ name: 'causeway_reconcile_repairs_total', registers },
    help: 'Changes that full passes have made to networks which nobody had changed through the service.',
  })
  const lag = new Histogram({
    ...{ name: 'causeway_reconcile_lag_seconds', registers },
    help: 'Time from the commit of a change until the network has it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  })
  const apply = new Histogram({
    ...{ name: 'causeway_dataplane_apply_seconds', registers },
    help: 'Time that a call of the driver takes, for up to 64 VPCs.',
    labelNames: ['driver'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  })
  new Gauge({
    ...{ name: 'causeway_dataplane_failures', registers },
    help: 'Routers, subnets, route tables, peerings and ports that are not as they ought to be.',
    collect() {
      this.set(faults())
    },
  })
  addTraffic('packets', 'Packets that peerings have carried since their links were made.', registry, counters)
  addTraffic('bytes', 'Bytes of these packets, with their Ethernet headers.', registry, counters)
  return {
    passed: () => passes.inc(),
    repaired: (changes) => repairs.inc(changes),
    lagged: (ms) => lag.observe(ms / 1000),
    applied: (seconds) => apply.observe({ driver }, seconds),
  }
}

function addTraffic(unit: keyof Traffic, help: string, registry: Registry, counters: Sources['counters']): void {
  new Counter({
    ...{ name: `causeway_peering_${unit}_total`, help, registers: [registry] },
    labelNames: ['peering', 'direction'] as const,
    async collect() {
      const told = await counters()
      this.reset()
      for (const [peering, { toAccepter, toRequester }] of told ?? []) {
        this.inc({ peering, direction: 'to_accepter' }, toAccepter[unit])
        this.inc({ peering, direction: 'to_requester' }, toRequester[unit])
      }
    },
  })
}
