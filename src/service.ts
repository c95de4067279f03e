/** The composition root: which parts there are, and how they are put together. main.ts starts it, and so do tests. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { addressOpenrc, drawPeople } from './first-start.ts'
import { EventStreams } from './http/event-streams.ts'
import { createPeeringWaits } from './http/peering-waits.ts'
import { createServer } from './http/server.ts'
import { createAuthenticator } from './identity/authenticate.ts'
import { type Directory, rememberDirectory } from './identity/directory.ts'
import { createLogins } from './identity/login.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { forgetAnswers, isForgettingDue } from './operations/idempotency/forget-answers.ts'
import type { Policy } from './operations/operation.ts'
import { isSweepDue, sweepPeerings } from './operations/peerings/sweep-peerings.ts'
import {
  findAccessKey,
  findDomain,
  findDomainNamed,
  findProject,
  findProjects,
  findSetting,
  findUser,
  findUserNamed,
  isTokenRevoked,
} from './operations/people/find-identity.ts'
import { seedPeople, TOKEN_KEY } from './operations/people/seed-people.ts'
import { createPerform, type Perform } from './operations/perform.ts'
import type { DomainId, UserId } from './rules/ids.ts'
import { DATABASE } from './store/sqlite/connection.ts'
import { lockFolder } from './store/sqlite/lock.ts'
import { openSqlite } from './store/sqlite/sqlite.ts'
import type { Store } from './store/store.ts'

export interface Service extends AsyncDisposable {
  /** Where it listens, without a slash at its end. */
  readonly url: string
  /** Writes down what time has done; runs by itself every few seconds. */
  sweep(): Promise<void>
  /** A sign of life on every stream of events; runs by itself every few seconds. */
  beat(): void
}

const SWEEP_EVERY_MS = 5_000
/** How long a shutdown waits for requests that are under way before it cuts them off. */
const DRAIN_MS = 10_000
const HANG_UP_EVERY_MS = 50

/** `now` gives milliseconds since the epoch, UTC. Throws where the folder is taken or the address in use. */
export async function startService(config: Config, logger: Logger, now: () => number): Promise<Service> {
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
    pendingTtlMs: config.pendingTtlMs,
    streams,
    network: undefined,
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
  return { url, sweep, beat: () => streams.beat(), [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** The key that tokens are signed with; on the first start, of everybody whom that start makes. */
async function knowPeople(
  store: Store,
  folder: string,
  config: Config,
  now: number,
  logger: Logger,
): Promise<KeyObject> {
  const known = await store.read(findSetting, TOKEN_KEY)
  if (known !== undefined) return createSecretKey(known, 'hex')
  const seed = await drawPeople(folder, config.region, now)
  await store.write(seedPeople, seed)
  logger.info({ folder }, 'first start: alice, bob and admin have an openrc file each in the data folder')
  return createSecretKey(seed.tokenKey, 'hex')
}

function directoryOf(store: Store): Directory {
  return {
    domain: (id) => store.read(findDomain, id),
    domainNamed: (name) => store.read(findDomainNamed, name),
    project: (id) => store.read(findProject, id),
    projects: (domainId) => store.read(findProjects, domainId),
    user: (id) => store.read(findUser, id),
    userNamed: (domainId, name) => store.read(findUserNamed, { domainId, name }),
    accessKey: (access) => store.read(findAccessKey, access),
    isRevoked: (tokenId) => store.read(isTokenRevoked, tokenId),
  }
}

/** The service acting by itself. */
const ITSELF = {
  caller: { userId: 'causeway' as UserId, domainId: 'causeway' as DomainId, admin: true, projectId: undefined },
  requestId: 'sweep',
}

async function sweepAll(perform: Perform, metrics: Metrics, logger: Logger): Promise<void> {
  while (await perform(isSweepDue, ITSELF, undefined)) {
    const { expired, forgotten } = await perform(sweepPeerings, ITSELF, undefined)
    // What was due may have been answered meanwhile, by a request that came in time and whose write came first.
    if (expired + forgotten === 0) break
    metrics.swept(expired, forgotten)
    logger.info({ expired, forgotten }, 'swept')
  }
  while (await perform(isForgettingDue, ITSELF, undefined)) await perform(forgetAnswers, ITSELF, undefined)
}

function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
