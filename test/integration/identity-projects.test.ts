/** WIRE 4.3 and 4.4: what one sees of domains and projects, and in which project a request acts. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { scopedTo } from '../support/logins.ts'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { type Person, send, startTestService, type TestService } from '../support/service.ts'
import { signHeaders } from '../support/sign.ts'

suite('projects', () => {
  let service: TestService
  let domainId: string
  /** Alice in the second project of her domain, `region-1_team`; her default one is named as the region. */
  let second: Person
  before(async () => {
    service = await startTestService()
    const { alice, admin, ask } = service
    domainId = (await ask(alice, 'GET', '/v3/auth/domains')).body.domains[0].id
    const project = { name: 'region-1_team', domain_id: domainId, description: 'of the team' }
    const made = await ask(admin, 'POST', '/v3/projects', { project })
    second = { ...alice, projectId: made.body.project.id }
    second = await scopedTo(service, second, { project: { name: 'region-1_team' } })
  })
  after(() => service[Symbol.asyncDispose]())

  const projectShape = (id: string, name: string, description = '') => ({
    ...{ id, name, domain_id: domainId, parent_id: domainId, enabled: true, is_domain: false, description },
    links: { self: `${service.url}/v3/projects/${id}` },
  })
  const linksOf = (path: string) => ({ self: `${service.url}${path}`, next: null, previous: null })

  test('GET /v3/projects?name= gives exactly the one of that name, to a token and to a signature', async () => {
    const { alice, url } = service
    const expected = { projects: [projectShape(alice.projectId, 'region-1')], links: linksOf('/v3/projects') }
    for (const ask of [service.ask, service.askSigned]) {
      const { status, body } = await ask(alice, 'GET', '/v3/projects?name=region-1')
      assert.deepEqual([status, body], [200, expected])
    }
    const none = await service.ask(alice, 'GET', '/v3/projects?name=region')
    assert.deepEqual(none.body, { projects: [], links: { self: `${url}/v3/projects`, next: null, previous: null } })
  })

  test('/v3/projects and /v3/auth/projects give all of the own domain, and of no other', async () => {
    const { alice } = service
    const own = [
      projectShape(alice.projectId, 'region-1'),
      projectShape(second.projectId, 'region-1_team', 'of the team'),
    ]
    for (const path of ['/v3/projects', '/v3/auth/projects']) {
      for (const ask of [service.ask, service.askSigned]) {
        assert.deepEqual((await ask(alice, 'GET', path)).body, { projects: own, links: linksOf(path) })
      }
      assert.equal((await service.ask(service.bob, 'GET', path)).body.projects.length, 1)
    }
  })

  test('domains, users and regions answer in their published forms, to a token and to a signature', async () => {
    const { alice, url } = service
    for (const ask of [service.ask, service.askSigned]) {
      const domain = { id: domainId, name: 'alpha', enabled: true, description: '' }
      const domains = [{ ...domain, links: { self: `${url}/v3/domains/${domainId}` } }]
      for (const path of ['/v3/auth/domains', '/v3/auth/domains?name=alpha']) {
        assert.deepEqual((await ask(alice, 'GET', path)).body, { domains, links: linksOf('/v3/auth/domains') })
      }
      assert.deepEqual((await ask(alice, 'GET', '/v3/auth/domains?name=beta')).body.domains, [])
      const { users, links } = (await ask(alice, 'GET', '/v3/users?name=alice')).body
      const { id, ...user } = users[0]
      assert.deepEqual(user, {
        ...{ name: 'alice', domain_id: domainId, enabled: true },
        links: { self: `${url}/v3/users/${id}` },
      })
      assert.deepEqual([users.length, links], [1, linksOf('/v3/users')])
      const region = { id: 'region-1', type: 'public', links: { self: `${url}/v3/regions/region-1` }, locales: {} }
      assert.deepEqual((await ask(alice, 'GET', '/v3/regions')).body, {
        regions: [region],
        links: linksOf('/v3/regions'),
      })
    }
  })

  test('another domain is never told: whether there or not, it is not found', async () => {
    const { alice, bob, ask } = service
    const bobs = (await ask(bob, 'GET', '/v3/auth/domains')).body.domains[0].id
    for (const id of [bobs, '0'.repeat(32)]) {
      for (const path of ['/v3/projects', '/v3/users']) {
        const { status, body } = await ask(alice, 'GET', `${path}?domain_id=${id}`)
        assert.deepEqual([status, body.error.message], [404, `Could not find domain: ${id}.`])
      }
    }
    assert.equal((await ask(alice, 'GET', '/v3/projects?domain_id=beta')).status, 400)
    assert.deepEqual((await ask(alice, 'GET', '/v3/users?name=bob')).body.users, [])
    assert.equal((await ask(service.admin, 'GET', `/v3/users?domain_id=${bobs}`)).body.users[0].name, 'bob')
  })

  /** Signed by alice; `x-project-id` is added after signing, as Terraform does, and so is covered by nothing. */
  const signed = (method: string, path: string, projectId: string | undefined, body?: unknown) => {
    const { accessKey: access, secretKey: secret } = service.alice
    const text = body === undefined ? '' : JSON.stringify(body)
    const { 'x-project-id': _, ...headers } = signHeaders(
      { method, url: `${service.url}${path}`, body: text },
      { access, secret, projectId: undefined, now: service.clock.now() },
    )
    const chosen = projectId === undefined ? headers : { ...headers, 'x-project-id': projectId }
    return send(service.url, method, path, body, chosen)
  }
  /** The project that a signed request acts in, told by the catalog. */
  const actsIn = async (projectId: string | undefined) => {
    const { status, body } = await signed('GET', '/v3/auth/catalog', projectId)
    return status === 200 ? body.catalog[2].endpoints[0].url.split('/').at(-1) : `${status} ${body.error_code}`
  }

  test('a signed request acts in the project of X-Project-Id, if it is an own one', async () => {
    assert.equal(await actsIn(second.projectId), second.projectId)
    assert.equal(await actsIn(service.alice.projectId), service.alice.projectId)
    assert.equal(await actsIn(service.bob.projectId), '400 VPC.0007')
    assert.equal(await actsIn('0'.repeat(32)), '400 VPC.0007')
    assert.equal(await actsIn('region-1'), '400 VPC.0007')
  })

  test('without X-Project-Id it acts in the project of the path, else in the one that is named as the region', async () => {
    const { alice, bob } = service
    for (const header of [undefined, '']) assert.equal(await actsIn(header), alice.projectId)
    const vpc = await service.makeVpc(second, 'of the team')
    const listed = async (project: string, header?: string) => {
      const { status, body } = await signed('GET', `/v1/${project}/vpcs`, header)
      return status === 200 ? body.vpcs.map(({ id }: { id: string }) => id) : `${status} ${body.code}`
    }
    assert.deepEqual(await listed(second.projectId), [vpc])
    assert.deepEqual(await listed(second.projectId, second.projectId), [vpc])
    assert.deepEqual(await listed(alice.projectId), [])
    assert.equal(await listed(alice.projectId, second.projectId), '400 VPC.0007')
    assert.equal(await listed(bob.projectId), '400 VPC.0007')
    assert.equal(await listed('0'.repeat(32)), '400 VPC.0007')
    assert.equal(await listed(second.projectId, bob.projectId), '400 VPC.0007')
  })

  test('a token acts in its own project, whatever X-Project-Id says, and the path must agree', async () => {
    const { url, alice } = service
    const headers = { 'x-auth-token': alice.token, 'x-project-id': second.projectId }
    const catalog = await send(url, 'GET', '/v3/auth/catalog', undefined, headers)
    assert.ok(catalog.body.catalog[2].endpoints[0].url.endsWith(alice.projectId))
    for (const path of [`/v1/${second.projectId}/vpcs`, `/v3/${second.projectId}/vpc/vpcs`]) {
      const { status, body } = await send(url, 'GET', path, undefined, headers)
      assert.deepEqual([status, body.error_code], [400, 'VPC.0007'])
    }
    const upper = await send(url, 'GET', `/v1/${alice.projectId.toUpperCase()}/vpcs`, undefined, headers)
    assert.deepEqual([upper.status, upper.body.code], [400, 'VPC.0007'])
  })

  test('two projects of one domain are two tenants: their peering waits to be accepted', async () => {
    const { alice, ask } = service
    const [from, to] = [await service.makeVpc(alice, 'from'), await service.makeVpc(second, 'to')]
    const made = await ask(alice, 'POST', PEERINGS, peeringBody(from, to, second.projectId))
    assert.deepEqual([made.status, made.body.peering.status], [201, 'PENDING_ACCEPTANCE'])
    const { id } = made.body.peering
    assert.equal((await ask(alice, 'PUT', `${PEERINGS}/${id}/accept`)).status, 403)
    const accepted = await signed('PUT', `${PEERINGS}/${id}/accept`, second.projectId)
    assert.deepEqual([accepted.status, accepted.body.status], [200, 'ACTIVE'])
    const foreign = await ask(alice, 'GET', `/v1/${alice.projectId}/vpcs/${to}`)
    assert.equal(foreign.status, 404)
  })
})
