/**
 * The way of every request: id, who is asking, shape, route, answer; and the one door through which every error leaves.
 */
import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Caller } from '../rules/access.ts'
import { Refusal } from '../rules/refusal.ts'
import { familyOf, nounOf, SPELLINGS, spellError } from '../wire/refusal.ts'
import type { App, ServerParts } from './app.ts'
import { answerClientError, toRefusal } from './errors.ts'
import { askedOnce } from './idempotency.ts'
import { parseJsonBody } from './json-body.ts'
import { createRouteFinder } from './route-finder.ts'
import { acceptanceRoutes } from './routes/acceptance.ts'
import { attachmentRoutes } from './routes/attachments.ts'
import { eventRoutes } from './routes/events.ts'
import { explainRoutes } from './routes/explain.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { peeringViewRoutes } from './routes/peering-views.ts'
import { peeringRoutes } from './routes/peerings.ts'
import { peopleRoutes } from './routes/people.ts'
import { planRoutes } from './routes/plan.ts'
import { portRoutes } from './routes/ports.ts'
import { quotaRoutes } from './routes/quotas.ts'
import { routeReportRoutes } from './routes/route-report.ts'
import { routeTableRoutes } from './routes/route-tables.ts'
import { routerRoutes } from './routes/routers.ts'
import { routeRoutes } from './routes/routes.ts'
import { subnetRoutes } from './routes/subnets.ts'
import { tagRoutes } from './routes/tags.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { versionRoutes } from './routes/versions.ts'
import { vpcRoutes } from './routes/vpcs.ts'
import { vpcV3Routes } from './routes/vpcs-v3.ts'
import { bytesOf, signedRequest } from './signed-request.ts'
import { compilers, type SchemaTypes } from './validation.ts'

/** Bytes of a body; the largest published one is below 10 KiB. */
const MAX_BODY = 1024 * 1024
/** Characters of a part of a path; longer than any name, so that a lookup by name is a 404 and not an oddity. */
const MAX_PATH_PART = 1024
/** How long a client may take to send its request; bounds what slow ones can hold. */
const REQUEST_TIMEOUT_MS = 60_000

/** `before` may add what must see every route, such as what describes them in openapi.json. */
export function createServer(parts: ServerParts, before: (app: App) => void = () => {}): App {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Node's own refusal would have neither a body nor a request id.
    http: { requireHostHeader: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PART },
    // Given here, and not set later, or else Fastify loads its own at a cost of a tenth of a second.
    schemaController: { compilersFactory: compilers },
    genReqId: () => randomUUID().replaceAll('-', ''),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => answerError(parts, error, request, reply),
  }).withTypeProvider<SchemaTypes>()
  // The Node SDK sends `{}` with its project lookup and signs it.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  // Or else Fastify refuses it for its content type before anybody has looked whether the path takes it.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  // Node would answer 417 by itself, without a body; an expectation may be ignored (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.removeAllContentTypeParsers()
  // Raw: the signature covers the bytes, and it is checked before anything in them is believed.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.decorateRequest('caller')
  app.decorateRequest('pathProject')
  app.decorateRequest('once')
  addHooks(app, parts)
  const findRoute = createRouteFinder(app)
  app.setErrorHandler((error, request, reply) => answerError(parts, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const allowed = findRoute(request.url)
    if (allowed.length === 0) throw new Refusal('unknown_path', `There is no ${request.method} ${pathOf(request.url)}.`)
    reply.header('allow', allowed.join(', '))
    throw new Refusal('wrong_method', `${pathOf(request.url)} takes ${allowed.join(', ')} and not ${request.method}.`)
  })
  before(app)
  app.register(async (scope) => {
    for (const routes of ROUTES) routes(scope, parts)
  })
  return app
}

