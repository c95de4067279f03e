/** WIRE 4.1 and 4.2: the logins that clients send, the answer to the letter, and the catalog. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { byPassword, byToken, logInBy, scopedTo, tokenIn } from '../support/logins.ts'
import { send, startTestService, type TestService } from '../support/service.ts'

const START = Date.parse('2026-03-04T05:00:00.125Z')

suite('logging in', () => {
  let service: TestService
  let userId: string
  let domainId: string
  before(async () => {
    service = await startTestService({ startAt: START })
    const { body } = await service.ask(service.alice, 'GET', '/v3/users?name=alice')
    userId = body.users[0].id
    domainId = body.users[0].domain_id
  })
  after(() => service[Symbol.asyncDispose]())

  const scopeOfToken = ({ project, domain }: { project?: { id: string }; domain?: { id: string } }) =>
    project?.id ?? domain?.id ?? 'unscoped'

  test('every variant of user and scope that clients send gives the token that it asks for', async () => {
    const { password, projectId } = service.alice
    const named = { name: 'alice', password, domain: { name: 'alpha' } }
    const variants = {
      'openstackclient: a project with its domain': [
        named,
        { project: { name: 'region-1', domain: { name: 'alpha' } } },
        projectId,
      ],
      'Ansible: a project without a domain': [named, { project: { name: 'region-1' } }, projectId],
      'tfotc, first login: the project': [
        named,
        { project: { name: 'region-1', domain: { name: 'alpha' } } },
        projectId,
      ],
      'tfotc, second login: the domain': [named, { domain: { name: 'alpha' } }, domainId],
      'a user by id': [{ id: userId, password }, { project: { id: projectId } }, projectId],
      'a user by name and domain id': [
        { ...named, domain: { id: domainId } },
        { project: { id: projectId } },
        projectId,
      ],
      'a project by name and domain id': [
        named,
        { project: { name: 'region-1', domain: { id: domainId } } },
        projectId,
      ],
      'a domain by id': [named, { domain: { id: domainId } }, domainId],
      'no scope': [named, undefined, 'unscoped'],
      "the scope 'unscoped'": [named, 'unscoped', 'unscoped'],
    } as const
    for (const [name, [user, scope, expected]] of Object.entries(variants)) {
      const answer = await logInBy(service, { methods: ['password'], password: { user } }, scope)
      assert.equal(answer.status, 201, name)
      assert.equal(scopeOfToken(answer.body.token), expected, name)
    }
  })

  test("a domain with the id 'default' is the domain named default, as Keystone's tools have it built in", async () => {
    const { admin } = service
    const user = { name: 'admin', password: admin.password, domain: { id: 'default' } }
    const scope = { project: { name: 'region-1', domain: { id: 'default' } } }
    const { status, body } = await logInBy(service, { methods: ['password'], password: { user } }, scope)
    assert.equal(status, 201)
    assert.equal(body.token.project.id, admin.projectId)
  })

  test('the answer to a project-scoped login is the published one, to the letter', async () => {
    const { url, alice } = service
    const { status, headers, body } = await logInBy(service, byPassword(alice), { project: { name: 'region-1' } })
    assert.equal(status, 201)
    assert.match(headers.get('x-subject-token') ?? '', /^[\w.-]{100,1000}$/)
    const domain = { id: domainId, name: 'alpha' }
    assert.deepEqual(body, {
      token: {
        methods: ['password'],
        issued_at: '2026-03-04T05:00:00.125000Z',
        expires_at: '2026-03-05T05:00:00.125000Z',
        user: { id: userId, name: 'alice', domain },
        project: { id: alice.projectId, name: 'region-1', domain },
        roles: [{ id: '0', name: 'te_admin' }],
        catalog: catalogAt(url, `${url}/v1/${alice.projectId}`),
      },
    })
  })

  test('a domain-scoped answer has the domain in place of the project, and the catalog too', async () => {
    const { url, alice } = service
    const { body } = await logInBy(service, byPassword(alice), { domain: { name: 'alpha' } })
    const domain = { id: domainId, name: 'alpha' }
    assert.deepEqual(body, {
      token: {
        methods: ['password'],
        issued_at: '2026-03-04T05:00:00.125000Z',
        expires_at: '2026-03-05T05:00:00.125000Z',
        user: { id: userId, name: 'alice', domain },
        domain,
        roles: [{ id: '0', name: 'te_admin' }],
        catalog: catalogAt(url, `${url}/v1`),
      },
    })
  })

  test('an unscoped answer has neither project, domain, roles nor catalog', async () => {
    const { body } = await logInBy(service, byPassword(service.alice))
    assert.deepEqual(Object.keys(body.token), ['methods', 'issued_at', 'expires_at', 'user'])
  })

  test('?nocatalog leaves the catalog out, of a login and of a look at a token', async () => {
    const scope = { project: { name: 'region-1' } }
    for (const query of ['?nocatalog', '?nocatalog=', '?nocatalog=1']) {
      const answer = await logInBy(service, byPassword(service.alice), scope, query)
      assert.equal(answer.body.token.catalog, undefined, query)
      assert.ok(answer.body.token.roles, query)
      const token = tokenIn(answer)
      const headers = { 'x-auth-token': token, 'x-subject-token': token }
      const looked = await send(service.url, 'GET', `/v3/auth/tokens${query}`, undefined, headers)
      assert.deepEqual(looked.body, answer.body)
    }
  })

  test('GET /v3/auth/catalog gives the same catalog, to a token and to a signature', async () => {
    const { url, alice } = service
    for (const ask of [service.ask, service.askSigned]) {
      const { body } = await ask(alice, 'GET', '/v3/auth/catalog')
      const catalog = catalogAt(url, `${url}/v1/${alice.projectId}`)
      assert.deepEqual(body, { catalog, links: { self: `${url}/v3/auth/catalog` } })
    }
  })

  test('the addresses in the catalog are the configured ones where they are configured', async () => {
    await using behindProxy = await startTestService({ settings: { publicUrl: 'https://vpc.example.test/base' } })
    const { alice, ask } = behindProxy
    const { body } = await ask(alice, 'GET', '/v3/auth/catalog')
    const base = 'https://vpc.example.test/base'
    assert.deepEqual(body.catalog, catalogAt(base, `${base}/v1/${alice.projectId}`))
  })

  test('a token gives another one, of another scope, which ends when the first one does', async () => {
    const first = await logInBy(service, byPassword(service.alice))
    service.clock.advance(60_000)
    const second = await logInBy(service, byToken(tokenIn(first)), { project: { name: 'region-1' } })
    assert.equal(second.status, 201)
    assert.deepEqual(second.body.token.methods, ['token', 'password'])
    assert.equal(second.body.token.issued_at, '2026-03-04T05:01:00.125000Z')
    assert.equal(second.body.token.expires_at, first.body.token.expires_at)
    assert.equal(second.body.token.project.id, service.alice.projectId)
    const third = await logInBy(service, byToken(tokenIn(second)))
    assert.deepEqual(third.body.token.methods, ['token', 'password'])
    assert.equal(third.body.token.expires_at, first.body.token.expires_at)
  })

  test('every way to fail is one answer, which tells nobody what exists', async () => {
    const { alice, bob } = service
    const right = byPassword(alice)
    const failures = {
      'a wrong password': [byPassword({ ...alice, password: 'not hers' }), undefined],
      'an unknown user': [byPassword({ ...alice, name: 'nobody' }), undefined],
      'an unknown domain': [byPassword({ ...alice, domain: 'nowhere' }), undefined],
      "a user of another domain's name": [byPassword({ ...alice, domain: 'beta' }), undefined],
      'an unknown user id': [
        { methods: ['password'], password: { user: { id: '0'.repeat(32), password: 'x' } } },
        undefined,
      ],
      'a user id that is none': [
        { methods: ['password'], password: { user: { id: "' or 1=1", password: 'x' } } },
        undefined,
      ],
      "another's project": [right, { project: { id: bob.projectId } }],
      "another's project by name": [right, { project: { name: 'region-1', domain: { name: 'beta' } } }],
      'a project that is not there': [right, { project: { name: 'region-9' } }],
      "another's domain": [right, { domain: { name: 'beta' } }],
      'a domain that is not there': [right, { domain: { name: 'nowhere' } }],
      'a token that is none': [byToken('cw1.a.b'), undefined],
      'an empty token': [byToken(''), undefined],
    } as const
    const bodies = []
    for (const [name, [identity, scope]] of Object.entries(failures)) {
      const { status, headers, body } = await logInBy(service, identity, scope)
      assert.equal(status, 401, name)
      assert.equal(headers.get('x-subject-token'), null, name)
      const { request_id, ...rest } = body
      assert.match(request_id, /^[0-9a-f]{32}$/)
      bodies.push(rest)
    }
    const message = 'The request you have made requires authentication.'
    const expected = {
      error: { code: 401, message, title: 'Unauthorized' },
      error_code: 'APIGW.0301',
      error_msg: message,
    }
    assert.deepEqual(
      bodies,
      Object.keys(failures).map(() => expected),
    )
  })

  test('a login of a wrong form is 400 in the form of Keystone, naming the field', async () => {
    const { alice } = service
    const { user } = byPassword(alice).password
    const project = { id: alice.projectId }
    const cases: [unknown, unknown, RegExp][] = [
      [{ methods: [] }, undefined, /methods/],
      [{ methods: ['password'] }, undefined, /methods/],
      [{ methods: ['token'], password: { user } }, undefined, /methods/],
      [{ methods: ['password', 'token'], password: { user }, token: { id: 'x' } }, undefined, /methods/],
      [{ methods: ['assume_role'] }, undefined, /methods/],
      [{ methods: ['password'], password: { user: { password: 'x' } } }, undefined, /user/],
      [{ methods: ['password'], password: { user: { name: 'alice', password: 'x' } } }, undefined, /domain/],
      [{ methods: ['password'], password: { user: { ...user, password: 1 } } }, undefined, /password/],
      [byPassword(alice), {}, /scope/],
      [byPassword(alice), { project: {} }, /scope/],
      [byPassword(alice), { project, domain: { name: 'alpha' } }, /scope/],
      [byPassword(alice), 'everything', /scope/],
    ]
    for (const [identity, scope, field] of cases) {
      const { status, body } = await logInBy(service, identity, scope)
      assert.equal(status, 400, JSON.stringify({ identity, scope }))
      assert.match(body.error.message, field)
      assert.equal(body.error.title, 'Bad Request')
      assert.ok(!JSON.stringify(body).includes(alice.password))
    }
  })

  test('the admin role is told to the admin only', async () => {
    const roles = async (person: typeof service.admin) =>
      (await logInBy(service, byPassword(person), { domain: { name: person.domain } })).body.token.roles
    assert.deepEqual(await roles(service.admin), [{ id: '1', name: 'admin' }])
    assert.deepEqual(await roles(service.bob), [{ id: '0', name: 'te_admin' }])
  })

  test('a token without a project may not touch networks: 403, whichever call it is', async () => {
    const { url, alice } = service
    const peering = '/v2.0/vpc/peerings/0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10'
    const calls = [
      ...['GET /v2.0/vpc/peerings', 'GET /v2.0/vpc/peerings?status=NONSENSE', 'GET /v2.0/vpc/peerings?id=x'],
      ...[`GET ${peering}`, `DELETE ${peering}`, `PUT ${peering}/accept`, `PUT ${peering}/reject`],
      ...[`GET /v1/${alice.projectId}/vpcs`, `GET /v3/${alice.projectId}/vpc/vpcs`],
      `GET /v1/${alice.projectId}/vpcs/0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10`,
    ]
    for (const scope of [{ domain: { name: 'alpha' } }, 'unscoped']) {
      const { token } = await scopedTo(service, alice, scope)
      for (const call of calls) {
        const [method = '', path = ''] = call.split(' ')
        const { status, body } = await send(url, method, path, undefined, { 'x-auth-token': token })
        assert.deepEqual([call, status, body.error_code], [call, 403, 'VPC.2701'])
      }
    }
  })
})

function catalogAt(base: string, vpc: string) {
  const entry = (id: string, name: string, type: string, endpoint: string, region: string, url: string) => ({
    ...{ id, name, type },
    endpoints: [{ id: endpoint, interface: 'public', region, region_id: region, url }],
  })
  return [
    entry('c1', 'keystone', 'identity', 'e1', '*', `${base}/v3`),
    entry('c2', 'neutron', 'network', 'e2', 'region-1', base),
    entry('c3', 'vpc', 'vpc', 'e3', 'region-1', vpc),
  ]
}
