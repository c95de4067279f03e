/** The composition root: which parts there are, and how they are put together. main.ts starts it, and so do tests. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import type { Config, DriverName } from './config.ts'
import type { Dataplane } from './dataplane/dataplane.ts'
import { addressOpenrc } from './first-start.ts'
import { thisHost } from './host.ts'
import type { Host } from './http/app.ts'
import { EventStreams } from './http/event-streams.ts'
import { createPeeringWaits } from './http/peering-waits.ts'
import { createServer } from './http/server.ts'
import { createAuthenticator } from './identity/authenticate.ts'
import { rememberDirectory } from './identity/directory.ts'
import { createLogins } from './identity/login.ts'
import { createMetrics } from './metrics.ts'
import { startNetwork } from './network.ts'
import { keepInstance } from './operations/network/keep-instance.ts'
import type { Policy } from './operations/operation.ts'
import { findSetting } from './operations/people/find-identity.ts'
import { TOKEN_KEY } from './operations/people/seed-people.ts'
import { createPerform } from './operations/perform.ts'
import { directoryOf, knowPeople } from './people.ts'
import { DATABASE } from './store/sqlite/connection.ts'
import { lockFolder } from './store/sqlite/lock.ts'
import { openSqlite } from './store/sqlite/sqlite.ts'
import type { Store } from './store/store.ts'
import { sweepAll } from './sweep.ts'

export interface Service extends AsyncDisposable {
  /** Where it listens, without a slash at its end. */
  readonly url: string
  /** Writes down what time has done; runs by itself every few seconds. */
  sweep(): Promise<void>
  /** Looks at all of the network, and puts it right; runs by itself every few seconds. */
  reconcile(): Promise<void>
  /** A sign of life on every stream of events; runs by itself every few seconds. */
  beat(): void
}

const SWEEP_EVERY_MS = 5_000
/** How long a shutdown waits for requests that are under way before it cuts them off. */
const DRAIN_MS = 10_000
const HANG_UP_EVERY_MS = 50
const INSTANCE_BYTES = 4

/** `instance`: 8 hex digits by which what is of this data folder is known. */
export type OpenDataplane = (driver: Exclude<DriverName, 'none'>, instance: string) => Promise<Dataplane>

/**
 * `now` gives milliseconds since the epoch, UTC. Throws where the folder is taken or the address in use, or where the
 * data plane that the settings name cannot be opened.
 */
export async function startService(
  config: Config,
  logger: Logger,
  now: () => number,
  openDataplane: OpenDataplane = openDriver,
  host: Host = thisHost,
): Promise<Service> {
  await using opened = new AsyncDisposableStack()
  const folder = resolve(config.dataFolder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  opened.use(lockFolder(folder))
  const store = opened.use(await openSqlite(join(folder, DATABASE), new URL('./operations/writes.ts', import.meta.url)))
  const tokenKey = await knowPeople(store, folder, config, now(), logger)
  const policy: Policy = {
    pendingTtlMs: config.pendingTtlMs,
    tombstoneTtlMs: config.tombstoneTtlMs,
    strictCidr: config.strictCidr,
  }
  const perform = createPerform(store, policy, now)
  const directory = rememberDirectory(directoryOf(store))
  const authenticator = createAuthenticator(directory, tokenKey, config.region)
  const streams = new EventStreams({
    ...{ perform, authenticator, now },
    failed: (error) => logger.error({ err: error }, 'a stream of events failed'),
  })
  store.onEvents(() => streams.wake())
  store.onPeopleChanged(() => {
    directory.forget()
    authenticator.forget()
    streams.wake()
  })
  const waits = createPeeringWaits(now)
  store.onPeeringsChanged(waits.wake)
  const metrics = createMetrics(() => ({ ...store.statistics(), streams: streams.count, waits: waits.count() }))
  const dataplane = await dataplaneOf(config, store, openDataplane)
  const network =
    dataplane &&
    opened.use(startNetwork({ store, dataplane, driver: config.dataplane, now, logger, metrics, looked: waits.wake }))
  const sweep = () => sweepAll(perform, metrics, logger)

  let closing = false
  const server = createServer({
    perform,
    authenticator,
    logins: createLogins(directory),
    tokenKey,
    region: config.region,
    publicUrl: config.publicUrl,
    waits,
    network: network?.status,
    host,
    pendingTtlMs: config.pendingTtlMs,
    streams,
    now,
    logger,
    isReady: async () => !closing && (await store.read(findSetting, TOKEN_KEY)) !== undefined,
    observe: metrics.observe,
    metricsText: metrics.text,
  })
  opened.defer(async () => {
    closing = true
    waits.close()
    streams[Symbol.dispose]()
    const cutOff = setTimeout(() => server.server.closeAllConnections(), DRAIN_MS)
    // A connection is idle only after the answer that was under way, and its client would keep it open.
    const hangUp = setInterval(() => server.server.closeIdleConnections(), HANG_UP_EVERY_MS)
    await server.close()
    clearInterval(hangUp)
    clearTimeout(cutOff)
  })
  await server.listen({ host: config.host, port: config.port })
  const url = urlOf(config.host, (server.server.address() as AddressInfo).port)
  addressOpenrc(folder, config.publicUrl ?? url)
  if (/v1/.test(config.publicUrl ?? url)) {
    logger.warn(`the address ${config.publicUrl ?? url} contains 'v1', which gophertelekomcloud turns into 'v3'`)
  }
  const timer = setInterval(
    () => sweep().catch((error) => logger.error({ err: error }, 'the sweep failed')),
    SWEEP_EVERY_MS,
  )
  opened.defer(() => clearInterval(timer))

  const stack = opened.move()
  return {
    ...{ url, sweep, beat: () => streams.beat() },
    reconcile: async () => network?.fullPass(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function dataplaneOf({ dataplane }: Config, store: Store, open: OpenDataplane): Promise<Dataplane | undefined> {
  if (dataplane === 'none') return undefined
  return open(dataplane, await store.write(keepInstance, randomBytes(INSTANCE_BYTES).toString('hex')))
}

/** Its libraries are loaded here, and so where they are wanted only. */
async function openDriver(_driver: 'netns', instance: string): Promise<Dataplane> {
  const { openNetns } = await import('./dataplane/netns/driver.ts')
  return openNetns({ instance })
}

function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
