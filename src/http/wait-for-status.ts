/**
 * `?wait=ACTIVE&timeout=30`: a show that answers when the peering has a status, or the network is SYNCED, or when the
 * time is over.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PeeringId } from '../rules/ids.ts'
import { expiryOf, type Peering } from '../rules/peering.ts'
import { invalidInput } from '../rules/refusal.ts'
import { STATUSES, type Status } from '../rules/status.ts'
import type { ServerParts } from './app.ts'
import { given } from './query.ts'

/** Seconds: clients and proxies give up on a silent connection after a minute or more. */
const DEFAULT_TIMEOUT = 30
/** Seconds; a client that would wait longer asks again. */
const MAX_TIMEOUT = 300

export interface WaitQuery {
  readonly wait?: string | undefined
  readonly timeout?: string | undefined
}

/** How to tell from what was seen whether the wait is over. */
export interface Sight<Seen> {
  readonly peeringOf: (seen: Seen) => Peering
  /** Whether the network does what it ought to, on both sides; without it nobody can wait for that. */
  readonly isSynced?: (seen: Seen) => boolean
}

/** What `look` gives, at once without `wait`. */
export async function lookOrWait<Seen>(
  { waits, now, pendingTtlMs, network }: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  id: PeeringId,
  look: () => Promise<Seen>,
  { peeringOf, isSynced }: Sight<Seen>,
): Promise<Seen> {
  const query = request.query as WaitQuery
  if (given(query.wait) === undefined) return look()
  const words = wordsOf(query.wait ?? '', isSynced !== undefined, network !== undefined)
  const { projectId, userId } = request.caller
  using wait = waits.begin(id, projectId ?? userId, now() + timeoutOf(query.timeout) * 1000)
  reply.raw.once('close', () => wait.cancel())
  for (;;) {
    // Asked before the look: the last one must come after the end, and see what there is then.
    const ended = wait.ended()
    wait.rearm()
    const seen = await look()
    const peering = peeringOf(seen)
    const isMet = words.includes(peering.status) || (words.includes(SYNCED) && isSynced?.(seen) === true)
    if (isMet || ended !== undefined) {
      reply.header('causeway-wait', isMet ? 'met' : ended)
      return seen
    }
    await wait.changed(expiryOf(peering, pendingTtlMs))
  }
}

/** A deleted peering is a 404 and ends every wait; nobody is shown one. */
const WAITABLE = STATUSES.filter((status) => status !== 'DELETED')

const SYNCED = 'SYNCED'
type Word = Status | typeof SYNCED

function wordsOf(text: string, isSyncedShown: boolean, hasDataplane: boolean): readonly Word[] {
  const given = text.split(',').map((word) => word.trim())
  const known: readonly Word[] = isSyncedShown ? [...WAITABLE, SYNCED] : WAITABLE
  const words = known.filter((word) => given.includes(word))
  if (!given.every((word) => words.some((each) => each === word))) {
    throw invalidInput('wait', `must be one or more of ${known.join(', ')}`)
  }
  if (words.includes(SYNCED) && !hasDataplane) {
    throw invalidInput('wait', 'cannot be SYNCED: this service has no data plane (CAUSEWAY_DATAPLANE is none)')
  }
  return words
}

function timeoutOf(text: string | undefined): number {
  if (given(text) === undefined) return DEFAULT_TIMEOUT
  const seconds = /^[0-9]{1,3}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (!(seconds <= MAX_TIMEOUT)) throw invalidInput('timeout', `must be a whole number of seconds, 0 to ${MAX_TIMEOUT}`)
  return seconds
}
