/** Every route of openapi.json with every kind of caller: who gets what, and that a refusal changes nothing. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { PEERINGS } from '../support/peerings.ts'
import { logIn, makePerson, type Person, send, startTestService, type TestService } from '../support/service.ts'
import { signHeaders } from '../support/sign.ts'

/**
 * One line per route and object, with the status for each caller: nobody; a bad token, one that is 24 hours old, one
 * that was taken back; a forged signature; alice by a token, by a signature, by a token scoped to her domain, by one
 * scoped to nothing; bob, eve, admin. Everything is alice's (`hers`), and bob is the accepter of the peerings. A VPC is
 * asked for in her project, or (`in-own`) in the caller's.
 */
const TABLE = `
                                                                      nob bad exp rev for  ali sig dom uns  bob eve adm
GET    /                                                     -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /v2.0                                                 -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /v3                                                   -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /healthz                                              -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /readyz                                               -        200 200 200 200 200  200 200 200 200  200 200 200
GET    /metrics                                              -        200 200 200 200 200  200 200 200 200  200 200 200
POST   /v3/auth/tokens                                       -        201 201 201 201 201  201 201 201 201  201 201 201
GET    /v3/auth/tokens                                       hers     401 401 401 401 401  200 200 200 200  404 404 200
DELETE /v3/auth/tokens                                       hers     401 401 401 401 401  204 204 204 204  404 404 204
GET    /v3/auth/catalog                                      -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/auth/projects                                     -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/auth/domains                                      -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3/domains                                           -        401 401 401 401 401  403 403 403 403  403 403 200
POST   /v3/domains                                           -        401 401 401 401 401  403 403 403 403  403 403 201
GET    /v3/projects                                          hers     401 401 401 401 401  200 200 200 200  404 404 200
POST   /v3/projects                                          -        401 401 401 401 401  403 403 403 403  403 403 201
GET    /v3/users                                             hers     401 401 401 401 401  200 200 200 200  404 404 200
POST   /v3/users                                             -        401 401 401 401 401  403 403 403 403  403 403 201
PATCH  /v3/users/{user_id}                                   hers     401 401 401 401 401  403 403 403 403  403 403 200
GET    /v3/regions                                           -        401 401 401 401 401  200 200 200 200  200 200 200
GET    /v3.0/OS-CREDENTIAL/credentials                       hers     401 401 401 401 401  200 200 200 200  403 403 200
POST   /v3.0/OS-CREDENTIAL/credentials                       hers     401 401 401 401 401  201 201 201 201  403 403 201
DELETE /v3.0/OS-CREDENTIAL/credentials/{access_key}          hers     401 401 401 401 401  204 204 204 204  404 404 204
GET    /v2.0/vpc/peerings                                    -        401 401 401 401 401  200 200 403 403  200 200 200
POST   /v2.0/vpc/peerings                                    hers     401 401 401 401 401  201 201 403 403  400 400 201
GET    /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  200 200 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
DELETE /v2.0/vpc/peerings/{id}                               PENDING  401 401 401 401 401  204 204 403 403  204 404 204
DELETE /v2.0/vpc/peerings/{id}                               ACTIVE   401 401 401 401 401  204 204 403 403  204 404 204
PUT    /v2.0/vpc/peerings/{id}/accept                        PENDING  401 401 401 401 401  403 403 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}/accept                        ACTIVE   401 401 401 401 401  403 403 403 403  409 404 409
PUT    /v2.0/vpc/peerings/{id}/reject                        PENDING  401 401 401 401 401  403 403 403 403  200 404 200
PUT    /v2.0/vpc/peerings/{id}/reject                        ACTIVE   401 401 401 401 401  403 403 403 403  409 404 409
GET    /causeway/v1/peerings/{id}/history                    PENDING  401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/peerings/{id}/history                    ACTIVE   401 401 401 401 401  200 200 403 403  200 404 200
GET    /causeway/v1/events                                   -        401 401 401 401 401  200 200 403 403  200 200 200
GET    /v1/{project_id}/vpcs                                 hers     401 401 401 401 401  200 200 403 403  400 400 200
POST   /v1/{project_id}/vpcs                                 hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  200 200 403 403  404 404 404
DELETE /v1/{project_id}/vpcs/{vpc_id}                        hers     401 401 401 401 401  204 204 403 403  400 400 204
DELETE /v1/{project_id}/vpcs/{vpc_id}                        in-own   401 401 401 401 401  204 204 403 403  404 404 404
GET    /v2.0/{project_id}/vpcs/{vpc_id}/tags                 hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v2.0/{project_id}/vpcs/{vpc_id}/tags                 in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /v3/{project_id}/vpc/vpcs                             hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v3/{project_id}/vpc/vpcs/{vpc_id}                    hers     401 401 401 401 401  200 200 403 403  400 400 200
GET    /v3/{project_id}/vpc/vpcs/{vpc_id}                    in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr    hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr    in-own   401 401 401 401 401  200 200 403 403  404 404 404
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr hers     401 401 401 401 401  200 200 403 403  400 400 200
PUT    /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr in-own   401 401 401 401 401  200 200 403 403  404 404 404
GET    /causeway/v1/projects/{target_id}/quotas              hers     401 401 401 401 401  403 403 403 403  403 403 200
PUT    /causeway/v1/projects/{target_id}/quotas              hers     401 401 401 401 401  403 403 403 403  403 403 200
`

