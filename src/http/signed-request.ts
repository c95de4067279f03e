import type { FastifyRequest } from 'fastify'
import type { SignedRequest } from '../identity/signature.ts'

/** What says who is asking; the body must still be the bytes that came in. */
export function signedRequest(request: FastifyRequest): SignedRequest {
  const { method, raw, headers } = request
  return { method, url: raw.url ?? '/', headers, body: bytesOf(request) }
}

const NOTHING = new Uint8Array()

/** The body as it came in, before it is parsed. */
export function bytesOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : NOTHING
}
