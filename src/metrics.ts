import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StoreStatistics } from './store/store.ts'

export interface Metrics {
  /** For what is measured elsewhere. */
  readonly registry: Registry
  observe(route: string, method: string, status: number, seconds: number): void
  swept(expired: number, forgotten: number): void
  text(): Promise<{ contentType: string; text: string }>
}

/** Of the store; and how many streams of events are open, and how many shows wait. */
type Statistics = StoreStatistics & { readonly streams: number; readonly waits: number }

/** No label names a tenant: the page is open to whoever reaches the port. What is labelled by object, is bounded. */
export function createMetrics(statistics: () => Statistics): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'causeway_http_request_duration_seconds',
    help: 'Time from the request line to the last byte of the answer.',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  })
  const swept = new Counter({
    name: 'causeway_swept_peerings_total',
    help: 'Peerings that the sweep expired or, as tombstones, forgot.',
    labelNames: ['kind'] as const,
    registers: [registry],
  })
  const gauge = (name: string, help: string, value: (statistics: Statistics) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(statistics()))
      },
    })
  gauge('causeway_store_commits', 'Commits since the start.', ({ commits }) => commits)
  gauge('causeway_store_writes', 'Write operations since the start; several share a commit.', ({ writes }) => writes)
  gauge('causeway_store_waiting_writes', 'Write operations that wait for a commit.', ({ waiting }) => waiting)
  gauge(
    'causeway_store_failed_checkpoints',
    'Times since the start that the write-ahead log could not be moved into the database.',
    ({ failedCheckpoints }) => failedCheckpoints,
  )
  gauge('causeway_waits', 'Shows that wait for a status of their peering.', ({ waits }) => waits)
  gauge('causeway_event_streams', 'Streams of events that are open.', ({ streams }) => streams)
  return {
    registry,
    observe: (route, method, status, seconds) => requests.labels(route, method, String(status)).observe(seconds),
    swept(expired, forgotten) {
      swept.inc({ kind: 'expired' }, expired)
      swept.inc({ kind: 'forgotten' }, forgotten)
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