const COLUMNS = [
  ...['nobody', 'bad', 'expired', 'revoked', 'forged'],
  ...['alice', 'signed', 'domain', 'unscoped', 'bob', 'eve', 'admin'],
]

const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [method = '', path = '', object = '', ...statuses] = line.trim().split(/\s+/)
    return { method, path, object, statuses: statuses.join(' ') }
  })

test('the table has every route of openapi.json, and no other', () => {
  const { paths } = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
  const routes = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual([...new Set(rows.map(({ method, path }) => `${method} ${path}`))].sort(), routes.sort())
})

suite('who may ask what', () => {
  let service: TestService
  let people: Record<'alice' | 'bob' | 'eve' | 'admin', Person>
  /** Tokens by column; who signs or is nobody has none. */
  let tokens: Readonly<Record<string, string>>
  let kept: { vpc: string; peer: string; ACTIVE: string; PENDING: string; aliceId: string; userId: string }
  let made = 0

  before(async () => {
    service = await startTestService()
    const expired = service.alice.token
    service.clock.advance(24 * 60 * 60 * 1000)
    const [alice, bob, admin] = await Promise.all(
      [service.alice, service.bob, service.admin].map((person) => logIn(service.url, person)),
    )
    assert.ok(alice && bob && admin)
    people = { alice, bob, admin, eve: await makePerson(service.url, admin, 'eve') }
    const revoked = await logIn(service.url, alice)
    await make(revoked, 'DELETE', '/v3/auth/tokens', undefined, { 'x-subject-token': revoked.token })
    tokens = {
      ...{ bad: 'cw1.e30.bm90LW91cnM', expired, revoked: revoked.token, alice: alice.token },
      ...{ domain: await tokenFor({ domain: { name: alice.domain } }), unscoped: await tokenFor('unscoped') },
      ...{ bob: bob.token, eve: people.eve.token, admin: admin.token },
    }
    for (const { projectId } of [alice, bob]) {
      await make(admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, { quotas: { vpc: -1, vpcPeer: -1 } })
    }
    const aliceId = (await make(alice, 'GET', '/v3/users?name=alice')).users[0].id
    const { domain_id } = (await make(alice, 'GET', '/v3/projects')).projects[0]
    const user = { name: 'mallory', password: 'mallorys-long-password', domain_id }
    const userId = (await make(admin, 'POST', '/v3/users', { user })).user.id
    const [vpc, peer] = [await newVpc(alice), await newVpc(bob)]
    kept = { vpc, peer, ACTIVE: await newPeering('ACTIVE'), PENDING: await newPeering('PENDING'), aliceId, userId }
  })
  after(() => service[Symbol.asyncDispose]())

  for (const { method, path, object, statuses } of rows) {
    test(`${method} ${path} (${object}): ${statuses}`, async () => {
      const got: number[] = []
      for (const column of COLUMNS) {
        const target = await targetOf(method, path, object, column)
        const body = await bodyOf(`${method} ${path}`)
        // The token that a call is about; a fresh one where it is taken back.
        const subject = method === 'DELETE' ? await logIn(service.url, people.alice) : people.alice
        const headers = { 'x-subject-token': subject.token, ...identityOf(column, method, target, body) }
        const before = dump(service.folder)
        const { status } = await send(service.url, method, target, body, headers)
        got.push(status)
        if (status >= 400 || method === 'GET') assert.deepEqual(dump(service.folder), before, `${column}: ${status}`)
      }
      assert.equal(got.join(' '), statuses)
    })
  }

  /** The path with its parameters filled in: with objects that are used up, where the call may use them up. */
  async function targetOf(method: string, path: string, object: string, column: string): Promise<string> {
    const { alice } = people
    const own = column === 'bob' || column === 'eve' || column === 'admin' ? people[column] : alice
    const values: Readonly<Record<string, () => string | Promise<string>>> = {
      project_id: () => (object === 'in-own' ? own : alice).projectId,
      target_id: () => alice.projectId,
      vpc_id: () => (method === 'GET' ? kept.vpc : newVpc(alice, path.endsWith('remove-extend-cidr'))),
      id: () => {
        assert.ok(object === 'PENDING' || object === 'ACTIVE')
        return method === 'GET' ? kept[object] : newPeering(object)
      },
      user_id: () => kept.userId,
      access_key: newAccessKey,
    }
    let target = path
    for (const [placeholder, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
      target = target.replace(placeholder, (await values[name]?.()) ?? 'unknown')
    }
    if (method !== 'GET' || object !== 'hers') return target
    if (/(projects|users)$/.test(path)) {
      return `${target}?domain_id=${(await make(alice, 'GET', '/v3/projects')).projects[0].domain_id}`
    }
    return path.endsWith('credentials') ? `${target}?user_id=${kept.aliceId}` : target
  }

  async function bodyOf(route: string): Promise<unknown> {
    const { alice, bob } = people
    const name = `fresh-${++made}`
    const extend_cidrs = [EXTRA_BLOCK]
    switch (route) {
      case 'POST /v3/auth/tokens':
        return loginOf({ project: { id: alice.projectId } })
      case 'POST /v3/domains':
        return { domain: { name } }
      case 'POST /v3/projects':
        return { project: { name } }
      case 'POST /v3/users':
        return { user: { name, password: 'a-long-password' } }
      case 'PATCH /v3/users/{user_id}':
        return { user: { enabled: true } }
      case 'POST /v3.0/OS-CREDENTIAL/credentials':
        await dropSpareKey()
        return { credential: { user_id: kept.aliceId } }
      case 'POST /v2.0/vpc/peerings':
        return peeringBody(await newVpc(alice), await newVpc(bob))
      case 'PUT /v2.0/vpc/peerings/{id}':
        return { peering: { name } }
      case 'POST /v1/{project_id}/vpcs':
      case 'PUT /v1/{project_id}/vpcs/{vpc_id}':
        return { vpc: { name } }
      case 'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/add-extend-cidr':
      case 'PUT /v3/{project_id}/vpc/vpcs/{vpc_id}/remove-extend-cidr':
        return { vpc: { extend_cidrs } }
      case 'PUT /causeway/v1/projects/{target_id}/quotas':
        return { quotas: { vpc: -1 } }
      default:
        return undefined
    }
  }

  function identityOf(column: string, method: string, target: string, body: unknown): Record<string, string> {
    const token = tokens[column]
    if (token !== undefined) return { 'x-auth-token': token }
    if (column === 'nobody') return {}
    const { accessKey: access, secretKey: secret, projectId } = people.alice
    const signed = signHeaders(
      { method, url: `${service.url}${target}`, body: body === undefined ? '' : JSON.stringify(body) },
      { access, secret, projectId, now: service.clock.now() },
    )
    const right = signed.authorization ?? ''
    return column === 'signed' ? signed : { ...signed, authorization: flipLast(right) }
  }

  // biome-ignore lint/suspicious/noExplicitAny: what was made is looked into in every shape.
  async function make(who: Person, method: string, path: string, body?: unknown, headers = {}): Promise<any> {
    const answer = await send(service.url, method, path, body, { 'x-auth-token': who.token, ...headers })
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async function newVpc(who: Person, extended = false): Promise<string> {
    const { vpc } = await make(who, 'POST', `/v1/${who.projectId}/vpcs`, { vpc: { name: `vpc-${++made}` } })
    const path = `/v3/${who.projectId}/vpc/vpcs/${vpc.id}/add-extend-cidr`
    if (extended) await make(who, 'PUT', path, { vpc: { extend_cidrs: [EXTRA_BLOCK] } })
    return vpc.id
  }

  async function newPeering(status: 'PENDING' | 'ACTIVE'): Promise<string> {
    const body = peeringBody(await newVpc(people.alice), await newVpc(people.bob))
    const { id } = (await make(people.alice, 'POST', PEERINGS, body)).peering
    if (status === 'ACTIVE') await make(people.bob, 'PUT', `${PEERINGS}/${id}/accept`)
    return id
  }

  function peeringBody(from: string, to: string) {
    const request_vpc_info = { vpc_id: from, tenant_id: people.alice.projectId }
    const accept_vpc_info = { vpc_id: to, tenant_id: people.bob.projectId }
    return { peering: { name: 'a to b', request_vpc_info, accept_vpc_info } }
  }

  async function newAccessKey(): Promise<string> {
    await dropSpareKey()
    return (await make(people.alice, 'POST', KEYS, { credential: { user_id: kept.aliceId } })).credential.access
  }

  /** A user has at most two keys; the first is alice's own. */
  async function dropSpareKey(): Promise<void> {
    const { credentials } = await make(people.alice, 'GET', KEYS)
    const spare = credentials.find(({ access }: { access: string }) => access !== people.alice.accessKey)
    if (spare !== undefined) await make(people.alice, 'DELETE', `${KEYS}/${spare.access}`)
  }

  function loginOf(scope: unknown) {
    const { name, password, domain } = people.alice
    return {
      auth: {
        identity: { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } },
        scope,
      },
    }
  }

  async function tokenFor(scope: unknown): Promise<string> {
    const answer = await send(service.url, 'POST', '/v3/auth/tokens', loginOf(scope), {})
    assert.equal(answer.status, 201)
    return answer.headers.get('x-subject-token') ?? ''
  }
})

const EXTRA_BLOCK = '23.8.0.0/16'
const KEYS = '/v3.0/OS-CREDENTIAL/credentials'

function flipLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
}
