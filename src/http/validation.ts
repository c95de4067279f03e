/** Shapes are checked by the schemas that document them. Compiled on first use, so that a start costs nothing. */
import type { FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { invalidInput } from '../rules/refusal.ts'

/** Tells the type checker that what passed a schema has its type. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  readonly serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** Fastify's hook: a checker for one schema of one route. */
export function validatorCompiler({ schema }: { schema: unknown }) {
  let validator: Validator | undefined
  return (data: unknown) => {
    validator ??= Compile(schema as TSchema)
    return validator.Check(data) ? { value: data } : { error: firstProblem(validator, data) }
  }
}

/** The first thing that is wrong, by the field's path, such as `peering.request_vpc_info.vpc_id`. */
function firstProblem(validator: Validator, data: unknown): Error {
  const errors = validator.Errors(data)
  const error = errors.at(0)
  if (error === undefined) throw new Error('a value that fails its schema has no error')
  const missing = error.keyword === 'required' ? error.params.requiredProperties[0] : undefined
  const path = error.instancePath.split('/').slice(1)
  if (missing !== undefined) return invalidInput([...path, missing].join('.'), 'is required')
  return invalidInput(path.join('.') || 'body', error.message)
}
