/** `?wait=ACTIVE&timeout=30`: a show that answers when the peering has a status, or when the time is over. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PeeringId } from '../rules/ids.ts'
import { expiryOf, type Peering } from '../rules/peering.ts'
import { invalidInput } from '../rules/refusal.ts'
import { isStatus, STATUSES, type Status } from '../rules/status.ts'
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

/** What `look` gives, at once without `wait`. `peeringOf` finds the peering in it. */
export async function lookOrWait<Seen>(
  { waits, now, pendingTtlMs }: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  id: PeeringId,
  look: () => Promise<Seen>,
  peeringOf: (seen: Seen) => Peering,
): Promise<Seen> {
  const query = request.query as WaitQuery
  if (given(query.wait) === undefined) return look()
  const statuses = statusesOf(query.wait ?? '')
  const { projectId, userId } = request.caller
  using wait = waits.begin(id, projectId ?? userId, now() + timeoutOf(query.timeout) * 1000)
  reply.raw.once('close', () => wait.cancel())
  for (;;) {
    // Asked before the look: the last one must come after the end, and see what there is then.
    const ended = wait.ended()
    wait.rearm()
    const seen = await look()
    const peering = peeringOf(seen)
    const isMet = statuses.includes(peering.status)
    if (isMet || ended !== undefined) {
      reply.header('causeway-wait', isMet ? 'met' : ended)
      return seen
    }
    await wait.changed(expiryOf(peering, pendingTtlMs))
  }
}

/** A deleted peering is a 404 and ends every wait; nobody is shown one. */
const WAITABLE = STATUSES.filter((status) => status !== 'DELETED')

function statusesOf(text: string): readonly Status[] {
  const words = text.split(',').map((word) => word.trim())
  const statuses = words.filter(isStatus).filter((status) => status !== 'DELETED')
  if (statuses.length < words.length) throw invalidInput('wait', `must be one or more of ${WAITABLE.join(', ')}`)
  return statuses
}

function timeoutOf(text: string | undefined): number {
  if (given(text) === undefined) return DEFAULT_TIMEOUT
  const seconds = /^[0-9]{1,3}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (!(seconds <= MAX_TIMEOUT)) throw invalidInput('timeout', `must be a whole number of seconds, 0 to ${MAX_TIMEOUT}`)
  return seconds
}
