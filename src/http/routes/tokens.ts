/** Logging in and out: `/v3/auth/…`. */
import type { FastifyRequest } from 'fastify'
import type { Login, Proof, ScopeRequest } from '../../identity/login.ts'
import { signToken } from '../../identity/token.ts'
import { listOwnDomains, listProjects } from '../../operations/people/list-identities.ts'
import { revokeToken } from '../../operations/people/revoke-token.ts'
import { type DomainId, parseDomainId, parseProjectId, parseUserId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { invalidInput, Refusal } from '../../rules/refusal.ts'
import {
  CatalogAnswer,
  DomainListAnswer,
  IdentityListQuery,
  ProjectListAnswer,
  spellDomain,
  spellLinks,
  spellProject,
  TokenAnswer,
  TokenRequest,
} from '../../wire/identity.ts'
import type { Static } from '../../wire/schema.ts'
import { spellCatalog, spellToken } from '../../wire/token.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { given } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

type Auth = Static<typeof TokenRequest>['auth']
type NameOrId = { id?: string; name?: string } | undefined

export function tokenRoutes(app: App, parts: ServerParts): void {
  const { perform, authenticator, logins, tokenKey, region, publicUrl, now } = parts

  app.post(
    '/v3/auth/tokens',
    {
      config: { open: true },
      schema: describe('identity', 'Log in: the token is in the header X-Subject-Token', {
        body: TokenRequest,
        response: { 201: TokenAnswer },
      }),
    },
    async (request, reply) => {
      const { auth } = request.body
      const proof = await proofOf(auth.identity, (text) => authenticator.checkToken(text, now()))
      const login = await logins.login(proof, scopeOf(auth.scope), now())
      return reply.code(201).header('x-subject-token', signToken(login.token, tokenKey)).send(answerOf(login, request))
    },
  )

  app.get(
    '/v3/auth/tokens',
    { schema: describe('identity', 'Show the token in X-Subject-Token', { response: { 200: TokenAnswer } }) },
    async (request, reply) => {
      const { text, login } = await subjectOf(request)
      return reply.header('x-subject-token', text).send(answerOf(login, request))
    },
  )

  app.delete(
    '/v3/auth/tokens',
    { schema: describe('identity', 'Take back the token in X-Subject-Token', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      const { login } = await subjectOf(request)
      const { id, userId, expiresAt } = login.token
      await perform(revokeToken, asker(request), { id, userId, expiresAt })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/v3/auth/catalog',
    { schema: describe('identity', 'Show the catalog', { response: { 200: CatalogAnswer } }) },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const catalog = spellCatalog(base, region, request.caller.projectId)
      return { catalog, links: { self: `${base}/v3/auth/catalog` } }
    },
  )

  app.get(
    '/v3/auth/projects',
    { schema: describe('identity', 'List the projects one may use', { response: { 200: ProjectListAnswer } }) },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const projects = await perform(listProjects, asker(request), { domainId: undefined, name: undefined })
      return {
        projects: projects.map((project) => spellProject(project, base)),
        links: spellLinks(`${base}/v3/auth/projects`),
      }
    },
  )

  app.get(
    '/v3/auth/domains',
    {
      schema: describe('identity', "List one's own domain", {
        querystring: IdentityListQuery,
        response: { 200: DomainListAnswer },
      }),
    },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const domains = await perform(listOwnDomains, asker(request), { name: given(request.query.name) })
      return {
        domains: domains.map((domain) => spellDomain(domain, base)),
        links: spellLinks(`${base}/v3/auth/domains`),
      }
    },
  )

  /** The token a call is about; one's own, or, for an admin, anybody's. To others it does not exist. */
  async function subjectOf(request: FastifyRequest): Promise<{ text: string; login: Login }> {
    const text = request.headers['x-subject-token']
    if (typeof text !== 'string') throw invalidInput('X-Subject-Token', 'is required')
    const token = await authenticator.checkToken(text, now())
    const { caller } = request
    const login = token && (caller.admin || token.userId === caller.userId) ? await logins.describe(token) : undefined
    if (login === undefined) throw identityNotFound('token', 'the one in X-Subject-Token')
    return { text, login }
  }

  function answerOf({ token, user, userDomain, project }: Login, request: FastifyRequest) {
    const { methods, issuedAt, expiresAt, scope } = token
    const facts = { methods, issuedAt, expiresAt, user, userDomain, project, scope: scope.kind }
    // `?nocatalog` is a flag: it counts by being there.
    const withCatalog = (request.query as Record<string, unknown>).nocatalog === undefined
    return { token: spellToken(facts, baseOf(request, publicUrl), region, withCatalog) }
  }
}

async function proofOf(
  identity: Auth['identity'],
  checkToken: (text: string) => ReturnType<ServerParts['authenticator']['checkToken']>,
): Promise<Proof> {
  const { methods, password, token } = identity
  if (methods.length !== 1) throw invalidInput('auth.identity.methods', "must be one of 'password' and 'token'")
  if (methods[0] === 'password' && password !== undefined) {
    const { user } = password
    return { kind: 'password', password: user.password, user: userNameOf(user) }
  }
  if (methods[0] === 'token' && token !== undefined) return { kind: 'token', token: await checkToken(token.id) }
  throw invalidInput('auth.identity.methods', "must be 'password' or 'token', with the member of that name beside it")
}

function userNameOf(user: { id?: string; name?: string; domain?: NameOrId }): (Proof & { kind: 'password' })['user'] {
  if (user.id !== undefined) return { id: idOr(parseUserId(user.id)) }
  if (user.name === undefined) throw invalidInput('auth.identity.password.user', "must have an 'id' or a 'name'")
  const domain = domainOf(user.domain)
  if (domain === undefined) throw invalidInput('auth.identity.password.user.domain', 'is required beside a name')
  return { name: user.name, domain }
}

function scopeOf(scope: Auth['scope']): ScopeRequest {
  if (scope === undefined || scope === 'unscoped') return { kind: 'unscoped' }
  const { project, domain } = scope
  if (project !== undefined && domain !== undefined) {
    throw invalidInput('auth.scope', "must have one of 'project' and 'domain'")
  }
  if (project?.id !== undefined) return { kind: 'project', project: { id: idOr(parseProjectId(project.id)) } }
  if (project?.name !== undefined) {
    return { kind: 'project', project: { name: project.name, domain: domainOf(project.domain) } }
  }
  const named = domainOf(domain)
  if (named === undefined) throw invalidInput('auth.scope', "must name a 'project' or a 'domain' by id or by name")
  return { kind: 'domain', domain: named }
}

function domainOf(domain: NameOrId): { readonly id: DomainId } | { readonly name: string } | undefined {
  if (domain?.id !== undefined) {
    // Keystone's first domain has the id `default`, and tools have it built in.
    return domain.id === 'default' ? { name: 'default' } : { id: idOr(parseDomainId(domain.id)) }
  }
  return domain?.name === undefined ? undefined : { name: domain.name }
}

/** What is no id is the id of nobody: the answer is that of a wrong password. */
function idOr<Id>(id: Id | undefined): Id {
  if (id === undefined) throw new Refusal('unauthenticated', 'The request you have made requires authentication.')
  return id
}
