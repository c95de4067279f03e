import { invalidInput } from './refusal.ts'

/**
 * A request that may be sent again and is done once. Both members are hashes: the store must know a key and a request
 * again, and need not know what they say.
 */
export interface Once {
  /** Of the key, and of the user and the project that it belongs to. */
  readonly id: string
  /** Of method, address and body. */
  readonly fingerprint: string
}

/** How long what a key has done is kept, in milliseconds: a day, as elsewhere in the trade. */
const KEPT_MS = 24 * 60 * 60 * 1000

/** What was kept at this instant or before is over now. */
export function keptSince(now: number): number {
  return now - KEPT_MS
}

/** The longest key: a UUID in any dress, or a name of one's own with room to spare. */
const MAX_KEY = 255

export function parseIdempotencyKey(text: string): string {
  if (text.length < 1 || text.length > MAX_KEY) {
    throw invalidInput('Idempotency-Key', `must have 1 to ${MAX_KEY} characters`)
  }
  if (!/^[\x20-\x7e]*$/.test(text)) throw invalidInput('Idempotency-Key', 'must be printable ASCII')
  return text
}
