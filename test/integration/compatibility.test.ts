/** The compatibility checklist, item by item, each named by its own text. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sendExactly } from '../support/exact.ts'
import { idsIn, NOBODYS_ID, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'
import { signSome } from '../support/sign-some.ts'

suite('the compatibility checklist', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const ask: TestService['ask'] = (...request) => service.ask(...request)
  const vpc = (who: Person) => service.makeVpc(who, `vpc-${++made}`)
  const request = async () => requestPeering(service, alice, await vpc(alice), bob, await vpc(bob))

  test('1. POST peering same project: 201 ACTIVE, wrapped; other project: 201 PENDING_ACCEPTANCE', async () => {
    const [a, own, b] = [await vpc(alice), await vpc(alice), await vpc(bob)]
    for (const [body, status] of [
      [peeringBody(a, own), 'ACTIVE'],
      [peeringBody(a, b, bob.projectId), 'PENDING_ACCEPTANCE'],
    ] as const) {
      const answer = await ask(alice, 'POST', PEERINGS, body)
      assert.equal(answer.status, 201)
      assert.deepEqual(Object.keys(answer.body), ['peering'])
      assert.equal(answer.body.peering.status, status)
    }
  })

  test('2. PUT accept with no body and no content type: 200 bare', async () => {
    const { id } = await request()
    const answer = await sendExactly(service.url, 'PUT', `${PEERINGS}/${id}/accept`, { 'x-auth-token': bob.token })
    assert.equal(answer.status, 200)
    assert.deepEqual([answer.body.id, answer.body.status, answer.body.peering], [id, 'ACTIVE', undefined])
    const other = await request()
    const rejected = await sendExactly(service.url, 'PUT', `${PEERINGS}/${other.id}/reject`, {
      'x-auth-token': bob.token,
    })
    assert.deepEqual([rejected.status, rejected.body.id, rejected.body.status], [200, other.id, 'REJECTED'])
  })

  test('3. DELETE: 204 without body; GET: 404', async () => {
    const { id } = await request()
    const deleted = await ask(alice, 'DELETE', `${PEERINGS}/${id}`)
    assert.deepEqual([deleted.status, deleted.body], [204, undefined])
    assert.equal(deleted.headers.get('content-type'), null)
    assert.equal((await ask(alice, 'GET', `${PEERINGS}/${id}`)).status, 404)
  })

  test('4. GET /v2.0/vpc/peerings/<name>: 404 JSON', async () => {
    for (const name of ['blue-green', 'peer%20%C3%BC', '.', '%2e%2e', 'null']) {
      const answer = await sendExactly(service.url, 'GET', `${PEERINGS}/${name}`, { 'x-auth-token': alice.token })
      assert.equal(answer.status, 404, name)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    }
    const { status, body } = await ask(alice, 'GET', `${PEERINGS}/blue-green`)
    assert.deepEqual([status, body.NeutronError.type], [404, 'VpcPeeringNotFound'])
  })

  test('5. ?marker=&limit=10 works; last-id marker returns {"peerings":[]}', async () => {
    await request()
    const first = await ask(alice, 'GET', `${PEERINGS}?marker=&limit=10`)
    const last = idsIn(first).at(-1)
    assert.notEqual(last, undefined)
    const rest = await ask(alice, 'GET', `${PEERINGS}?marker=${last}&limit=10`)
    assert.deepEqual([rest.status, rest.body], [200, { peerings: [] }])
  })

  test('6. vpc_id and tenant_id filters match either side', async () => {
    const { id, request_vpc_info: from, accept_vpc_info: to } = await request()
    for (const who of [alice, bob]) {
      for (const side of [from, to]) {
        assert.deepEqual(idsIn(await ask(who, 'GET', `${PEERINGS}?vpc_id=${side.vpc_id}`)), [id])
        assert.ok(idsIn(await ask(who, 'GET', `${PEERINGS}?tenant_id=${side.tenant_id}`)).includes(id))
      }
    }
  })

  test('7. created_at without Z on v1/v2.0, with Z on v3', async () => {
    const id = await vpc(alice)
    const { peering } = (await ask(alice, 'POST', PEERINGS, peeringBody(id, await vpc(alice)))).body
    const v1 = (await ask(alice, 'GET', `/v1/${alice.projectId}/vpcs/${id}`)).body.vpc
    const v3 = (await ask(alice, 'GET', `/v3/${alice.projectId}/vpc/vpcs/${id}`)).body.vpc
    for (const field of ['created_at', 'updated_at']) {
      for (const each of [peering, v1]) assert.match(each[field], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
      assert.equal(v3[field], `${v1[field]}Z`)
    }
  })

  test('8, without the tags action, which is not served yet. v1 POST: 200; v2.0 POST: 201', async () => {
    const v1 = await ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc: { name: 'eight' } })
    assert.equal(v1.status, 200)
    const v2 = await ask(alice, 'POST', PEERINGS, peeringBody(v1.body.vpc.id, await vpc(alice)))
    assert.equal(v2.status, 201)
  })

  test('9. v3 VPC and tags GET always succeed for an existing VPC', async () => {
    const { body } = await ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc: {} })
    const bare = body.vpc.id
    const peered = (await request()).request_vpc_info.vpc_id
    for (const id of [bare, peered]) {
      for (const path of [`/v3/${alice.projectId}/vpc/vpcs/${id}`, `/v2.0/${alice.projectId}/vpcs/${id}/tags`]) {
        assert.equal((await ask(alice, 'GET', path)).status, 200)
        assert.equal((await service.askSigned(alice, 'GET', path)).status, 200)
      }
    }
  })

  test('11. a changed byte in path, query, body or signed header fails', async () => {
    const body = JSON.stringify({ vpc: { name: 'eleven' } })
    const path = `/v1/${alice.projectId}/vpcs`
    const signed = sign('POST', `${path}?x=1`, body)
    const post = (target: string, text: string, headers = signed) =>
      sendExactly(service.url, 'POST', target, headers, text)
    assert.equal((await post(`${path.replace(alice.projectId, bob.projectId)}?x=1`, body)).status, 401)
    assert.equal((await post(`${path}?x=2`, body)).status, 401)
    assert.equal((await post(`${path}?x=1`, `${body} `)).status, 401)
    assert.equal((await post(`${path}?x=1`, body, { ...signed, 'x-sdk-date': '20200101T000000Z' })).status, 401)
    assert.equal((await post(`${path}?x=1`, body, { ...signed, 'content-type': 'application/json;x' })).status, 401)
    assert.equal((await post(`${path}?x=1`, body)).status, 200)
  })

  test('12. GET with a {} body signed', async () => {
    const path = '/v3/projects?name=region-1'
    const signed = sign('GET', path, '{}')
    const answer = await sendExactly(service.url, 'GET', path, signed, '{}')
    assert.equal(answer.status, 200)
    assert.deepEqual(
      answer.body.projects.map(({ id }: { id: string }) => id),
      [alice.projectId],
    )
    for (const other of ['', '{ }'])
      assert.equal((await sendExactly(service.url, 'GET', path, signed, other)).status, 401)
  })

  test('13. error bodies carry both forms plus X-Request-Id', async () => {
    const v1 = `/v1/${alice.projectId}/vpcs`
    const table = [
      [await ask(alice, 'GET', `${PEERINGS}/${NOBODYS_ID}`), (body: Answer['body']) => body.NeutronError.message],
      [await ask(alice, 'GET', `${v1}/${NOBODYS_ID}`), (body: Answer['body']) => body.message],
      [await ask(alice, 'GET', `${v1.replace('v1', 'v3')}/x`.replace('/vpcs', '/vpc/vpcs')), () => undefined],
      [await ask(undefined, 'GET', PEERINGS), () => undefined],
      [await ask(alice, 'GET', '/v3/domains'), (body: Answer['body']) => body.error.message],
      [await ask(alice, 'PATCH', PEERINGS), () => undefined],
      [await ask(alice, 'GET', '/nowhere'), () => undefined],
    ] as const
    for (const [{ status, headers, body }, documented] of table) {
      assert.ok(status >= 400)
      assert.match(body.error_code, /^[A-Z]+\.\d{4}$/)
      assert.equal(documented(body) ?? body.error_msg, body.error_msg)
      assert.equal(body.request_id, headers.get('x-request-id'))
    }
    assert.deepEqual(
      table.map(([{ status }]) => status),
      [404, 404, 404, 401, 403, 405, 404],
    )
  })

  test('14. scope project{name} without domain works; domain-scoped login works', async () => {
    const { name, password, domain } = alice
    const identity = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } }
    const logIn = (scope: unknown) => send(service.url, 'POST', '/v3/auth/tokens', { auth: { identity, scope } }, {})
    const byProject = await logIn({ project: { name: 'region-1' } })
    assert.equal(byProject.status, 201)
    assert.equal(byProject.body.token.project.id, alice.projectId)
    const token = byProject.headers.get('x-subject-token') ?? ''
    const listed = await send(service.url, 'GET', PEERINGS, undefined, { 'x-auth-token': token })
    assert.equal(listed.status, 200)
    const byDomain = await logIn({ domain: { name: domain } })
    assert.equal(byDomain.status, 201)
    assert.deepEqual([byDomain.body.token.domain.name, byDomain.body.token.project], [domain, undefined])
    assert.notEqual(byDomain.headers.get('x-subject-token'), null)
  })

  test('15. GET /v3 without credentials: 200', async () => {
    for (const path of ['/v3', '/v3/']) {
      const answer = await ask(undefined, 'GET', path)
      assert.equal(answer.status, 200)
      assert.equal(answer.body.version.id, 'v3.6')
      assert.equal(answer.body.version.links[0].href, `${service.url}/v3/`)
    }
  })

  function sign(method: string, path: string, body: string): Record<string, string> {
    const key = { access: alice.accessKey, secret: alice.secretKey, now: service.clock.now() }
    const headers = { 'content-type': 'application/json' }
    return signSome({ method, url: `${service.url}${path}`, body }, key, headers, [
      'content-type',
      'host',
      'x-sdk-date',
    ])
  }
})
