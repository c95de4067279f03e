/** The part of the seam that keeps what happened: every change of a peering, in the transaction that made it. */
import type { PeeringId, ProjectId, UserId } from '../rules/ids.ts'
import type { Status, Verb } from '../rules/status.ts'
import type { Awaitable } from './page.ts'

/** Why something happened: somebody asked for it, time did it, or one of the two VPCs was deleted. */
export type Why = 'request' | 'time' | 'vpc_deletion' | 'acceptance_rule'

/** A step in a peering's life. `from` is undefined for its birth; the actor is undefined for the service itself. */
export interface PeeringEvent {
  /** Milliseconds since the epoch, UTC. */
  readonly at: number
  readonly peeringId: PeeringId
  /** The two sides, who alone may read it; undefined: forgotten before events named them. */
  readonly requester: ProjectId | undefined
  readonly accepter: ProjectId | undefined
  readonly verb: Verb | 'create'
  readonly from: Status | undefined
  readonly to: Status
  readonly why: Why
  readonly userId: UserId | undefined
  readonly projectId: ProjectId | undefined
  readonly requestId: string | undefined
}

/** An event as it stands in the chain of its peering (chain.ts). */
export interface ChainedEvent extends PeeringEvent {
  /** Among the events of its peering, from 1 on. */
  readonly place: number
  /** 64 lower-case hex digits. */
  readonly hash: string
}

export interface StoredEvent extends ChainedEvent {
  /** Among all events, from 1 on, without a gap, in the order of the commits. */
  readonly seq: number
}

export interface EventQuery {
  /** Only of peerings in which this project takes part; undefined: all. */
  readonly visibleTo: ProjectId | undefined
  /** Only those with a greater `seq`. */
  readonly after: number
  readonly limit: number
}

export interface HistoryReads {
  /** The events of a peering after a place, in order; also of one that was forgotten. */
  history(id: PeeringId, after: number, limit: number): Awaitable<readonly StoredEvent[]>
  /** Events of all peerings, in order. */
  events(query: EventQuery): Awaitable<readonly StoredEvent[]>
  /** The `seq` of the last event; 0 where there is none. */
  lastSeq(): Awaitable<number>
}

export interface HistoryWrites {
  /** Adds an event, chained to the one before it; the verb of the first one must be `create`. */
  insertEvent(event: PeeringEvent): Awaitable<void>
}
