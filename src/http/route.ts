/** What all routes share: how they are described, and on whose behalf they act. */
import type { FastifyRequest, FastifySchema } from 'fastify'
import type { Asker } from '../operations/perform.ts'
import { Type } from '../wire/schema.ts'

/** A route's schema; the tag and the summary are for openapi.json. */
export function describe<Schema extends FastifySchema>(tag: string, summary: string, schema: Schema) {
  return { tags: [tag], summary, ...schema }
}

export function asker({ caller, id, once }: FastifyRequest): Asker {
  return { caller, requestId: id, once }
}

export const NO_BODY = Type.Null({ description: 'No body.' })
