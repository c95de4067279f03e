/** The calls that take a body, each with one that is right, and the schema that openapi.json has for it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { PEERINGS, peeringBody, requestPeering } from './peerings.ts'
import type { Person, TestService } from './service.ts'

export interface BodyCall {
  /** As openapi.json names it. */
  readonly route: string
  readonly method: string
  readonly path: string
  readonly who: Person
  readonly body: Record<string, unknown>
  /** JSON Schema. */
  readonly schema: object
}

/** One for every route of openapi.json that takes a body; fails where there is one that is not known here. */
export async function callsWithBody(service: TestService): Promise<readonly BodyCall[]> {
  const { alice, bob, admin } = service
  const from = await service.makeVpc(alice, 'from')
  const to = await service.makeVpc(bob, 'to')
  const spare = await service.makeVpc(bob, 'spare')
  const { id } = await requestPeering(service, alice, from, bob, to)
  const domainId = (await service.ask(alice, 'GET', '/v3/auth/domains')).body.domains[0].id
  const userId = (await service.ask(alice, 'GET', '/v3/users')).body.users[0].id
  // Somebody whose password and access may change, without which alice could not go on.
  const mallory = { name: 'mallory', password: 'a-long-password', domain_id: domainId }
  const malloryId = (await service.ask(admin, 'POST', '/v3/users', { user: mallory })).body.user.id
  const v3 = `/v3/${alice.projectId}/vpc/vpcs/${from}`
  const extend = { dry_run: true, vpc: { extend_cidrs: ['23.8.0.0/16'] } }
  const scope = { project: { id: alice.projectId, name: 'region-1', domain: { id: domainId, name: 'alpha' } } }
  const identity = {
    methods: ['password'],
    password: { user: { id: userId, name: 'alice', domain: { name: 'alpha' }, password: alice.password } },
    token: { id: 'unused' },
  }
  const { peering } = peeringBody(from, spare, bob.projectId)
  const calls: Readonly<Record<string, readonly [Person, string, Record<string, unknown>]>> = {
    'POST /v3/auth/tokens': [alice, '/v3/auth/tokens', { auth: { identity, scope } }],
    'POST /v3/domains': [admin, '/v3/domains', { domain: { name: 'made' } }],
    'POST /v3/projects': [admin, '/v3/projects', { project: { name: 'made', domain_id: domainId, description: 'x' } }],
    // The password is too short on purpose: a right one takes a fifth of a second to hash, each time.
    'POST /v3/users': [
      admin,
      '/v3/users',
      { user: { name: 'made', password: 'short', domain_id: domainId, enabled: true } },
    ],
    'PATCH /v3/users/{user_id}': [admin, `/v3/users/${malloryId}`, { user: { password: 'short', enabled: true } }],
    'POST /v3.0/OS-CREDENTIAL/credentials': [
      alice,
      '/v3.0/OS-CREDENTIAL/credentials',
      { credential: { user_id: userId, description: 'x' } },
    ],
    'POST /v2.0/vpc/peerings': [alice, PEERINGS, { peering: { ...peering, description: 'x' } }],
    'PUT /v2.0/vpc/peerings/{id}': [alice, `${PEERINGS}/${id}`, { peering: { name: 'renamed', description: 'x' } }],
    'POST /v1/{project_id}/vpcs': [
      alice,
      `/v1/${alice.projectId}/vpcs`,
      { vpc: { name: 'made', description: 'x', cidr: '10.0.0.0/16', enterprise_project_id: '0', tags: ['key*value'] } },
    ],
    'PUT /v1/{project_id}/vpcs/{vpc_id}': [
      alice,
      `/v1/${alice.projectId}/vpcs/${from}`,
      { vpc: { name: 'renamed', description: 'x', cidr: '10.0.0.0/16' } },
    ],
    'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr': [alice, `${v3}/add-extend-cidr`, extend],
    'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr': [alice, `${v3}/remove-extend-cidr`, extend],
    'PUT /causeway/v1/peerings/{id}': [alice, `/causeway/v1/peerings/${id}`, { protected: false }],
    'PUT /causeway/v1/projects/{target_id}/quotas': [
      admin,
      `/causeway/v1/projects/${alice.projectId}/quotas`,
      { quotas: { vpc: -1, vpcPeer: -1 } },
    ],
  }
  const schemas = bodySchemas()
  assert.deepEqual(Object.keys(calls).sort(), Object.keys(schemas).sort())
  return Object.entries(calls).map(([route, [who, path, body]]) => {
    const schema = schemas[route] ?? {}
    return { route, method: route.split(' ')[0] ?? '', path, who, body, schema }
  })
}

/** The paths of all members and items of a body, the containers too. */
export function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))
  return path.length === 0 ? inside : [path, ...inside]
}

/** The body with another value at a path; undefined drops it. A path into what is no container changes nothing. */
export function withValue(body: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (typeof body !== 'object' || body === null) return body
  const copy = Array.isArray(body) ? [...body] : { ...body }
  return Object.assign(copy, { [key]: withValue((body as Record<string, unknown>)[key], rest, value) })
}

function bodySchemas(): Readonly<Record<string, object>> {
  const { paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
  const schemas: Record<string, object> = {}
  for (const [path, methods] of Object.entries<Record<string, { requestBody?: { content: Json } }>>(paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (requestBody === undefined) continue
      schemas[`${method.toUpperCase()} ${path}`] = requestBody.content['application/json'].schema
    }
  }
  return schemas
}

type Json = { readonly 'application/json': { readonly schema: object } }
