/** What all routes share: how they are described, and on whose behalf they act. */
import type { FastifyRequest, FastifySchema } from 'fastify'
import type { Asker } from '../operations/perform.ts'
import { Type } from '../wire/schema.ts'
import { ifMatch } from './etag.ts'

/** A route's schema; the tag and the summary are for openapi.json. */
export function describe<Schema extends FastifySchema>(tag: string, summary: string, schema: Schema) {
  return { tags: [tag], summary, ...schema }
}

export function asker({ caller, id, once }: FastifyRequest): Asker {
  return { caller, requestId: id, once }
}

/** Who asks for a change of one object: of the version in If-Match, where there is one. */
export function changer(request: FastifyRequest): Asker {
  return { ...asker(request), ifMatch: ifMatch(request) }
}

export const NO_BODY = Type.Null({ description: 'No body.' })
