import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { type Answer, logIn, type Person, send, startTestService, type TestService } from '../support/service.ts'

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)

suite('the VPC API v1', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ startAt: START })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const pathOf = (who: Person, id = '') => `/v1/${who.projectId}/vpcs${id && `/${id}`}`
  const create = (who: Person, vpc: unknown) => service.ask(who, 'POST', pathOf(who), { vpc })
  const update = (who: Person, id: string, vpc: unknown) => service.ask(who, 'PUT', pathOf(who, id), { vpc })
  const show = (who: Person, id: string) => service.ask(who, 'GET', pathOf(who, id))
  const remove = (who: Person, id: string) => service.ask(who, 'DELETE', pathOf(who, id))
  const list = async (who: Person, query = ''): Promise<string[]> => {
    const { status, body } = await service.ask(who, 'GET', `${pathOf(who)}${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body.vpcs.map(({ id }: { id: string }) => id)
  }

  test('create, show, list, update, delete: every field, with 200 and 204', async () => {
    const created = await create(alice, {
      ...{ name: 'blue', description: 'd', cidr: '192.168.0.0/16', enterprise_project_id: '0aad99bc-f5f6-4f78-8404' },
      ...{ tags: ['env*test'], enhanced_local_route: true, routes: [], extra: 1 },
    })
    const { id } = created.body.vpc
    const vpc = {
      id,
      ...{ name: 'blue', description: 'd', cidr: '192.168.0.0/16', status: 'OK', routes: [] },
      ...{ enterprise_project_id: '0aad99bc-f5f6-4f78-8404', enable_shared_snat: false, tenant_id: alice.projectId },
      ...{ created_at: '2026-03-04T05:06:07', updated_at: '2026-03-04T05:06:07' },
    }
    assert.deepEqual([created.status, created.body], [200, { vpc }])
    assert.deepEqual((await show(alice, id)).body, { vpc })
    assert.deepEqual((await show(alice, id.toUpperCase())).body, { vpc })
    assert.deepEqual((await service.ask(alice, 'GET', pathOf(alice))).body, { vpcs: [vpc] })
    service.clock.advance(1000)
    const changes = { name: 'green', description: '', cidr: '10.0.0.0/8' }
    const updated = await update(alice, id, { ...changes, enable_shared_snat: true, id: NOBODYS_ID })
    assert.deepEqual(
      [updated.status, updated.body],
      [200, { vpc: { ...vpc, ...changes, updated_at: '2026-03-04T05:06:08' } }],
    )
    await service.restart()
    assert.deepEqual((await show(alice, id)).body, updated.body)
    const removed = await remove(alice, id)
    assert.deepEqual([removed.status, removed.body], [204, undefined])
    for (const answer of [await show(alice, id), await remove(alice, id), await update(alice, id, { name: 'x' })]) {
      assertRefused(answer, 404, 'VPC.0105')
    }
    assert.deepEqual(await list(alice), [])
  })

  test('each field alone: what is left out at a create has its default, at an update stays', async () => {
    const { body } = await create(alice, {})
    const { id, name, description, cidr, enterprise_project_id } = body.vpc
    assert.deepEqual([name, description, cidr, enterprise_project_id], ['', '', '', '0'])
    for (const [field, value] of [
      ['name', 'n'] as const,
      ['description', 'd'] as const,
      ['cidr', '10.1.0.0/16'] as const,
    ]) {
      const before = (await show(alice, id)).body.vpc
      assert.deepEqual((await update(alice, id, { [field]: value })).body.vpc, { ...before, [field]: value })
    }
    await remove(alice, id)
  })

  test('a bad parameter is 400 VPC.0101, at a create and at an update, and changes nothing', async () => {
    const bad = [
      { name: 'x'.repeat(65) },
      { name: 'a/b' },
      { name: 'a<b' },
      { name: 'a\nb' },
      { name: 7 },
      { name: null },
      { description: 'x'.repeat(256) },
      { description: 'a<b' },
      { description: 'a>b' },
      { cidr: 7 },
      { cidr: '10.0.0.0' },
      { cidr: '10.0.0.0/16/16' },
      { cidr: '10.0.0.0/016' },
      { cidr: '10.0.0/16' },
      { cidr: '10.0.0.256/24' },
      { cidr: '010.0.0.0/8' },
      { cidr: 'fd00::/8' },
      { cidr: '10.0.0.1/16' },
      { cidr: '192.168.1.0/16' },
    ]
    const { body } = await create(alice, { name: 'kept', cidr: '10.0.0.0/16' })
    for (const vpc of bad) {
      assertRefused(await create(alice, vpc), 400, 'VPC.0101')
      assertRefused(await update(alice, body.vpc.id, vpc), 400, 'VPC.0101')
    }
    for (const vpc of [{ enterprise_project_id: 'a b' }, { tags: 'x' }, { tags: [''] }, { tags: [7] }]) {
      assertRefused(await create(alice, vpc), 400, 'VPC.0101')
    }
    for (const vpc of [{}, { routes: [] }]) assertRefused(await update(alice, body.vpc.id, vpc), 400, 'VPC.0101')
    assert.deepEqual((await show(alice, body.vpc.id)).body, body)
    await remove(alice, body.vpc.id)
  })

  test('a body that is no envelope is 400 VPC.0101', async () => {
    for (const text of ['', '{', '[]', '{}', '{"vpc":null}', '{"vpc":[]}', '{"vpc":{},"vpc":{}}']) {
      const answer = await send(service.url, 'POST', pathOf(alice), text, { 'x-auth-token': alice.token })
      assertRefused(answer, 400, 'VPC.0101')
    }
  })

  test('blocks: the private ranges with the published lengths, and none', async () => {
    const table = [
      ['10.0.0.0/8 10.0.0.0/16 10.255.255.0/24', true],
      ['172.16.0.0/12 172.31.0.0/16 172.31.255.0/24', true],
      ['192.168.0.0/16 192.168.255.0/24', true],
      ['10.0.0.0/7 10.0.0.0/25 11.0.0.0/8 9.0.0.0/8', false],
      ['172.0.0.0/8 172.16.0.0/11 172.16.0.0/25 172.32.0.0/16 172.15.0.0/16', false],
      ['192.168.0.0/15 192.168.0.0/25 192.167.0.0/16 192.169.0.0/16', false],
      ['0.0.0.0/0 8.8.8.0/24 100.64.0.0/16 127.0.0.0/8', false],
    ] as const
    for (const [blocks, taken] of table) {
      for (const cidr of blocks.split(' ')) {
        const answer = await create(alice, { cidr })
        if (!taken) {
          assertRefused(answer, 400, 'VPC.0101')
          continue
        }
        assert.deepEqual([answer.status, answer.body.vpc.cidr], [200, cidr])
        assert.equal((await remove(alice, answer.body.vpc.id)).status, 204)
      }
    }
  })

  test('names are unique within a project, the blank one excepted: 400 VPC.0115', async () => {
    const name = '蓝 VPC_1.x-y'
    const [first, second] = [await create(alice, { name }), await create(alice, { name: 'other' })]
    assertRefused(await create(alice, { name }), 400, 'VPC.0115')
    assertRefused(await update(alice, second.body.vpc.id, { name }), 400, 'VPC.0115')
    const ids = [first, second, await create(bob, { name }), await create(alice, {}), await create(alice, {})]
    assert.ok(ids.every(({ status }) => status === 200))
    assert.equal((await update(alice, first.body.vpc.id, { name, description: 'same name' })).status, 200)
    assert.equal((await remove(alice, first.body.vpc.id)).status, 204)
    assert.equal((await update(alice, second.body.vpc.id, { name })).status, 200)
    for (const { body } of ids.slice(1)) await remove(body.vpc.tenant_id === bob.projectId ? bob : alice, body.vpc.id)
  })

  test('of many creates of one name at once, one is done and the rest are 400 VPC.0115', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(alice, { name: 'raced' })))
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    for (const lost of answers.filter((each) => each !== won[0])) assertRefused(lost, 400, 'VPC.0115')
    await remove(alice, won[0]?.body.vpc.id)
  })

  test('more than the quota is 409 VPC.0114, and a delete makes room', async () => {
    const path = `/causeway/v1/projects/${alice.projectId}/quotas`
    await service.ask(service.admin, 'PUT', path, { quotas: { vpc: 2 } })
    const made = await Promise.all(Array.from({ length: 6 }, () => create(alice, {})))
    const done = made.filter(({ status }) => status === 200)
    assert.equal(done.length, 2)
    for (const each of made.filter(({ status }) => status !== 200)) {
      assertRefused(each, 409, 'VPC.0114', "Quota exceeded for resources: ['router'].")
    }
    await remove(alice, done[0]?.body.vpc.id)
    const again = await create(alice, {})
    assert.equal(again.status, 200)
    const { body } = await service.ask(service.admin, 'PUT', path, { quotas: { vpc: null } })
    assert.deepEqual(body.quotas.resources[0], { type: 'vpc', used: 2, quota: 150, min: 0 })
    for (const { id } of [done[1]?.body.vpc, again.body.vpc]) await remove(alice, id)
  })

  test('the list ascends, filters by id and enterprise project, pages by marker, and shows nobody else', async () => {
    const made = []
    for (const label of ['0', 'e-1', 'e-1', '0', '0']) {
      service.clock.advance(1)
      made.push((await create(alice, { enterprise_project_id: label })).body.vpc.id)
    }
    const [v1, v2, v3, v4, v5] = made
    const foreign = (await create(bob, {})).body.vpc.id
    const table = [
      ['', [v1, v2, v3, v4, v5]],
      ['?limit=&marker=&id=&enterprise_project_id=', [v1, v2, v3, v4, v5]],
      ['?limit=2', [v1, v2]],
      [`?limit=2&marker=${v2}`, [v3, v4]],
      [`?marker=${v5}&limit=10`, []],
      [`?marker=${NOBODYS_ID}`, [v1, v2, v3, v4, v5]],
      [`?marker=${v2}&page_reverse=True`, [v3, v4, v5]],
      ['?page_reverse=1&page_reverse=2', [v1, v2, v3, v4, v5]],
      ['?limit=0', []],
      ['?limit=5000&name=ignored&project_id=x', [v1, v2, v3, v4, v5]],
      [`?id=${v3}`, [v3]],
      ['?id=blue', []],
      [`?id=${foreign}`, []],
      ['?enterprise_project_id=e-1', [v2, v3]],
      ['?enterprise_project_id=0&limit=2', [v1, v4]],
      ['?enterprise_project_id=all_granted_eps', [v1, v2, v3, v4, v5]],
      ['?enterprise_project_id=none', []],
    ] as const
    for (const [query, ids] of table) assert.deepEqual(await list(alice, query), ids, query)
    for (const query of ['?limit=-1', '?limit=ten', '?marker=blue', '?limit=1&limit=2']) {
      assertRefused(await service.ask(alice, 'GET', `${pathOf(alice)}${query}`), 400, 'VPC.0101')
    }
    for (const id of made) await remove(alice, id)
    await remove(bob, foreign)
  })

  test("an unknown id, a malformed one and somebody else's are the same 404 VPC.0105 on every call", async () => {
    const foreign = (await create(bob, { name: 'bobs' })).body.vpc.id
    for (const id of [NOBODYS_ID, foreign, 'blue', 'x%2Fy', `${foreign}0`]) {
      for (const answer of [await show(alice, id), await update(alice, id, { name: 'x' }), await remove(alice, id)]) {
        assertRefused(answer, 404, 'VPC.0105', `VPC ${decodeURIComponent(id)} could not be found.`)
      }
      assertRefused(await service.ask(alice, 'GET', `/v2.0/${alice.projectId}/vpcs/${id}/tags`), 404, 'VPC.0105')
    }
    assert.equal((await show(bob, foreign)).body.vpc.name, 'bobs')
    await remove(bob, foreign)
  })

  test("another's project in the path, an unknown one or none is 400 VPC.0007, by token and signature", async () => {
    const { id } = (await create(bob, {})).body.vpc
    for (const project of [bob.projectId, '0'.repeat(32), 'region-1']) {
      for (const [method, path, body] of [
        ['GET', `/v1/${project}/vpcs`, undefined],
        ['POST', `/v1/${project}/vpcs`, { vpc: {} }],
        ['GET', `/v1/${project}/vpcs/${id}`, undefined],
        ['PUT', `/v1/${project}/vpcs/${id}`, { vpc: { name: 'x' } }],
        ['DELETE', `/v1/${project}/vpcs/${id}`, undefined],
      ] as const) {
        assertRefused(await service.ask(alice, method, path, body), 400, 'VPC.0007')
        assertRefused(await service.askSigned(alice, method, path, body), 400, 'VPC.0007')
      }
      for (const path of [`/v3/${project}/vpc/vpcs`, `/v3/${project}/vpc/vpcs/${id}`]) {
        const { status, body } = await service.ask(alice, 'GET', path)
        assert.deepEqual([status, body.error_code], [400, 'VPC.0007'])
      }
    }
    assertRefused(await service.ask(alice, 'GET', `/v2.0/${bob.projectId}/vpcs/${id}/tags`), 400, 'VPC.0007')
    await remove(bob, id)
  })

  test('an admin acts in whichever project the path names', async () => {
    const { admin } = service
    const made = await service.ask(admin, 'POST', pathOf(bob), { vpc: { name: 'by the admin' } })
    assert.deepEqual([made.status, made.body.vpc.tenant_id], [200, bob.projectId])
    const { id } = made.body.vpc
    assert.equal((await show(bob, id)).status, 200)
    assert.equal((await service.askSigned({ ...admin, projectId: bob.projectId }, 'GET', pathOf(bob, id))).status, 200)
    assert.deepEqual((await service.ask(admin, 'GET', pathOf(bob))).body.vpcs, [made.body.vpc])
    assert.equal((await service.ask(admin, 'GET', pathOf(alice, id))).status, 404)
    assertRefused(await service.ask(admin, 'GET', `/v1/${'0'.repeat(32)}/vpcs`), 400, 'VPC.0007')
    assert.equal((await service.ask(admin, 'DELETE', pathOf(bob, id))).status, 204)
  })

  test('nobody, a bad token and one that is past its day are 401 VPC.0008', async () => {
    for (const token of ['', 'bad', `${alice.token}x`]) {
      assertRefused(
        await send(service.url, 'GET', pathOf(alice), undefined, { 'x-auth-token': token }),
        401,
        'VPC.0008',
      )
    }
    service.clock.advance(24 * 3_600_000)
    assertRefused(await service.ask(alice, 'GET', pathOf(alice)), 401, 'VPC.0008')
    ;[alice, bob] = [await logIn(service.url, alice), await logIn(service.url, bob)]
    assert.equal((await service.ask(alice, 'GET', pathOf(alice))).status, 200)
  })
})

/** Fails unless it is a refusal in v1's form, of this status and code. */
function assertRefused({ status, body }: Answer, expected: number, code: string, message?: string): void {
  assert.deepEqual({ status, code: body?.code }, { status: expected, code }, JSON.stringify(body))
  assert.deepEqual([body.error_code, body.error_msg], [body.code, body.message])
  if (message !== undefined) assert.equal(body.message, message)
}
