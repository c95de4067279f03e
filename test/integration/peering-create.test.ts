import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { assertRefused, idsIn, NOBODYS_ID, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const UNKNOWN_PROJECT = 'f'.repeat(32)
const ACCEPT_INCORRECT = 'Invalid input for operation: Accept VPC id or tenant id is incorrect.'
const REQUEST_INCORRECT = 'Invalid input for operation: Request VPC id or tenant id is incorrect.'

suite('creating a peering', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  /** Two VPCs of alice and one of bob, new for each test. */
  let a: string
  let own: string
  let b: string
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    a = await service.makeVpc(alice, `a-${made}`)
    own = await service.makeVpc(alice, `own-${made}`)
    b = await service.makeVpc(bob, `b-${made}`)
  })

  const create = (who: Person, body: unknown): Promise<Answer> => service.ask(who, 'POST', PEERINGS, body)

  /** The two sides as a client spells them; undefined: the member is left out. */
  const spell = (request: string | null | undefined, accept: string | null | undefined, to: string) => ({
    peering: {
      name: 'n',
      request_vpc_info: { vpc_id: a, tenant_id: request },
      accept_vpc_info: { vpc_id: to, tenant_id: accept },
    },
  })

  test('every way in which clients leave out their own project is understood: ACTIVE at once', async () => {
    const ways = [
      ['the SDKs and Terraform leave both out', undefined, undefined],
      ['Ansible sends an empty requester', '', undefined],
      ['both empty', '', ''],
      ['both null', null, null],
      ['the SDKs may send both', alice.projectId, alice.projectId],
      ['in capitals', alice.projectId.toUpperCase(), undefined],
    ] as const
    for (const [way, request, accept] of ways) {
      const { status, body } = await create(alice, spell(request, accept, own))
      assert.equal(status, 201, way)
      assert.equal(body.peering.status, 'ACTIVE', way)
      assert.deepEqual(body.peering.request_vpc_info, { vpc_id: a, tenant_id: alice.projectId }, way)
      assert.deepEqual(body.peering.accept_vpc_info, { vpc_id: own, tenant_id: alice.projectId }, way)
      await service.ask(alice, 'DELETE', `${PEERINGS}/${body.peering.id}`)
    }
  })

  test('every way in which clients name the other project is understood: it waits for that project', async () => {
    const ways = [
      ['the SDKs and Terraform name the accepter only', undefined],
      ['Ansible sends an empty requester', ''],
      ['null for the requester', null],
      ['the openstack command names both', alice.projectId],
    ] as const
    for (const [way, request] of ways) {
      const { status, body } = await create(alice, spell(request, bob.projectId, b))
      assert.equal(status, 201, way)
      assert.equal(body.peering.status, 'PENDING_ACCEPTANCE', way)
      assert.deepEqual(body.peering.request_vpc_info, { vpc_id: a, tenant_id: alice.projectId }, way)
      assert.deepEqual(body.peering.accept_vpc_info, { vpc_id: b, tenant_id: bob.projectId }, way)
      await service.ask(alice, 'DELETE', `${PEERINGS}/${body.peering.id}`)
    }
  })

  test('a requester other than the caller is refused, even one that owns the VPC it names', async () => {
    for (const tenant of [bob.projectId, UNKNOWN_PROJECT, 'not-a-project']) {
      assertRefused(await create(alice, spell(tenant, bob.projectId, b)), 400, 'InvalidInput', REQUEST_INCORRECT)
    }
    const bobs = { ...spell(bob.projectId, alice.projectId, own) }
    bobs.peering.request_vpc_info.vpc_id = b
    assertRefused(await create(alice, bobs), 400, 'InvalidInput', REQUEST_INCORRECT)
  })

  test("a requester's VPC that is unknown and one of somebody else are the same 404", async () => {
    for (const from of [NOBODYS_ID, b]) {
      const message = `Router ${from} could not be found`
      assertRefused(await create(alice, peeringBody(from, own)), 404, 'RouterNotFound', message)
    }
  })

  test('a wrong pair of accepter VPC and project is one and the same 400, so that it is no oracle', async () => {
    const wrong = [
      ['no such VPC, nobody named', NOBODYS_ID, undefined],
      ['no such VPC of a project that is there', NOBODYS_ID, bob.projectId],
      ["somebody else's VPC, nobody named", b, undefined],
      ["somebody else's VPC, an empty project", b, ''],
      ["somebody else's VPC as one's own", b, alice.projectId],
      ["one's own VPC as somebody else's", own, bob.projectId],
      ['a project that is not there', b, UNKNOWN_PROJECT],
      ['a project that is none', b, 'region-1'],
    ] as const
    for (const [why, to, project] of wrong) {
      const answer = await create(alice, spell(undefined, project, to))
      assertRefused(answer, 400, 'InvalidInput', ACCEPT_INCORRECT)
      assert.equal(answer.body.error_code, 'VPC.1506', why)
    }
  })

  test('a VPC is not peered with itself, also when it names its own project', async () => {
    const message = 'Invalid input for operation: a VPC cannot be peered with itself.'
    for (const tenant of [undefined, alice.projectId]) {
      assertRefused(await create(alice, spell(undefined, tenant, a)), 400, 'InvalidInput', message)
    }
  })

  test('a second peering of a pair is 409 and names the first, while it waits and while it is ACTIVE', async () => {
    const { id } = await requestPeering(service, alice, a, bob, b)
    const message = `A peering between these VPCs already exists: ${id}`
    const bothWays = async () => {
      const forth = await create(alice, peeringBody(a, b, bob.projectId))
      assertRefused(forth, 409, 'VpcPeeringConflict', message)
      const back = await create(bob, peeringBody(b, a, alice.projectId))
      assertRefused(back, 409, 'VpcPeeringConflict', message)
    }
    await bothWays()
    await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)
    await bothWays()
    const { body } = await create(alice, peeringBody(a, own))
    const inside = await create(alice, peeringBody(own, a))
    assertRefused(
      ...[inside, 409, 'VpcPeeringConflict', `A peering between these VPCs already exists: ${body.peering.id}`],
    )
  })

  test('P1: of 50 creates of one pair at once, from both sides, one wins and 49 are 409 with its id', async () => {
    const sides = [
      { who: alice, body: peeringBody(a, b, bob.projectId) },
      { who: bob, body: peeringBody(b, a, alice.projectId) },
    ] as const
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => sides.map(({ who, body }) => create(who, body))).flat(),
    )
    const won = answers.filter(({ status }) => status === 201)
    assert.equal(won.length, 1)
    const { id } = won[0]?.body.peering ?? assert.fail()
    const lost = answers.filter((answer) => answer !== won[0])
    for (const answer of lost) {
      assertRefused(answer, 409, 'VpcPeeringConflict', `A peering between these VPCs already exists: ${id}`)
    }
    for (const who of [alice, bob]) {
      assert.deepEqual(idsIn(await service.ask(who, 'GET', `${PEERINGS}?vpc_id=${a}`)), [id])
    }
    const use = await service.ask(bob, 'GET', `/v1/${bob.projectId}/quotas?type=vpcPeer`)
    const bobs = idsIn(await service.ask(bob, 'GET', `${PEERINGS}?tenant_id=${bob.projectId}`))
    assert.ok(use.body.quotas.resources[0].used <= bobs.length, 'a loser left something in the quota')
  })

  test('the checks come in a fixed order: requester, accepter, self, pair, quota', async () => {
    const { id } = await requestPeering(service, alice, a, bob, b)
    await setLimit(0)
    try {
      const wrongRequester = spell(bob.projectId, UNKNOWN_PROJECT, NOBODYS_ID)
      assertRefused(await create(alice, wrongRequester), 400, 'InvalidInput', REQUEST_INCORRECT)
      const unknown = `Router ${NOBODYS_ID} could not be found`
      assertRefused(await create(alice, peeringBody(NOBODYS_ID, NOBODYS_ID)), 404, 'RouterNotFound', unknown)
      const wrongAccepter = spell(undefined, bob.projectId, a)
      assertRefused(await create(alice, wrongAccepter), 400, 'InvalidInput', ACCEPT_INCORRECT)
      const taken = await create(alice, peeringBody(a, b, bob.projectId))
      assertRefused(taken, 409, 'VpcPeeringConflict', `A peering between these VPCs already exists: ${id}`)
      const full = "Quota exceeded for resources: ['vpc_peering']."
      assertRefused(await create(alice, peeringBody(a, own)), 409, 'OverQuota', full)
    } finally {
      await setLimit(null)
    }
  })

  test('overlapping and absent blocks are no obstacle, as on the clouds', async () => {
    const same = await service.makeVpc(alice, `same-${made}`, '192.168.0.0/16')
    const again = await service.makeVpc(alice, `again-${made}`, '192.168.0.0/16')
    const bare = await service.ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc: {} })
    assert.equal((await create(alice, peeringBody(same, again))).status, 201)
    assert.equal((await create(alice, peeringBody(same, bare.body.vpc.id))).status, 201)
  })

  test('names of any script with 1 to 64 characters are kept as they are, and need not be unique', async () => {
    for (const name of ['x', 'peer ü', '对等连接', '🌍'.repeat(64), 'A-Za.z_0', ' padded ', '"\\']) {
      const { status, body } = await create(alice, peeringBody(a, own, undefined, name))
      assert.equal(status, 201, name)
      assert.equal(body.peering.name, name)
      const twin = await requestPeering(service, alice, a, bob, b, name)
      const listed = await service.ask(alice, 'GET', `${PEERINGS}?name=${encodeURIComponent(name)}`)
      assert.deepEqual(idsIn(listed), [body.peering.id, twin.id].sort())
      for (const id of idsIn(listed)) await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)
    }
  })

  test('a description of up to 255 characters is kept, and absent, null and empty are the empty one', async () => {
    for (const description of [undefined, null, '', 'x'.repeat(255), '🌍'.repeat(255), 'two\nlines\tand a tab']) {
      const body = peeringBody(a, own)
      const answer = await create(alice, { peering: { ...body.peering, description } })
      assert.equal(answer.status, 201, JSON.stringify(description))
      assert.equal(answer.body.peering.description, description ?? '')
      await service.ask(alice, 'DELETE', `${PEERINGS}/${answer.body.peering.id}`)
    }
  })

  test('members that are unknown are ignored at every level, those that the service sets among them', async () => {
    const { peering } = peeringBody(a, own)
    const { status, body } = await create(alice, {
      extra: 1,
      peering: {
        ...peering,
        ...{ id: NOBODYS_ID, status: 'DELETED', created_at: 'never', project_id: bob.projectId },
        request_vpc_info: { ...peering.request_vpc_info, name: 'x' },
      },
    })
    assert.equal(status, 201)
    assert.notEqual(body.peering.id, NOBODYS_ID)
    assert.equal(body.peering.status, 'ACTIVE')
  })

  test('a value that is wrong is 400 InvalidInput and names the field', async () => {
    const side = { vpc_id: a }
    const valid = { name: 'n', request_vpc_info: side, accept_vpc_info: { vpc_id: own } }
    const wrong = [
      ['peering.name', { name: undefined }],
      ['name', { name: '' }],
      ['name', { name: 'x'.repeat(65) }],
      ['name', { name: 'a\nb' }],
      ['name', { name: '\u0000' }],
      ['name', { name: '\ud800' }],
      ['peering.name', { name: null }],
      ['peering.name', { name: 7 }],
      ['description', { description: 'a < b' }],
      ['description', { description: 'a > b' }],
      ['description', { description: 'x'.repeat(256) }],
      ['peering.description', { description: 7 }],
      ['peering.request_vpc_info', { request_vpc_info: undefined }],
      ['peering.request_vpc_info', { request_vpc_info: 'x' }],
      ['peering.request_vpc_info.vpc_id', { request_vpc_info: {} }],
      ['peering.request_vpc_info.vpc_id', { request_vpc_info: { vpc_id: null } }],
      ['request_vpc_info.vpc_id', { request_vpc_info: { vpc_id: '' } }],
      ['request_vpc_info.vpc_id', { request_vpc_info: { vpc_id: 'blue' } }],
      ['peering.request_vpc_info.tenant_id', { request_vpc_info: { vpc_id: a, tenant_id: 7 } }],
      ['peering.accept_vpc_info', { accept_vpc_info: undefined }],
      ['peering.accept_vpc_info', { accept_vpc_info: [] }],
      ['peering.accept_vpc_info.vpc_id', { accept_vpc_info: {} }],
      ['accept_vpc_info.vpc_id', { accept_vpc_info: { vpc_id: `{${own}}` } }],
    ] as const
    for (const [field, change] of wrong) {
      const answer = await create(alice, { peering: { ...valid, ...change } })
      assertRefused(answer, 400, 'InvalidInput')
      const message: string = answer.body.NeutronError.message
      assert.ok(message.startsWith(`Invalid input for operation: '${field}' `), `${field}: ${message}`)
    }
    assert.deepEqual(idsIn(await service.ask(alice, 'GET', `${PEERINGS}?vpc_id=${a}`)), [])
  })

  test('a body that is no envelope is 400 HTTPBadRequest', async () => {
    for (const body of ['', '{', 'peering', '{"peering":{}', '[]', '"x"', 'null', '7', '{}', '{"Peering":{}}']) {
      const answer = await send(service.url, 'POST', PEERINGS, body, { 'x-auth-token': alice.token })
      assertRefused(answer, 400, 'HTTPBadRequest')
    }
    for (const peering of [null, [], 'x', 7]) {
      assertRefused(await create(alice, { peering }), 400, 'InvalidInput')
    }
  })

  async function setLimit(vpcPeer: number | null): Promise<void> {
    const path = `/causeway/v1/projects/${alice.projectId}/quotas`
    assert.equal((await service.ask(service.admin, 'PUT', path, { quotas: { vpcPeer } })).status, 200)
  }
})
