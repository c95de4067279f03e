/** What every route is given, and what it finds on its request. */
import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Authenticator } from '../identity/authenticate.ts'
import type { Logins } from '../identity/login.ts'
import type { AskedOnce, Perform } from '../operations/perform.ts'
import type { Caller } from '../rules/access.ts'
import type { PeeringId, PortId, SubnetId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { Probe, ProbeResult } from '../rules/probe.ts'
import type { PeeringTraffic, Readiness, Sides } from '../rules/readiness.ts'
import type { Schema } from '../wire/schema.ts'
import type { EventStreams } from './event-streams.ts'
import type { PeeringWaits } from './peering-waits.ts'
import type { SchemaTypes } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; on every route but those whose config says `open`. */
    caller: Caller
    /** The project that the path names, if it names one. */
    pathProject: string | undefined
    /** Of a POST with an Idempotency-Key, on every route but those whose config says `open`. */
    once: AskedOnce | undefined
  }
  interface FastifyContextConfig {
    /** Answered without asking who it is. */
    open?: boolean
    /** Headers of its requests, for openapi.json; a header is text, so there is nothing to check. */
    headers?: Schema
  }
}

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, SchemaTypes>

/** The machine that the service runs on. */
export interface Host {
  readonly name: string
  namespace(path: string): Promise<HostNamespace | { /** What else is there. */ readonly problem: string }>
}

/** A network namespace. */
export interface HostNamespace {
  readonly inode: number
  /** The service is in it. */
  readonly isOwn: boolean
  /** It is the router of a VPC. */
  readonly isRouter: boolean
}

/** Where a port is. */
export interface PlacedPort {
  readonly id: PortId
  readonly subnetId: SubnetId
  readonly vpcId: VpcId
}

/** What is told of the network that carries packets. */
export interface NetworkStatus {
  readinessOf(peering: Peering): Promise<Sides<Readiness>>
  /** Up to a second old. Undefined: there is no link, or nobody can tell right now. */
  trafficOf(id: PeeringId): Promise<PeeringTraffic | undefined>
  /**
   * Resolves when the network has seen both VPCs as they ought to be when it was called; with DEGRADED where it could
   * not be made so, and where that is not known after 5 seconds.
   */
  settled(peering: Peering): Promise<'SYNCED' | 'DEGRADED'>
  portReadinessOf(port: PlacedPort): Promise<Readiness>
  /** The same, when the network has seen the port's VPC as it ought to be when it was called, or after 5 seconds. */
  settledPort(port: PlacedPort): Promise<Readiness>
  /** Sends real packets from where a port is attached. */
  probe(probe: Probe): Promise<ProbeResult>
}

export interface ServerParts {
  readonly perform: Perform
  readonly authenticator: Authenticator
  readonly logins: Logins
  readonly tokenKey: KeyObject
  readonly region: string
  /** The public address, without a slash at its end; undefined: what the client used. */
  readonly publicUrl: string | undefined
  readonly waits: PeeringWaits
  /** Undefined: there is no data plane. */
  readonly network: NetworkStatus | undefined
  readonly host: Host
  /** How long a request waits for an answer before it is EXPIRED, in milliseconds; 0: for ever. */
  readonly pendingTtlMs: number
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number
  readonly logger: Logger
  /** Whether the service can do its work: false while it shuts down. */
  readonly isReady: () => Promise<boolean>
  readonly observe: (route: string, method: string, status: number, seconds: number) => void
  readonly streams: EventStreams
  readonly metricsText: () => Promise<{ contentType: string; text: string }>
}
