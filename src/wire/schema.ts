/**
 * Shapes as plain JSON Schema, each with its TypeScript type beside it: one source for checks, types and openapi.json.
 * The calls are those of TypeBox, of which this is the small part that we use; loading the whole of it took a quarter
 * of the time to the first answer (docs/adr/0007).
 */

declare const typed: unique symbol
declare const optional: unique symbol

/** A JSON Schema; `T` is what passes it. The symbol exists for the type checker only. */
export interface Schema<T = unknown> {
  readonly [keyword: string]: unknown
  readonly [typed]?: T
}

/** What passes a schema. */
export type Static<S extends Schema> = S extends Schema<infer T> ? T : never

/** A member that may be absent; it is written without its name in `required`. */
type Optional<S extends Schema> = S & { readonly [optional]?: true }

type Members = Readonly<Record<string, Schema>>
type OptionalNames<M extends Members> = { [K in keyof M]: typeof optional extends keyof M[K] ? K : never }[keyof M]
type ObjectOf<M extends Members> = { [K in Exclude<keyof M, OptionalNames<M>>]: Static<M[K]> } & {
  [K in OptionalNames<M>]?: Static<M[K]>
}

interface ObjectSchema<M extends Members> extends Schema<ObjectOf<M>> {
  readonly properties: M
}

type Options = Readonly<Record<string, unknown>>
const optionals = new WeakSet<Schema>()

export const Type = {
  String: (options: Options = {}): Schema<string> => ({ type: 'string', ...options }),
  Integer: (options: Options = {}): Schema<number> => ({ type: 'integer', ...options }),
  Boolean: (options: Options = {}): Schema<boolean> => ({ type: 'boolean', ...options }),
  Null: (options: Options = {}): Schema<null> => ({ type: 'null', ...options }),
  Unknown: (options: Options = {}): Schema<unknown> => ({ ...options }),
  Literal: <const V extends string | number>(value: V): Schema<V> => ({ const: value, type: typeof value }),
  Enum: <const V extends string>(values: readonly V[]): Schema<V> => ({ type: 'string', enum: values }),
  Array: <S extends Schema>(items: S, options: Options = {}): Schema<Static<S>[]> => ({
    ...{ type: 'array', items },
    ...options,
  }),
  Union: <const S extends readonly Schema[]>(anyOf: S, options: Options = {}): Schema<Static<S[number]>> => ({
    anyOf,
    ...options,
  }),
  Object: <M extends Members>(properties: M): ObjectSchema<M> => {
    const required = Object.keys(properties).filter((name) => !optionals.has(properties[name] ?? {}))
    return { type: 'object', ...(required.length > 0 && { required }), properties }
  },
  Optional: <S extends Schema>(schema: S): Optional<S> => {
    const copy = { ...schema }
    optionals.add(copy)
    return copy
  },
} as const