const ROUTES = [
  versionRoutes,
  tokenRoutes,
  peopleRoutes,
  peeringRoutes,
  peeringViewRoutes,
  historyRoutes,
  eventRoutes,
  vpcRoutes,
  vpcV3Routes,
  acceptanceRoutes,
  planRoutes,
  explainRoutes,
  routeReportRoutes,
  tagRoutes,
  routerRoutes,
  subnetRoutes,
  portRoutes,
  attachmentRoutes,
  routeRoutes,
  routeTableRoutes,
  quotaRoutes,
  healthRoutes,
] as const

function addHooks(app: App, { authenticator, now, observe, logger }: ServerParts): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const { headers, raw } = request
    const hostMissing = headers.host === undefined && raw.httpVersion === '1.1'
    done(hostMissing ? new Refusal('malformed_body', 'Malformed request: there is no Host header.') : undefined)
  })
  // Before validation, and after the body has come in whole: a signature covers it.
  app.addHook('preValidation', (request, _reply, done) => {
    const { config } = request.routeOptions
    if (request.is404 || config.open) return done()
    const pathProject = (request.params as Readonly<Record<string, string | undefined>>).project_id
    request.pathProject = pathProject
    const signed = signedRequest(request)
    const known = authenticator.recall(signed, pathProject, now())
    if (known !== undefined) {
      request.caller = known
      return done()
    }
    authenticator.authenticate(signed, pathProject, now()).then((caller) => {
      request.caller = caller
      done()
    }, done)
  })
  app.addHook('preValidation', (request, reply, done) => {
    if (request.routeOptions.schema?.body === undefined) return done()
    try {
      // Who logs in is nobody yet, whom a key could belong to; a repeat makes one more token, and that is all.
      if (!request.routeOptions.config.open) request.once = askedOnce(request, reply)
      refuseMediaType(request)
      request.body = parseJsonBody(bytesOf(request))
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1000
    const route = request.routeOptions.url ?? 'unknown'
    observe(route, request.method, reply.statusCode, seconds)
    // A change is worth a line always, a read only to who looks closely.
    const level = request.method === 'GET' ? 'debug' : 'info'
    if (logger.isLevelEnabled(level)) {
      logger[level](
        { ...who(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
        'request',
      )
    }
    done()
  })
}

function refuseMediaType(request: FastifyRequest): void {
  const type = request.headers['content-type']
  if (bytesOf(request).length === 0 && type === undefined) return
  // Clients write the charset in both cases, with and without a blank; JSON is UTF-8 whatever they say.
  if (type !== undefined && /^application\/json\s*(;|$)/i.test(type)) return
  throw new Refusal('unsupported_media_type', `The content type must be application/json, not ${type ?? 'absent'}.`)
}

/** The one door. A refusal is told; a fault of ours is logged whole and told as an id. */
function answerError(parts: ServerParts, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = toRefusal(error)
  const code = refusal?.code ?? 'internal'
  const message = refusal?.message ?? `An internal error occurred. The log has it under request id ${request.id}.`
  const { status } = SPELLINGS[code]
  if (refusal === undefined) parts.logger.error({ ...who(request), err: error }, 'internal error')
  else parts.logger[status >= 500 ? 'error' : 'info']({ ...who(request), code, ...refusal.facts }, 'refused')
  if (code === 'unavailable') reply.header('retry-after', '1')
  const retryAfter = refusal?.facts.retryAfterSeconds
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  const path = pathOf(request.raw.url ?? '/')
  reply
    .code(status)
    .header('x-request-id', request.id)
    .header('content-type', 'application/json')
    .send(JSON.stringify(spellError(familyOf(path), code, message, request.id, nounOf(path))))
}

/** For the log: the request and the caller, and nothing that is secret. A query may name things, never secrets. */
function who(request: FastifyRequest) {
  const caller: Caller | undefined = request.caller
  return {
    requestId: request.id,
    method: request.method,
    url: request.raw.url,
    userId: caller?.userId,
    projectId: caller?.projectId,
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
