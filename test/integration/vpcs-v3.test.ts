import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

/** What every VPC has: its default route table. */
const TABLE = { resource_type: 'routetable', resource_count: 1 }
const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)

suite('the VPC API v3', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ startAt: START })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const pathOf = (who: Person, id = '') => `/v3/${who.projectId}/vpc/vpcs${id && `/${id}`}`
  const show = (who: Person, id: string) => service.ask(who, 'GET', pathOf(who, id))
  const change = (verb: 'add' | 'remove', id: string, cidrs: readonly unknown[], dryRun?: boolean) => {
    const body = { ...(dryRun !== undefined && { dry_run: dryRun }), vpc: { extend_cidrs: cidrs } }
    return service.ask(alice, 'PUT', `${pathOf(alice, id)}/${verb}-extend-cidr`, body)
  }
  async function makeVpc(vpc: Readonly<Record<string, unknown>> = {}): Promise<string> {
    service.clock.advance(1)
    const { status, body } = await service.ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc })
    assert.equal(status, 200, JSON.stringify(body))
    return body.vpc.id
  }
  const remove = (id: string) => service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${id}`)

  test('show: every field of a VPC that v1 made, times with a Z, and the tags', async () => {
    const vpc = { name: 'blue', description: 'd', cidr: '192.168.0.0/16', tags: ['env*test', 'a*b*c', 'bare'] }
    const id = await makeVpc(vpc)
    const tags = [
      { key: 'env', value: 'test' },
      { key: 'a', value: 'b*c' },
      { key: 'bare', value: '' },
    ]
    const shown = await show(alice, id)
    assert.equal(shown.status, 200)
    assert.deepEqual(shown.body, {
      request_id: shown.headers.get('x-request-id'),
      vpc: {
        id,
        ...{ name: 'blue', description: 'd', cidr: '192.168.0.0/16', extend_cidrs: [], status: 'ACTIVE' },
        ...{ project_id: alice.projectId, enterprise_project_id: '0', cloud_resources: [TABLE], tags },
        ...{ created_at: '2026-03-04T05:06:07Z', updated_at: '2026-03-04T05:06:07Z' },
      },
    })
    const path = `/v2.0/${alice.projectId}/vpcs/${id}/tags`
    assert.deepEqual((await service.ask(alice, 'GET', path)).body, { tags })
    const bare = await makeVpc()
    assert.deepEqual((await service.ask(alice, 'GET', path.replace(id, bare))).body, { tags: [] })
    await Promise.all([id, bare].map(remove))
  })

  test("an unknown id, a malformed one and somebody else's are 404 VPC.9904", async () => {
    const foreign = await service.makeVpc(bob, 'bobs')
    for (const id of [NOBODYS_ID, 'blue', foreign]) {
      assertRefused(await show(alice, id), 404, 'VPC.9904')
      for (const verb of ['add', 'remove'] as const) {
        for (const dryRun of [true, false]) {
          assertRefused(await change(verb, id, ['23.8.0.0/16'], dryRun), 404, 'VPC.9904')
        }
      }
    }
    assert.deepEqual((await show(bob, foreign)).body.vpc.extend_cidrs, [])
  })

  test('list: of a repeated filter any value matches, different filters must all hold; page_info is told', async () => {
    const v1 = await makeVpc({ name: 'one', description: 'x', cidr: '10.1.0.0/16' })
    const v2 = await makeVpc({ name: 'two', description: 'x', cidr: '10.2.0.0/16', enterprise_project_id: 'e-1' })
    const v3 = await makeVpc({ name: 'three', description: 'y', cidr: '10.1.0.0/16' })
    const table = [
      ['', [v1, v2, v3], undefined],
      ['?id=&name=&description=&cidr=&limit=&marker=', [v1, v2, v3], undefined],
      [`?id=${v1}`, [v1], undefined],
      [`?id=${v1}&id=${v3}`, [v1, v3], undefined],
      [`?id=${v1}&id=blue&id=`, [v1], undefined],
      ['?id=blue', [], undefined],
      ['?name=one&name=two', [v1, v2], undefined],
      ['?name=one&name=two&cidr=10.1.0.0/16', [v1], undefined],
      ['?cidr=10.1.0.0%2F16', [v1, v3], undefined],
      ['?description=x&description=z', [v1, v2], undefined],
      ['?description=x&name=three', [], undefined],
      ['?enterprise_project_id=e-1', [v2], undefined],
      ['?status=PENDING&unknown=1', [v1, v2, v3], undefined],
      ['?limit=2', [v1, v2], v2],
      [`?limit=2&marker=${v2}`, [v3], undefined],
      [`?limit=3`, [v1, v2, v3], undefined],
      [`?marker=${v3}`, [], undefined],
      ['?limit=1&description=x', [v1], v1],
      ['?limit=0', [], undefined],
      ['?page_reverse=1&page_reverse=2', [v1, v2, v3], undefined],
    ] as const
    for (const [query, ids, next] of table) {
      const { status, body } = await service.ask(alice, 'GET', `${pathOf(alice)}${query}`)
      assert.equal(status, 200, query)
      assert.deepEqual(
        body.vpcs.map(({ id }: { id: string }) => id),
        ids,
        query,
      )
      const page = { ...(ids[0] && { previous_marker: ids[0] }), current_count: ids.length }
      assert.deepEqual(body.page_info, { ...page, ...(next && { next_marker: next }) }, query)
    }
    const { body } = await service.ask(alice, 'GET', `${pathOf(alice)}?id=${v1}`)
    assert.deepEqual(body.vpcs[0], (await show(alice, v1)).body.vpc)
    for (const query of ['?limit=-1', '?limit=ten', '?marker=blue', '?marker=1&marker=2', '?limit=1&limit=2']) {
      assertRefused(await service.ask(alice, 'GET', `${pathOf(alice)}${query}`), 400, 'VPC.9901')
    }
    await Promise.all([v1, v2, v3].map(remove))
  })

  test('secondary blocks are added and removed, in order, and every read shows them', async () => {
    const id = await makeVpc({ cidr: '192.168.0.0/16' })
    const before = (await show(alice, id)).body.vpc
    service.clock.advance(1000)
    const added = await change('add', id, ['23.9.0.0/16', '23.8.0.0/16'], false)
    const expected = { ...before, extend_cidrs: ['23.9.0.0/16', '23.8.0.0/16'], updated_at: added.body.vpc?.updated_at }
    assert.deepEqual([added.status, added.body.vpc], [200, expected])
    assert.equal(Date.parse(expected.updated_at) - Date.parse(before.updated_at), 1000)
    assert.deepEqual((await change('add', id, ['168.10.0.0/16'])).body.vpc.extend_cidrs.length, 3)
    await service.restart()
    const removed = await change('remove', id, ['23.9.0.0/16', '168.10.0.0/16'])
    assert.deepEqual([removed.status, removed.body.vpc.extend_cidrs], [200, ['23.8.0.0/16']])
    assert.deepEqual((await show(alice, id)).body.vpc, removed.body.vpc)
    const listed = await service.ask(alice, 'GET', `${pathOf(alice)}?id=${id}`)
    assert.deepEqual(listed.body.vpcs, [removed.body.vpc])
    assert.equal((await service.ask(alice, 'GET', `/v1/${alice.projectId}/vpcs/${id}`)).body.vpc.cidr, '192.168.0.0/16')
    await remove(id)
  })

  test('a dry run that passes is 202, answers what would be, and writes nothing', async () => {
    const id = await makeVpc({ cidr: '192.168.0.0/16' })
    await change('add', id, ['23.8.0.0/16'])
    const before = (await show(alice, id)).body.vpc
    service.clock.advance(1000)
    const added = await change('add', id, ['23.9.0.0/16'], true)
    assert.deepEqual([added.status, added.body.error_code], [202, 'SYS.0202'])
    assert.deepEqual(added.body.vpc.extend_cidrs, ['23.8.0.0/16', '23.9.0.0/16'])
    const removed = await change('remove', id, ['23.8.0.0/16'], true)
    assert.deepEqual([removed.status, removed.body.vpc.extend_cidrs], [202, []])
    assert.deepEqual((await show(alice, id)).body.vpc, before)
    await remove(id)
  })

  test('every refusal has its code, in a dry run as well, and none leaves anything behind', async () => {
    const id = await makeVpc({ cidr: '192.168.0.0/16' })
    await change('add', id, ['23.8.0.0/16'])
    const before = (await show(alice, id)).body.vpc
    const six = ['1', '2', '3', '4', '5', '6'].map((n) => `25.${n}.0.0/16`)
    const table = [
      ['add', ['23.8.0.0/16'], 409, 'VPC.9914'],
      ['add', ['23.8.1.0/24'], 409, 'VPC.9914'],
      ['add', ['23.0.0.0/8'], 409, 'VPC.9914'],
      ['add', ['24.0.0.0/8', '24.1.0.0/16'], 409, 'VPC.9914'],
      ['add', ['24.0.0.0/8', '23.8.0.0/16'], 409, 'VPC.9914'],
      ['add', six.slice(0, 5), 400, 'VPC.9912'],
      ['add', six, 400, 'VPC.9912'],
      ['add', ['24.0.0.0/8', '24.1.0.0'], 400, 'VPC.9911'],
      ['add', ['24.0.0.1/8'], 400, 'VPC.9911'],
      ['add', ['24.0.0.0/33'], 400, 'VPC.9911'],
      ['add', ['24.0.0.0/29'], 400, 'VPC.9911'],
      ['add', [''], 400, 'VPC.9911'],
      ['add', ['2001:db8::/32'], 400, 'VPC.9911'],
      ['remove', ['23.9.0.0/16'], 404, 'VPC.9915'],
      ['remove', ['192.168.0.0/16'], 404, 'VPC.9915'],
      ['remove', ['23.8.0.0/16', '23.9.0.0/16'], 404, 'VPC.9915'],
      ['remove', ['blue'], 404, 'VPC.9915'],
      ['add', [], 400, 'VPC.9901'],
      ['remove', [], 400, 'VPC.9901'],
      ['add', [7], 400, 'VPC.9901'],
      ['add', [null], 400, 'VPC.9901'],
    ] as const
    for (const [verb, cidrs, status, code] of table) {
      for (const dryRun of [true, false]) assertRefused(await change(verb, id, cidrs, dryRun), status, code)
    }
    assert.deepEqual((await show(alice, id)).body.vpc, before)
    await remove(id)
  })

  test('private, reserved and special ranges are 400 VPC.9916, from around, at their edges and within', async () => {
    const id = await makeVpc({ cidr: '192.168.0.0/16' })
    const forbidden = [
      ...['10.0.0.0/8', '10.1.0.0/16', '8.0.0.0/6', '172.16.0.0/12', '172.31.0.0/16', '172.0.0.0/8'],
      ...['192.168.0.0/16', '192.0.0.0/8', '100.64.0.0/10', '100.127.255.0/24', '214.0.0.0/7', '215.255.0.0/16'],
      ...['198.18.0.0/15', '198.19.128.0/20', '169.254.0.0/16', '0.0.0.0/8', '0.0.0.0/0', '127.0.0.0/8'],
      ...['240.0.0.0/4', '255.255.255.0/24'],
    ]
    for (const cidr of forbidden) assertRefused(await change('add', id, [cidr]), 400, 'VPC.9916')
    const allowed = [
      ...['9.0.0.0/8', '11.0.0.0/8', '172.15.0.0/16', '172.32.0.0/16', '192.167.0.0/16', '100.63.0.0/16'],
      ...['100.128.0.0/16', '213.0.0.0/8', '216.0.0.0/8', '198.17.0.0/16', '198.20.0.0/16', '1.0.0.0/8'],
      ...['126.0.0.0/8', '128.0.0.0/8', '239.0.0.0/28', '23.8.0.0/16', '168.20.0.0/16'],
    ]
    for (const cidr of allowed) assert.equal((await change('add', id, [cidr], true)).status, 202, cidr)
    await remove(id)
  })

  test('five secondary blocks are the most, and a removal makes room', async () => {
    const id = await makeVpc()
    for (const n of [1, 2, 3, 4, 5]) assert.equal((await change('add', id, [`25.${n}.0.0/16`])).status, 200)
    assertRefused(await change('add', id, ['25.6.0.0/16']), 400, 'VPC.9912')
    assert.equal((await change('remove', id, ['25.1.0.0/16'])).status, 200)
    assert.equal((await change('add', id, ['25.6.0.0/16'])).status, 200)
    await remove(id)
  })

  test('of many adds at once no block is lost and no more than five are taken', async () => {
    const id = await makeVpc()
    const adds = await Promise.all(Array.from({ length: 9 }, (_, n) => change('add', id, [`25.${n}.0.0/16`])))
    const done = adds.filter(({ status }) => status === 200)
    assert.equal(done.length, 5)
    assert.equal((await show(alice, id)).body.vpc.extend_cidrs.length, 5)
    await remove(id)
  })

  test('a body of another shape is 400 VPC.9901', async () => {
    const id = await makeVpc()
    const bodies = ['', '{', '[]', '{}', '{"vpc":null}', '{"vpc":{}}', '{"vpc":{"extend_cidrs":"23.8.0.0/16"}}']
    for (const text of [...bodies, '{"dry_run":"yes","vpc":{"extend_cidrs":["23.8.0.0/16"]}}']) {
      const headers = { 'x-auth-token': alice.token }
      assertRefused(
        await send(service.url, 'PUT', `${pathOf(alice, id)}/add-extend-cidr`, text, headers),
        400,
        'VPC.9901',
      )
    }
    await remove(id)
  })

  test("an admin reads and changes any project's, and a project that is not there is 400 VPC.0007", async () => {
    const { admin } = service
    const id = await makeVpc()
    assert.equal((await service.ask(admin, 'GET', pathOf(alice, id))).body.vpc.project_id, alice.projectId)
    const body = { vpc: { extend_cidrs: ['23.8.0.0/16'] } }
    assert.equal((await service.ask(admin, 'PUT', `${pathOf(alice, id)}/add-extend-cidr`, body)).status, 200)
    assert.equal((await service.ask(admin, 'GET', `/v2.0/${alice.projectId}/vpcs/${id}/tags`)).status, 200)
    assertRefused(await service.ask(admin, 'GET', `/v3/${'0'.repeat(32)}/vpc/vpcs`), 400, 'VPC.0007')
    for (const path of [`${pathOf(bob, id)}/add-extend-cidr`, `${pathOf(bob, id)}/remove-extend-cidr`]) {
      assertRefused(await service.ask(alice, 'PUT', path, body), 400, 'VPC.0007')
    }
    await remove(id)
  })
})

/** Fails unless it is a refusal in v3's form, of this status and code. */
function assertRefused({ status, body }: Answer, expected: number, code: string): void {
  assert.deepEqual({ status, code: body?.error_code }, { status: expected, code }, JSON.stringify(body))
}
