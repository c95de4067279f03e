import type { FastifyRequest } from 'fastify'

/** The address of the service as its clients know it, without a slash at its end: configured, or the one just used. */
export function baseOf(request: FastifyRequest, publicUrl: string | undefined): string {
  return publicUrl ?? `${request.protocol}://${request.host}`
}
