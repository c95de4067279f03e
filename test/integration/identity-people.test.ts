/** The admin's calls: domains, projects and users, each with what it refuses; none of which changes anything. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { byPassword, logInBy } from '../support/logins.ts'
import { type Answer, startTestService, type TestService } from '../support/service.ts'

const NOBODY = '0'.repeat(32)
const HEX_32 = /^[0-9a-f]{32}$/

suite("an admin's calls", () => {
  let service: TestService
  let domainId: string
  before(async () => {
    service = await startTestService()
    domainId = (await service.ask(service.admin, 'POST', '/v3/domains', { domain: { name: 'gamma' } })).body.domain.id
  })
  after(() => service[Symbol.asyncDispose]())

  const asAdmin = (method: string, path: string, body?: unknown) => service.ask(service.admin, method, path, body)
  const newUser = async (name: string, more = {}) => {
    const user = { name, password: 'a-long-password', domain_id: domainId, ...more }
    const made = await asAdmin('POST', '/v3/users', { user })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return made.body.user
  }

  /** Each body is refused with the status and a message that matches, and leaves everything as it was. */
  async function assertRefuses(method: string, path: string, cases: readonly [unknown, number, RegExp][]) {
    for (const [body, status, message] of cases) {
      const before = dump(service.folder)
      const answer: Answer = await asAdmin(method, path, body)
      assert.equal(answer.status, status, `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`)
      assert.match(answer.body.error.message, message)
      assert.deepEqual(dump(service.folder), before, JSON.stringify(body))
    }
  }

  const badNames = (envelope: (name: unknown) => unknown): [unknown, number, RegExp][] => [
    [envelope(undefined), 400, /name' is required/],
    ...['', 'x'.repeat(65), 'a\u0000b', 'a\nb', '\u007f', '\ud800'].map((name): [unknown, number, RegExp] => [
      envelope(name),
      400,
      /name'/,
    ]),
    ...[1, null, true, [], {}].map((name): [unknown, number, RegExp] => [envelope(name), 400, /name' must be string/]),
  ]

  test('a domain is made and listed, and refused where the name is bad or taken', async () => {
    const { status, body } = await asAdmin('POST', '/v3/domains', { domain: { name: 'délta 𝒳' } })
    assert.equal(status, 201)
    const { id } = body.domain
    assert.match(id, HEX_32)
    const links = { self: `${service.url}/v3/domains/${id}` }
    assert.deepEqual(body, { domain: { id, name: 'délta 𝒳', enabled: true, description: '', links } })
    const listed = await asAdmin('GET', `/v3/domains?name=${encodeURIComponent('délta 𝒳')}`)
    assert.deepEqual(listed.body.domains, [body.domain])
    const all = (await asAdmin('GET', '/v3/domains')).body.domains.map(({ name }: { name: string }) => name)
    assert.deepEqual(all, ['alpha', 'beta', 'default', 'délta 𝒳', 'gamma'])
    await assertRefuses('POST', '/v3/domains', [
      [{}, 400, /'domain' is required/],
      [{ domain: null }, 400, /domain/],
      ...badNames((name) => ({ domain: { name } })),
      [{ domain: { name: 'alpha' } }, 409, /a domain named 'alpha' exists already/],
    ])
  })

  test('a project is made in the named domain or the own one, and refused where domain or name will not do', async () => {
    const project = { name: 'region-1', domain_id: domainId, description: 'first' }
    const { status, body } = await asAdmin('POST', '/v3/projects', { project })
    assert.equal(status, 201)
    assert.match(body.project.id, HEX_32)
    const { links: _, id: __, ...rest } = body.project
    const fixed = { parent_id: domainId, enabled: true, is_domain: false }
    assert.deepEqual(rest, { ...project, ...fixed })
    assert.deepEqual((await asAdmin('GET', `/v3/projects?domain_id=${domainId}`)).body.projects, [body.project])
    const own = await asAdmin('POST', '/v3/projects', { project: { name: 'second' } })
    const admins = (await asAdmin('GET', '/v3/auth/domains')).body.domains[0].id
    assert.equal(own.body.project.domain_id, admins)
    await assertRefuses('POST', '/v3/projects', [
      ...badNames((name) => ({ project: { name, domain_id: domainId } })),
      [{ project }, 409, /a project named 'region-1' exists already/],
      [{ project: { name: 'x', domain_id: NOBODY } }, 404, /Could not find domain/],
      [{ project: { name: 'x', domain_id: 'gamma' } }, 400, /domain_id/],
      [{ project: { name: 'x', domain_id: 7 } }, 400, /domain_id/],
      [{ project: { name: 'x', description: '<' } }, 400, /description/],
      [{ project: { name: 'x', description: 'x'.repeat(256) } }, 400, /description/],
    ])
  })

  test('a user is made and can log in, in no project at first; refused where a member will not do', async () => {
    const made = await newUser('carol')
    assert.match(made.id, HEX_32)
    assert.deepEqual(made, {
      ...{ id: made.id, name: 'carol', domain_id: domainId, enabled: true },
      links: { self: `${service.url}/v3/users/${made.id}` },
    })
    const login = await logInBy(service, byPassword({ name: 'carol', password: 'a-long-password', domain: 'gamma' }))
    assert.equal(login.status, 201)
    const user = { name: 'x', password: 'a-long-password', domain_id: domainId }
    await assertRefuses('POST', '/v3/users', [
      ...badNames((name) => ({ user: { ...user, name } })),
      [{ user: { ...user, password: undefined } }, 400, /password' is required/],
      [{ user: { ...user, password: 12345678 } }, 400, /password/],
      [{ user: { ...user, password: '1234567' } }, 400, /password/],
      [{ user: { ...user, password: 'x'.repeat(256) } }, 400, /password/],
      [{ user: { ...user, password: 'long-enough\ud800' } }, 400, /password/],
      [{ user: { ...user, domain_id: NOBODY } }, 404, /Could not find domain/],
      [{ user: { ...user, domain_id: '' } }, 400, /domain_id/],
      [{ user: { ...user, enabled: 'yes' } }, 400, /enabled/],
      [{ user: { ...user, name: 'carol' } }, 409, /a user named 'carol' exists already/],
    ])
  })

  test('nobody is made an admin by a member that the form does not have', async () => {
    await newUser('dave', { admin: true, roles: [{ name: 'admin' }] })
    const login = await logInBy(service, byPassword({ name: 'dave', password: 'a-long-password', domain: 'gamma' }), {
      domain: { name: 'gamma' },
    })
    assert.deepEqual(login.body.token.roles, [{ id: '0', name: 'te_admin' }])
  })

  test('a user who is made disabled cannot log in until enabled', async () => {
    const { id } = await newUser('erin', { enabled: false })
    const login = () => logInBy(service, byPassword({ name: 'erin', password: 'a-long-password', domain: 'gamma' }))
    assert.equal((await login()).status, 401)
    assert.equal((await asAdmin('PATCH', `/v3/users/${id}`, { user: { enabled: true } })).status, 200)
    assert.equal((await login()).status, 201)
  })

  test('a change of a user is refused where there is no such user, or a member will not do', async () => {
    const { id } = await newUser('frank')
    const cases: [unknown, number, RegExp][] = [
      [{}, 400, /'user' is required/],
      [{ user: { password: 'short' } }, 400, /password/],
      [{ user: { password: null } }, 400, /password/],
      [{ user: { enabled: 0 } }, 400, /enabled/],
    ]
    await assertRefuses('PATCH', `/v3/users/${id}`, cases)
    for (const nobody of [NOBODY, 'frank', '%00', 'x'.repeat(1000)]) {
      await assertRefuses('PATCH', `/v3/users/${nobody}`, [[{ user: { enabled: true } }, 404, /Could not find user/]])
    }
  })

  test('an admin cannot disable himself, for then nobody could undo it', async () => {
    const own = (await asAdmin('GET', '/v3/users?name=admin')).body.users[0].id
    await assertRefuses('PATCH', `/v3/users/${own}`, [[{ user: { enabled: false } }, 400, /must not lock out/]])
    assert.equal((await asAdmin('GET', '/v3/domains')).status, 200)
  })

  test('the same name made twice at once is made once', async () => {
    const make = () => asAdmin('POST', '/v3/domains', { domain: { name: 'at once' } })
    const statuses = (await Promise.all([make(), make(), make(), make()])).map(({ status }) => status)
    assert.deepEqual(statuses.sort(), [201, 409, 409, 409])
  })

  test('quotas are read and set for a project, and refused where they will not do', async () => {
    const path = `/causeway/v1/projects/${service.alice.projectId}/quotas`
    const { body: fresh } = await asAdmin('GET', path)
    const resources = (vpc: number, vpcPeer: number) => ({
      quotas: {
        resources: fresh.quotas.resources.map((each: { type: string }) => ({
          ...{
            ...each,
            ...(each.type === 'vpc' && { quota: vpc }),
            ...(each.type === 'vpcPeer' && { quota: vpcPeer }),
          },
        })),
      },
    })
    assert.deepEqual(fresh, resources(150, 50))
    assert.deepEqual((await asAdmin('PUT', path, { quotas: { vpc: 0, vpcPeer: -1 } })).body, resources(0, -1))
    assert.deepEqual((await asAdmin('PUT', path, { quotas: { vpc: null } })).body, resources(150, -1))
    const before = dump(service.folder)
    for (const limit of [-2, 1.5, '1', true, 1e300, 2 ** 53, [], {}]) {
      const { status, body } = await asAdmin('PUT', path, { quotas: { vpc: limit } })
      assert.deepEqual([status, body.error_code], [400, 'VPC.1502'], JSON.stringify(limit))
    }
    for (const target of [NOBODY, 'region-1']) {
      assert.equal((await asAdmin('GET', path.replace(service.alice.projectId, target))).status, 404)
      assert.equal((await asAdmin('PUT', path.replace(service.alice.projectId, target), { quotas: {} })).status, 404)
    }
    assert.deepEqual(dump(service.folder), before)
  })
})
