import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { assertRefused, idsIn, NOBODYS_ID, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, send, startTestService, type TestService } from '../support/service.ts'

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)

suite('the life of a peering', () => {
  let service: TestService
  before(async () => {
    service = await startTestService({ startAt: START })
  })
  after(() => service[Symbol.asyncDispose]())

  test('request, list, accept, rename, restart, delete: both sides see the same at every step', async () => {
    const { alice, bob, ask } = service
    const a = await service.makeVpc(alice, 'life-a')
    const b = await service.makeVpc(bob, 'life-b')
    const created = await ask(alice, 'POST', PEERINGS, peeringBody(a, b, bob.projectId))
    assert.equal(created.status, 201)
    const { id } = created.body.peering
    assert.deepEqual(created.body, {
      peering: {
        id,
        name: 'a to b',
        description: '',
        status: 'PENDING_ACCEPTANCE',
        request_vpc_info: { vpc_id: a, tenant_id: alice.projectId },
        accept_vpc_info: { vpc_id: b, tenant_id: bob.projectId },
        created_at: '2026-03-04T05:06:07',
        updated_at: '2026-03-04T05:06:07',
      },
    })
    await bothSee(id, created.body.peering)
    service.clock.advance(1000)
    const accepted = await ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    assert.equal(accepted.status, 200)
    const active = { ...created.body.peering, status: 'ACTIVE', updated_at: '2026-03-04T05:06:08' }
    assert.deepEqual(accepted.body, active)
    await bothSee(id, active)
    service.clock.advance(1000)
    const renamed = await ask(alice, 'PUT', `${PEERINGS}/${id}`, { peering: { name: 'blue ü', description: 'd' } })
    const expected = { ...active, name: 'blue ü', description: 'd', updated_at: '2026-03-04T05:06:09' }
    assert.deepEqual({ status: renamed.status, body: renamed.body }, { status: 200, body: { peering: expected } })
    await service.restart()
    await bothSee(id, expected)
    const deleted = await ask(bob, 'DELETE', `${PEERINGS}/${id}`)
    assert.equal(deleted.status, 204)
    assert.equal(deleted.body, undefined)
    for (const who of [alice, bob]) {
      assertRefused(
        await ask(who, 'GET', `${PEERINGS}/${id}`),
        ...[404, 'VpcPeeringNotFound', `Vpc peering ${id} could not be found`],
      )
      assert.deepEqual(idsIn(await ask(who, 'GET', PEERINGS)).includes(id), false)
    }
  })

  test('a rejected request stays REJECTED for both sides, and either may ask for the pair again', async () => {
    const { alice, bob, ask } = service
    const a = await service.makeVpc(alice, 'reject-a')
    const b = await service.makeVpc(bob, 'reject-b')
    const first = await requestPeering(service, alice, a, bob, b)
    service.clock.advance(1000)
    const rejected = await ask(bob, 'PUT', `${PEERINGS}/${first.id}/reject`)
    assert.equal(rejected.status, 200)
    assert.equal(rejected.body.status, 'REJECTED')
    assert.notEqual(rejected.body.updated_at, first.updated_at)
    await bothSee(first.id, rejected.body)
    for (const verb of ['accept', 'reject']) {
      const message = `Vpc peering ${first.id} is in status REJECTED`
      assertRefused(await ask(bob, 'PUT', `${PEERINGS}/${first.id}/${verb}`), 409, 'VpcPeeringStateInvalid', message)
    }
    const second = await requestPeering(service, bob, b, alice, a)
    assert.equal(second.status, 'PENDING_ACCEPTANCE')
    await bothSee(first.id, rejected.body)
  })

  test('inside one project a peering is ACTIVE at once, and listed once', async () => {
    const { alice, ask } = service
    const a = await service.makeVpc(alice, 'own-a')
    const b = await service.makeVpc(alice, 'own-b')
    const { status, body } = await ask(alice, 'POST', PEERINGS, peeringBody(a, b))
    assert.equal(status, 201)
    assert.equal(body.peering.status, 'ACTIVE')
    assert.equal(body.peering.accept_vpc_info.tenant_id, alice.projectId)
    assert.deepEqual(idsIn(await ask(alice, 'GET', `${PEERINGS}?vpc_id=${a}`)), [body.peering.id])
    for (const verb of ['accept', 'reject']) {
      assertRefused(
        await ask(alice, 'PUT', `${PEERINGS}/${body.peering.id}/${verb}`),
        ...[409, 'VpcPeeringStateInvalid', `Vpc peering ${body.peering.id} is in status ACTIVE`],
      )
    }
  })

  test('two projects of one domain need acceptance, for what counts is the project', async () => {
    const { alice, admin, ask } = service
    const domains = await ask(alice, 'GET', '/v3/auth/domains')
    const project = { name: 'region-1_second', domain_id: domains.body.domains[0].id }
    const made = await ask(admin, 'POST', '/v3/projects', { project })
    const second = { ...alice, projectId: made.body.project.id }
    const a = await service.makeVpc(alice, 'first-project')
    const vpc = { vpc: { name: 'b', cidr: '10.1.0.0/16' } }
    const b = await service.askSigned(second, 'POST', `/v1/${second.projectId}/vpcs`, vpc)
    const peering = await requestPeering(service, alice, a, second, b.body.vpc.id)
    assert.equal(peering.status, 'PENDING_ACCEPTANCE')
    assertRefused(await ask(alice, 'PUT', `${PEERINGS}/${peering.id}/accept`), 403, 'Forbidden')
    assert.equal((await service.askSigned(second, 'PUT', `${PEERINGS}/${peering.id}/accept`)).body.status, 'ACTIVE')
  })

  test('only the accepter answers; to a stranger the peering does not exist, whatever is asked', async () => {
    const { alice, bob, ask } = service
    const eve = await service.eve()
    const a = await service.makeVpc(alice, 'access-a')
    const b = await service.makeVpc(bob, 'access-b')
    const { id } = await requestPeering(service, alice, a, bob, b)
    for (const verb of ['accept', 'reject']) {
      assertRefused(await ask(alice, 'PUT', `${PEERINGS}/${id}/${verb}`), 403, 'Forbidden')
    }
    for (const [method, path, body] of everyCallOn(id)) {
      const answer = await ask(eve, method, path, body)
      assertRefused(answer, 404, 'VpcPeeringNotFound', `Vpc peering ${id} could not be found`)
    }
    assert.deepEqual(idsIn(await ask(eve, 'GET', PEERINGS)), [])
    assert.equal((await ask(alice, 'GET', `${PEERINGS}/${id}`)).body.peering.status, 'PENDING_ACCEPTANCE')
  })

  test('the admin may do all, on a peering it takes no part in', async () => {
    const { alice, bob, admin, ask } = service
    const a = await service.makeVpc(alice, 'admin-a')
    const b = await service.makeVpc(bob, 'admin-b')
    const { id } = await requestPeering(service, alice, a, bob, b)
    assert.ok(idsIn(await ask(admin, 'GET', PEERINGS)).includes(id))
    assert.equal((await ask(admin, 'PUT', `${PEERINGS}/${id}/accept`)).body.status, 'ACTIVE')
    const renamed = await ask(admin, 'PUT', `${PEERINGS}/${id}`, { peering: { name: 'theirs' } })
    assert.equal(renamed.body.peering.name, 'theirs')
    assert.equal((await ask(admin, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.equal((await ask(alice, 'GET', `${PEERINGS}/${id}`)).status, 404)
  })

  test('an unknown id, a word and a name with a slash in it are 404 on every call', async () => {
    const { alice, ask } = service
    for (const id of [NOBODYS_ID, 'blue-green', 'peer%20%C3%BC', 'a%2Fb', `${NOBODYS_ID}0`]) {
      for (const [method, path, body] of everyCallOn(id)) {
        assertRefused(await ask(alice, method, path, body), 404, 'VpcPeeringNotFound')
      }
    }
  })

  test('a token without a project is 403 on every call, and not a peering that is not there', async () => {
    const { alice, bob } = service
    const { id } = await requestPeering(
      ...([service, alice, await service.makeVpc(alice, 'scope-a')] as const),
      ...([bob, await service.makeVpc(bob, 'scope-b')] as const),
    )
    const token = await domainToken()
    const calls = [...everyCallOn(id), ['GET', PEERINGS, undefined], ['POST', PEERINGS, peeringBody(id, id)]] as const
    for (const [method, path, body] of calls) {
      assertRefused(await send(service.url, method, path, body, { 'x-auth-token': token }), 403, 'Forbidden')
    }
  })

  async function bothSee(id: string, peering: unknown): Promise<void> {
    for (const who of [service.alice, service.bob]) {
      assert.deepEqual((await service.ask(who, 'GET', `${PEERINGS}/${id}`)).body, { peering })
      assert.deepEqual((await service.ask(who, 'GET', `${PEERINGS}?id=${id}`)).body, { peerings: [peering] })
    }
  }

  async function domainToken(): Promise<string> {
    const { name, password, domain } = service.alice
    const identity = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } }
    const body = { auth: { identity, scope: { domain: { name: domain } } } }
    const answer: Answer = await send(service.url, 'POST', '/v3/auth/tokens', body, {})
    return answer.headers.get('x-subject-token') ?? ''
  }
})

/** Every call on one peering, each well-formed. */
function everyCallOn(id: string): readonly (readonly [method: string, path: string, body: unknown])[] {
  return [
    ['GET', `${PEERINGS}/${id}`, undefined],
    ['PUT', `${PEERINGS}/${id}`, { peering: { name: 'x' } }],
    ['PUT', `${PEERINGS}/${id}/accept`, undefined],
    ['PUT', `${PEERINGS}/${id}/reject`, undefined],
    ['DELETE', `${PEERINGS}/${id}`, undefined],
  ]
}

suite('update', () => {
  let service: TestService
  let id: string
  before(async () => {
    service = await startTestService({ startAt: START })
    const { alice, bob } = service
    const to = await service.makeVpc(bob, 'b')
    id = (await requestPeering(service, alice, await service.makeVpc(alice, 'a'), bob, to)).id
  })
  after(() => service[Symbol.asyncDispose]())

  test('either side changes name and description, each alone, while it waits, is REJECTED and is ACTIVE', async () => {
    const { alice, bob, ask } = service
    const verbs = { PENDING_ACCEPTANCE: undefined, REJECTED: 'reject', ACTIVE: 'accept' }
    for (const [status, verb] of Object.entries(verbs)) {
      const a = await service.makeVpc(alice, `update-${status}`)
      const b = await service.makeVpc(bob, `update-${status}`)
      const peering = await requestPeering(service, alice, a, bob, b)
      const path = `${PEERINGS}/${peering.id}`
      if (verb !== undefined) await ask(bob, 'PUT', `${path}/${verb}`)
      for (const who of [alice, bob]) {
        const named = await ask(who, 'PUT', path, { peering: { name: `by ${who.name}` } })
        assert.deepEqual([named.body.peering.status, named.body.peering.name], [status, `by ${who.name}`])
        const described = await ask(who, 'PUT', path, { peering: { description: 'why' } })
        assert.deepEqual([described.body.peering.name, described.body.peering.description], [`by ${who.name}`, 'why'])
        const cleared = await ask(who, 'PUT', path, { peering: { description: '' } })
        assert.equal(cleared.body.peering.description, '')
      }
      const shown = await ask(alice, 'GET', path)
      const named = await ask(bob, 'GET', `${PEERINGS}?name=by%20bob&status=${status}`)
      assert.deepEqual(named.body, { peerings: [shown.body.peering] })
      assert.deepEqual(idsIn(await ask(bob, 'GET', `${PEERINGS}?name=by%20alice`)), [])
    }
  })

  test('what cannot be changed is refused and changes nothing', async () => {
    const before = await service.ask(service.alice, 'GET', `${PEERINGS}/${id}`)
    const bad = [
      {},
      { unknown: 1 },
      { name: 'x', status: 'ACTIVE' },
      { name: 'x', request_vpc_info: { vpc_id: NOBODYS_ID } },
      { name: 'x', accept_vpc_info: null },
      { name: '' },
      { name: 'x'.repeat(65) },
      { name: null },
      { name: 7 },
      { description: 'a<b' },
      { description: 'a>b' },
      { description: 'x'.repeat(256) },
    ]
    for (const change of bad) assertRefused(await update(service.alice, change), 400, 'InvalidInput')
    assert.deepEqual((await service.ask(service.alice, 'GET', `${PEERINGS}/${id}`)).body, before.body)
  })

  test('accept and reject take an empty body, an empty object, any content type, and ids in capitals', async () => {
    const bodies = [
      [undefined, {}],
      ['', { 'content-type': 'application/json' }],
      ['{}', { 'content-type': 'application/json;charset=UTF-8' }],
      ['{}\n', { 'content-type': 'text/plain' }],
    ] as const
    const { alice, bob, url } = service
    for (const [index, [body, headers]] of bodies.entries()) {
      const a = await service.makeVpc(alice, `body-${index}`)
      const b = await service.makeVpc(bob, `body-${index}`)
      for (const [verb, status] of Object.entries({ reject: 'REJECTED', accept: 'ACTIVE' })) {
        const peering = await requestPeering(service, alice, a, bob, b)
        const path = `${PEERINGS}/${peering.id.toUpperCase()}/${verb}`
        const answered = await send(url, 'PUT', path, body, { ...headers, 'x-auth-token': bob.token })
        assert.deepEqual([answered.status, answered.body.id, answered.body.status], [200, peering.id, status])
      }
    }
  })

  function update(who: TestService['alice'], peering: unknown): Promise<Answer> {
    return service.ask(who, 'PUT', `${PEERINGS}/${id}`, { peering })
  }
})
