/** Domains, projects, users, regions and access keys: the reads that clients make, and an admin's additions. */
import { hashPassword } from '../../identity/password.ts'
import { newAccessKey, newSecretKey } from '../../identity/secrets.ts'
import { createAccessKey, deleteAccessKey, listAccessKeys } from '../../operations/people/access-keys.ts'
import { createDomain } from '../../operations/people/create-domain.ts'
import { createProject } from '../../operations/people/create-project.ts'
import { createUser } from '../../operations/people/create-user.ts'
import { listDomains, listProjects, listUsers } from '../../operations/people/list-identities.ts'
import { updateUser } from '../../operations/people/update-user.ts'
import { requireAdmin } from '../../rules/access.ts'
import { type DomainId, parseDomainId, parseUserId, type UserId } from '../../rules/ids.ts'
import { parseDescription } from '../../rules/peering.ts'
import { identityNotFound, parsePassword, parsePersonName } from '../../rules/people.ts'
import { invalidInput } from '../../rules/refusal.ts'
import {
  CreateCredentialRequest,
  CreateDomainRequest,
  CreateProjectRequest,
  CreateUserRequest,
  CredentialListAnswer,
  CredentialListQuery,
  DomainAnswer,
  DomainListAnswer,
  IdentityListQuery,
  NewCredentialAnswer,
  ProjectAnswer,
  ProjectListAnswer,
  RegionListAnswer,
  spellCredential,
  spellDomain,
  spellLinks,
  spellProject,
  spellRegion,
  spellUser,
  UpdateUserRequest,
  UserAnswer,
  UserListAnswer,
} from '../../wire/identity.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { given, numberedPage } from '../query.ts'
import { asker, describe, NO_BODY } from '../route.ts'

const CREDENTIALS = '/v3.0/OS-CREDENTIAL/credentials'

export function peopleRoutes(app: App, parts: ServerParts): void {
  listRoutes(app, parts)
  createRoutes(app, parts)
  credentialRoutes(app, parts)
}

function listRoutes(app: App, { perform, region, publicUrl }: ServerParts): void {
  const filtered = { querystring: IdentityListQuery }
  app.get(
    '/v3/domains',
    {
      schema: describe('identity', 'List domains; for an admin', { ...filtered, response: { 200: DomainListAnswer } }),
    },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const domains = await perform(listDomains, asker(request), { name: given(request.query.name) })
      const shown = domains.map((domain) => spellDomain(domain, base))
      return { domains: numberedPage(shown, request.query), links: spellLinks(`${base}/v3/domains`) }
    },
  )
  app.get(
    '/v3/projects',
    { schema: describe('identity', "List a domain's projects", { ...filtered, response: { 200: ProjectListAnswer } }) },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const projects = await perform(listProjects, asker(request), filterOf(request.query))
      const shown = projects.map((project) => spellProject(project, base))
      return { projects: numberedPage(shown, request.query), links: spellLinks(`${base}/v3/projects`) }
    },
  )
  app.get(
    '/v3/users',
    { schema: describe('identity', "List a domain's users", { ...filtered, response: { 200: UserListAnswer } }) },
    async (request) => {
      const base = baseOf(request, publicUrl)
      const users = await perform(listUsers, asker(request), filterOf(request.query))
      const shown = users.map((user) => spellUser(user, base))
      return { users: numberedPage(shown, request.query), links: spellLinks(`${base}/v3/users`) }
    },
  )
  app.get(
    '/v3/regions',
    { schema: describe('identity', 'List regions: there is one', { response: { 200: RegionListAnswer } }) },
    async (request) => {
      const base = baseOf(request, publicUrl)
      return { regions: [spellRegion(region, base)], links: spellLinks(`${base}/v3/regions`) }
    },
  )
}

