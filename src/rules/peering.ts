import type { PeeringId, ProjectId, VpcId } from './ids.ts'
import { invalidInput, Refusal } from './refusal.ts'
import { isLive, type Status, TRANSITIONS, type Verb } from './status.ts'
import { characters, isPrintable } from './text.ts'

/** One end of a peering. */
export interface Side {
  readonly vpcId: VpcId
  readonly projectId: ProjectId
}

/**
 * A peering as it is stored. Times are milliseconds since the epoch, UTC. `status` is the stored one: a request that
 * nobody answered is EXPIRED from an instant on, whether or not the sweep has written it; ask `statusAt` or `asOf`.
 */
export interface Peering {
  readonly id: PeeringId
  readonly name: string
  readonly description: string
  readonly status: Status
  readonly requester: Side
  readonly accepter: Side
  readonly createdAt: number
  readonly updatedAt: number
}

/** Characters (Unicode code points) of a name, from the published API. */
export const MAX_NAME = 64
/** Characters (Unicode code points) of a description, from the published API. */
export const MAX_DESCRIPTION = 255

/** A peering's name: any script, since the clouds take Chinese and official clients send blanks and umlauts. */
export function parsePeeringName(text: string, field = 'name'): string {
  const length = characters(text)
  if (length < 1 || length > MAX_NAME) throw invalidInput(field, `must have 1 to ${MAX_NAME} characters`)
  if (!isPrintable(text)) throw invalidInput(field, 'must not contain control characters or broken surrogates')
  return text
}

/** A description, of a peering or a VPC; `''` means none. */
export function parseDescription(text: string, field = 'description'): string {
  if (characters(text) > MAX_DESCRIPTION) throw invalidInput(field, `must have at most ${MAX_DESCRIPTION} characters`)
  if (/[<>]/.test(text)) throw invalidInput(field, "must not contain '<' or '>'")
  if (!isPrintable(text.replace(/[\t\r\n]/g, ' '))) {
    throw invalidInput(field, 'must not contain control characters or broken surrogates')
  }
  return text
}

/** A request made at this instant or before is EXPIRED now; undefined: none ever is (`pendingTtlMs` 0). */
export function overdueSince(now: number, pendingTtlMs: number): number | undefined {
  return pendingTtlMs > 0 ? now - pendingTtlMs : undefined
}

/**
 * The status at an instant. A request is EXPIRED from `createdAt + pendingTtlMs` on, that instant included (P3), so an
 * accept at the very instant comes too late. `pendingTtlMs` 0: never.
 */
export function statusAt(peering: Peering, now: number, pendingTtlMs: number): Status {
  const since = overdueSince(now, pendingTtlMs)
  return since !== undefined && peering.createdAt <= since && peering.status === 'PENDING_ACCEPTANCE'
    ? 'EXPIRED'
    : peering.status
}

/** The instant at which a peering will be EXPIRED; undefined: none is known. */
export function expiryOf({ status, createdAt }: Peering, pendingTtlMs: number): number | undefined {
  return status === 'PENDING_ACCEPTANCE' && pendingTtlMs > 0 ? createdAt + pendingTtlMs : undefined
}

/** The peering as it is at an instant: itself, or its expired self with the instant at which it expired. */
export function asOf(peering: Peering, now: number, pendingTtlMs: number): Peering {
  const status = statusAt(peering, now, pendingTtlMs)
  return status === peering.status ? peering : { ...peering, status, updatedAt: peering.createdAt + pendingTtlMs }
}

/** One step through the table, or the refusal that names the status in the way. */
export function step(peering: Peering, verb: Verb, now: number): Peering {
  const next = TRANSITIONS[peering.status][verb]
  if (next === null) {
    throw new Refusal('peering_wrong_state', `Vpc peering ${peering.id} is in status ${peering.status}`, {
      peeringId: peering.id,
      status: peering.status,
      verb,
    })
  }
  // Statuses never come back, but an update leaves the status as it is: of two in one millisecond the second is later.
  const updatedAt = verb === 'update' ? Math.max(now, peering.updatedAt + 1) : now
  return { ...peering, status: next, updatedAt }
}

/** Tells this state of a peering from every other that it ever has; `asOf` an instant, as everything shown is. */
export function versionOf({ status, updatedAt }: Peering): string {
  return `${status}-${updatedAt}`
}

/** `versions` undefined: whichever it is. */
export function requireVersion(
  peering: Peering,
  versions: readonly string[] | undefined,
  version = versionOf(peering),
): void {
  if (versions === undefined || versions.includes(version)) return
  throw new Refusal('precondition_failed', `Vpc peering ${peering.id} has changed: its ETag is not in If-Match`, {
    peeringId: peering.id,
  })
}

/**
 * The projects whose `vpcPeer` quota a peering uses (P4): a waiting one counts for the requester only, an ACTIVE one
 * for both sides, and once where both are one project.
 */
export function countsFor(peering: Peering): readonly ProjectId[] {
  if (!isLive(peering.status)) return []
  const { requester, accepter } = peering
  const one = peering.status === 'PENDING_ACCEPTANCE' || requester.projectId === accepter.projectId
  return one ? [requester.projectId] : [requester.projectId, accepter.projectId]
}

/** The projects that take part in a peering: one or two. */
export function participants({ requester, accepter }: Peering): readonly ProjectId[] {
  return requester.projectId === accepter.projectId ? [requester.projectId] : [requester.projectId, accepter.projectId]
}
