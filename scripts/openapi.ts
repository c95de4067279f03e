/** Writes openapi.json from the routes themselves; `describeApi` is also what the drift test compares it with. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fastifySwagger from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { App, ServerParts } from '../src/http/app.ts'
import { createServer } from '../src/http/server.ts'
import { ERROR_SHAPES, familyOf } from '../src/wire/refusal.ts'
import { type Schema, Type } from '../src/wire/schema.ts'

export const OPENAPI = resolve(import.meta.dirname, '../openapi.json')

const KEY = Type.Optional(
  Type.String({
    ...{ minLength: 1, maxLength: 255 },
    description: 'Within 24 hours the same request with the same key is answered again and not done again.',
  }),
)
const REPLAYED = { 'Idempotency-Replayed': Type.String({ description: '`true`: an earlier request did it.' }) }

const DESCRIPTION = `The VPC peering API that Huawei Cloud, Open Telekom Cloud and their sister clouds publish, as
Causeway serves it, and what is Causeway's own, under \`/causeway/v1\`. docs/compatibility.md tells which choice was
made where the clouds' documents leave one; docs/errors.md lists every error code.`

/** The document as text, as it stands in the file. */
export async function describeApi(): Promise<string> {
  // Routes are only described, never called, so they are given nothing to work with.
  const app = createServer({} as ServerParts, addSwagger)
  await app.ready()
  const document = app.swagger()
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}

function addSwagger(app: App): void {
  app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Causeway', version: '1', description: DESCRIPTION.replaceAll('\n', ' ') },
      components: {
        securitySchemes: {
          token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'SDK-HMAC-SHA256 over the request, with X-Sdk-Date.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...(schema as FastifySchema),
        ...headersOf(route),
        security: route.config?.open ? [] : [{ token: [] }, { signature: [] }],
        response: { ...responses(schema as FastifySchema, isOnce(route)), default: errorsOn(url) },
      },
    }),
  })
}

/** Which routes take an Idempotency-Key: every POST but the login. */
function isOnce({ method, config }: RouteOptions): boolean {
  return method === 'POST' && config?.open !== true
}

function headersOf(route: RouteOptions): { headers?: Schema } {
  if (isOnce(route)) return { headers: Type.Object({ 'Idempotency-Key': KEY }) }
  return route.config?.headers === undefined ? {} : { headers: route.config.headers }
}

function responses({ response }: FastifySchema, once: boolean): object {
  if (!once) return response as object
  const answers = Object.entries(response as Readonly<Record<string, object>>)
  return Object.fromEntries(
    answers.map(([status, shape]) => [
      status,
      { ...shape, headers: { ...(shape as { headers?: object }).headers, ...REPLAYED } },
    ]),
  )
}

/** Every error of a path has the shape of its family. */
function errorsOn(url: string) {
  const anyPath = url.replace(/:[a-z_]+/g, '0'.repeat(32))
  return { description: 'A refusal; see docs/errors.md.', ...ERROR_SHAPES[familyOf(anyPath)] }
}

if (process.argv[1] === import.meta.filename) writeFileSync(OPENAPI, await describeApi())
