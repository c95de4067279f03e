/**
 * The chain of a peering's events. Each hash covers the event and the hash before it, so that nothing can be changed,
 * removed, added or moved without all later hashes changing too. docs/spec/history.md says what that proves.
 */
import { hash } from 'node:crypto'
import type { ChainedEvent, PeeringEvent } from './history.ts'

/** Stands where the first event has no hash before it. */
const START = '0'.repeat(64)

/** The event with its place and hash, `last` being the one before it. */
export function chained(last: Pick<ChainedEvent, 'place' | 'hash'> | undefined, event: PeeringEvent): ChainedEvent {
  const place = (last?.place ?? 0) + 1
  return { ...event, place, hash: hashOf(last?.hash ?? START, place, event) }
}

/** SHA-256 in hex over the text of docs/spec/history.md. The order of the members is for ever. */
function hashOf(previous: string, place: number, event: PeeringEvent): string {
  const { at, peeringId, requester, accepter, verb, from, to, why, userId, projectId, requestId } = event
  // In an array, JSON has null for undefined.
  const members = [place, at, peeringId, requester, accepter, verb, from, to, why, userId, projectId, requestId]
  return hash('sha256', `${previous}${JSON.stringify(members)}`)
}
