/** For whoever runs the service: is it alive, can it work, and how does it fare. Tells nothing of any tenant. */
import { Refusal } from '../../rules/refusal.ts'
import { Type } from '../../wire/schema.ts'
import type { App, ServerParts } from '../app.ts'
import { describe } from '../route.ts'

const HealthAnswer = Type.Object({ status: Type.Literal('ok') })

export function healthRoutes(app: App, { isReady, metricsText }: ServerParts): void {
  const config = { open: true }
  app.get(
    '/healthz',
    { config, schema: describe('health', 'The process answers', { response: { 200: HealthAnswer } }) },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    {
      config,
      schema: describe('health', 'The store answers, and no shutdown has begun', { response: { 200: HealthAnswer } }),
    },
    async () => {
      if (!(await isReady())) throw new Refusal('unavailable', 'The service is shutting down.')
      return { status: 'ok' as const }
    },
  )
  app.get(
    '/metrics',
    { config, schema: describe('health', 'Prometheus metrics', { response: { 200: Type.String() } }) },
    async (_request, reply) => {
      const { contentType, text } = await metricsText()
      return reply.header('content-type', contentType).send(text)
    },
  )
}
