/** Writes openapi.json from the routes themselves; `describeApi` is also what the drift test compares it with. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fastifySwagger from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import type { App, ServerParts } from '../src/http/app.ts'
import { createServer } from '../src/http/server.ts'
import { ERROR_SHAPES, familyOf } from '../src/wire/refusal.ts'

export const OPENAPI = resolve(import.meta.dirname, '../openapi.json')

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
        security: route.config?.open ? [] : [{ token: [] }, { signature: [] }],
        response: { ...(schema.response as object), default: errorsOn(url) },
      },
    }),
  })
}

/** Every error of a path has the shape of its family. */
function errorsOn(url: string) {
  const anyPath = url.replace(/:[a-z_]+/g, '0'.repeat(32))
  return { description: 'A refusal; see docs/errors.md.', ...ERROR_SHAPES[familyOf(anyPath)] }
}

if (process.argv[1] === import.meta.filename) writeFileSync(OPENAPI, await describeApi())