function createRoutes(app: App, { perform, publicUrl }: ServerParts): void {
  app.post(
    '/v3/domains',
    {
      schema: describe('identity', 'Create a domain; for an admin', {
        body: CreateDomainRequest,
        response: { 201: DomainAnswer },
      }),
    },
    async (request, reply) => {
      const name = parsePersonName(request.body.domain.name, 'domain.name')
      const domain = await perform(createDomain, asker(request), { name })
      return reply.code(201).send({ domain: spellDomain(domain, baseOf(request, publicUrl)) })
    },
  )
  app.post(
    '/v3/projects',
    {
      schema: describe('identity', 'Create a project; for an admin', {
        body: CreateProjectRequest,
        response: { 201: ProjectAnswer },
      }),
    },
    async (request, reply) => {
      const { name, domain_id, parent_id, description } = request.body.project
      const project = await perform(createProject, asker(request), {
        domainId: domainIdOf(domain_id ?? parent_id),
        name: parsePersonName(name, 'project.name'),
        description: parseDescription(description ?? ''),
      })
      return reply.code(201).send({ project: spellProject(project, baseOf(request, publicUrl)) })
    },
  )
  app.post(
    '/v3/users',
    {
      schema: describe('identity', 'Create a user; for an admin', {
        body: CreateUserRequest,
        response: { 201: UserAnswer },
      }),
    },
    async (request, reply) => {
      // Before the password is hashed, which is work that not everybody may ask for.
      requireAdmin(request.caller)
      const { name, password, domain_id, enabled } = request.body.user
      const user = await perform(createUser, asker(request), {
        domainId: domainIdOf(domain_id),
        name: parsePersonName(name, 'user.name'),
        passwordHash: await hashPassword(parsePassword(password), 'chosen'),
        enabled: enabled ?? true,
      })
      return reply.code(201).send({ user: spellUser(user, baseOf(request, publicUrl)) })
    },
  )
  app.patch(
    '/v3/users/:user_id',
    {
      schema: describe('identity', 'Set a password, disable or enable; for an admin', {
        body: UpdateUserRequest,
        response: { 200: UserAnswer },
      }),
    },
    async (request) => {
      requireAdmin(request.caller)
      const { password, enabled } = request.body.user
      if (password === undefined && enabled === undefined) {
        throw invalidInput('user', "must have a 'password' or an 'enabled' to change")
      }
      const user = await perform(updateUser, asker(request), {
        id: userIdOf((request.params as { user_id: string }).user_id),
        passwordHash: password === undefined ? undefined : await hashPassword(parsePassword(password), 'chosen'),
        enabled,
      })
      return { user: spellUser(user, baseOf(request, publicUrl)) }
    },
  )
}

/** Permanent access keys, at the address that Huawei's IAM has them. */
function credentialRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    CREDENTIALS,
    {
      schema: describe('identity', 'List access keys', {
        querystring: CredentialListQuery,
        response: { 200: CredentialListAnswer },
      }),
    },
    async (request) => {
      const named = given(request.query.user_id)
      const userId = named === undefined ? request.caller.userId : userIdOf(named)
      const keys = await perform(listAccessKeys, asker(request), userId)
      return { credentials: keys.map(spellCredential) }
    },
  )
  app.post(
    CREDENTIALS,
    {
      schema: describe('identity', 'Create an access key; its secret is told this once', {
        body: CreateCredentialRequest,
        response: { 201: NewCredentialAnswer },
      }),
    },
    async (request, reply) => {
      const { user_id, description } = request.body.credential
      const key = await perform(createAccessKey, asker(request), {
        access: newAccessKey(),
        secret: newSecretKey(),
        userId: userIdOf(user_id),
        description: parseDescription(description ?? ''),
      })
      return reply.code(201).send({ credential: { ...spellCredential(key), secret: key.secret } })
    },
  )
  app.delete(
    `${CREDENTIALS}/:access_key`,
    { schema: describe('identity', 'Delete an access key', { response: { 204: NO_BODY } }) },
    async (request, reply) => {
      await perform(deleteAccessKey, asker(request), (request.params as { access_key: string }).access_key)
      return reply.code(204).send(null)
    },
  )
}

function filterOf(query: { name?: string; domain_id?: string }) {
  return { domainId: domainIdOf(given(query.domain_id)), name: given(query.name) }
}

function domainIdOf(text: string | undefined): DomainId | undefined {
  if (text === undefined) return undefined
  const id = parseDomainId(text)
  if (id === undefined) throw invalidInput('domain_id', 'must be the id of a domain')
  return id
}

function userIdOf(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw identityNotFound('user', text)
  return id
}
