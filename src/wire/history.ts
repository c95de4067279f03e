/** Ours: what happened to a peering, as an answer and as an event of a stream. */
import type { PeeringId, ProjectId, UserId } from '../rules/ids.ts'
import { STATUSES, type Status, VERBS, type Verb } from '../rules/status.ts'
import { type Static, Type } from './schema.ts'

export const EventShape = Type.Object({
  peering_id: Type.String({ format: 'uuid' }),
  index: Type.Integer({ minimum: 1, description: 'Its place in the history of the peering.' }),
  at: Type.String({ description: 'UTC to the millisecond, `yyyy-MM-ddTHH:mm:ss.SSSZ`.' }),
  verb: Type.Enum(['create', ...VERBS]),
  from: Type.Union([Type.Enum([...STATUSES]), Type.Null()], { description: 'Null at the birth.' }),
  to: Type.Enum([...STATUSES]),
  why: Type.Enum(['request', 'time', 'vpc_deletion', 'acceptance_rule']),
  project_id: Type.Union([Type.String(), Type.Null()], { description: 'For which project it was done; null: none.' }),
  user_id: Type.Union([Type.String(), Type.Null()], { description: "Null where the project is not the caller's." }),
  user_name: Type.Union([Type.String(), Type.Null()], { description: 'As it is now; null where user_id is.' }),
  request_id: Type.Union([Type.String(), Type.Null()], { description: 'X-Request-Id of the call; null: time did it.' }),
  hash: Type.String({ description: 'SHA-256 over this entry and the hash before it; see docs/spec/history.md.' }),
})
export type WireEvent = Static<typeof EventShape>

export const HistoryAnswer = Type.Object({
  history: Type.Array(EventShape),
  history_links: Type.Optional(
    Type.Array(Type.Object({ rel: Type.Enum(['next', 'previous']), href: Type.String({ description: 'Absolute.' }) })),
  ),
})

export const HistoryQuery = Type.Object({
  limit: Type.Optional(Type.String({ description: '0 to 2000; more is read as 2000, the default.' })),
  marker: Type.Optional(Type.String({ description: 'The last index already seen; the page starts after it.' })),
})

export interface ToldEvent {
  readonly peeringId: PeeringId
  readonly place: number
  readonly at: number
  readonly verb: Verb | 'create'
  readonly from: Status | undefined
  readonly to: Status
  readonly why: WireEvent['why']
  readonly projectId: ProjectId | undefined
  readonly userId: UserId | undefined
  readonly userName: string | undefined
  readonly requestId: string | undefined
  readonly hash: string
}

export function spellEvent(event: ToldEvent): WireEvent {
  return {
    peering_id: event.peeringId,
    index: event.place,
    at: new Date(event.at).toISOString(),
    verb: event.verb,
    from: event.from ?? null,
    to: event.to,
    why: event.why,
    project_id: event.projectId ?? null,
    user_id: event.userId ?? null,
    user_name: event.userName ?? null,
    request_id: event.requestId ?? null,
    hash: event.hash,
  }
}
