/** Conditional requests (RFC 9110, 13): the headers as versions, which are what our ETags have between the quotes. */
import type { FastifyRequest } from 'fastify'

/**
 * The versions of which the object must have one; undefined: any. What is no ETag, and a weak one, is the version of
 * nothing: who meant to be careful is told 412 and not obeyed. What an ETag has after a semicolon tells of the network,
 * which changes by itself: a change of the object does not depend on it.
 */
export function ifMatch(request: FastifyRequest): readonly string[] | undefined {
  const text = request.headers['if-match']
  if (text === undefined || text.trim() === '*') return undefined
  return [...text.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, version]) =>
    weak ? [] : (version?.split(';', 1) ?? []),
  )
}

/** Whether the client says that it has this very ETag, which is asked for only then. Weak ones will do for that. */
export function isKnown(request: FastifyRequest, versionOf: () => string): boolean {
  const text = request.headers['if-none-match']
  if (text === undefined) return false
  const version = versionOf()
  return text.trim() === '*' || [...text.matchAll(/"([^"]*)"/g)].some(([, known]) => known === version)
}
