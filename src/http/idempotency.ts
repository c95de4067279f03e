/** The header `Idempotency-Key` of a POST, as hashes by which the store knows key and request again. */
import { createHash, createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AskedOnce } from '../operations/perform.ts'
import { parseIdempotencyKey } from '../rules/idempotency.ts'

/** To be asked while the body is still bytes. Undefined: no POST, or one without a key. */
export function askedOnce(request: FastifyRequest, reply: FastifyReply): AskedOnce | undefined {
  const text = request.headers['idempotency-key']
  if (text === undefined || request.method !== 'POST') return undefined
  const key = parseIdempotencyKey(String(text))
  const { userId, projectId } = request.caller
  // Hashed under the key, which is not stored: a body may have a password in it, which a bare hash would give away.
  const hash = createHmac('sha256', key).update(`${request.method} ${request.raw.url}\n`)
  if (request.body instanceof Uint8Array) hash.update(request.body)
  return {
    id: createHash('sha256').update(`${userId} ${projectId} ${key}`).digest('base64url'),
    fingerprint: hash.digest('base64url'),
    onReplay: () => void reply.header('idempotency-replayed', 'true'),
  }
}
