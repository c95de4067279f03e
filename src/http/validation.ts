/**
 * Shapes are checked by the schemas that document them. The checker (Ajv, Fastify's own) is loaded, and each schema
 * compiled, when first needed: a start costs nothing, and many a service never sees half of the routes.
 */
import { createRequire } from 'node:module'
import type { Ajv as AjvType, ErrorObject } from 'ajv'
import type { FastifyTypeProvider } from 'fastify'
import { invalidInput, Refusal } from '../rules/refusal.ts'
import type { Schema, Static } from '../wire/schema.ts'

/** Tells the type checker that what passed a schema has its type. */
export interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends Schema ? Static<this['schema']> : unknown
  readonly serializer: this['schema'] extends Schema ? Static<this['schema']> : unknown
}

let ajv: AjvType | undefined

function loadAjv(): AjvType {
  const { Ajv } = createRequire(import.meta.url)('ajv') as { Ajv: typeof AjvType }
  return new Ajv()
}

/** What Fastify makes checkers and answers with. Its own types of these know only its own two libraries. */
export const compilers = {
  buildValidator: () => validatorCompiler,
  buildSerializer: () => () => JSON.stringify,
} as never

/** A checker for one schema of one route. */
function validatorCompiler({ schema }: { schema: unknown }) {
  let check: ReturnType<AjvType['compile']> | undefined
  return (data: unknown) => {
    ajv ??= loadAjv()
    check ??= ajv.compile(schema as Schema)
    return check(data) ? { value: data } : { error: describeProblem(check.errors?.at(0)) }
  }
}

/** The first thing that is wrong, by the field's path, such as `peering.request_vpc_info.vpc_id`. */
function describeProblem(error: ErrorObject | undefined): Error {
  if (error === undefined) throw new Error('a value that fails its schema has no error')
  const path = error.instancePath.split('/').slice(1)
  // A body that is not even the envelope is told as one that is not JSON: no field of it is wrong, all of it is.
  if (path.length === 0) {
    const root = error.keyword === 'required' ? `'${String(error.params.missingProperty)}' is required` : undefined
    return new Refusal('malformed_body', `Malformed request: ${root ?? `the body ${error.message}`}.`)
  }
  if (error.keyword === 'required') {
    return invalidInput([...path, String(error.params.missingProperty)].join('.'), 'is required')
  }
  return invalidInput(path.join('.'), error.message ?? 'is not valid')
}
