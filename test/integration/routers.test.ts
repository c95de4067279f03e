import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)
const PATH = '/v2.0/routers'

suite('VPCs as native routers', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let mine: string[]
  let his: string
  before(async () => {
    service = await startTestService({ startAt: START })
    ;({ alice, bob } = service)
    mine = []
    for (const name of ['one', 'two', '']) {
      mine.push(await service.makeVpc(alice, name))
      service.clock.advance(1)
    }
    his = await service.makeVpc(bob, 'one')
  })
  after(() => service[Symbol.asyncDispose]())

  const list = async (who: Person, query = ''): Promise<string[]> => {
    const { status, body } = await service.ask(who, 'GET', `${PATH}${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body.routers.map(({ id }: { id: string }) => id)
  }

  test('show: every field of a router is that of its VPC, by token and by signature', async () => {
    const router = {
      id: mine[0],
      ...{ name: 'one', status: 'ACTIVE', admin_state_up: true, routes: [], external_gateway_info: null },
      ...{ tenant_id: alice.projectId, project_id: alice.projectId },
      ...{ created_at: '2026-03-04T05:06:07', updated_at: '2026-03-04T05:06:07' },
    }
    for (const ask of [service.ask, service.askSigned]) {
      const { status, body } = await ask(alice, 'GET', `${PATH}/${mine[0]}`)
      assert.deepEqual([status, body], [200, { router }])
    }
    assert.deepEqual((await service.ask(alice, 'GET', PATH)).body.routers[0], router)
  })

  test('a name, an unknown id and a router of others are 404 RouterNotFound, so that clients ask by name next', async () => {
    for (const id of ['one', NOBODYS_ID, his, 'x'.repeat(300)]) {
      const answer = await service.ask(alice, 'GET', `${PATH}/${id}`)
      assertRefused(answer, 404, 'RouterNotFound', `Router ${id} could not be found`)
    }
    assert.deepEqual(await list(alice, '?name=one'), [mine[0]])
    assert.deepEqual(await list(bob, '?name=one'), [his])
  })

  test('the list ascends, takes every filter, and pages by marker in both directions', async () => {
    const [v1 = '', v2 = '', v3 = ''] = mine
    const table = [
      ['', [v1, v2, v3]],
      ['?id=&name=&status=&tenant_id=&project_id=&admin_state_up=&limit=&marker=', [v1, v2, v3]],
      [`?id=${v2}`, [v2]],
      [`?id=${v2}&name=one`, []],
      ['?id=two', []],
      [`?id=${his}`, []],
      ['?name=two', [v2]],
      ['?name=nothing', []],
      ['?status=ACTIVE', [v1, v2, v3]],
      ['?status=DOWN', []],
      ['?admin_state_up=True', [v1, v2, v3]],
      ['?admin_state_up=false', []],
      [`?tenant_id=${alice.projectId}&name=two`, [v2]],
      [`?project_id=${alice.projectId}`, [v1, v2, v3]],
      [`?tenant_id=${bob.projectId}`, []],
      [`?project_id=${bob.projectId}`, []],
      [`?tenant_id=${alice.projectId}&project_id=${bob.projectId}`, []],
      ['?tenant_id=region-1', []],
      ['?unknown=1', [v1, v2, v3]],
      ['?limit=2', [v1, v2]],
      [`?limit=2&marker=${v2}`, [v3]],
      [`?marker=${v3}`, []],
      [`?marker=${v3}&limit=1&page_reverse=True`, [v2]],
      ['?limit=0', []],
    ] as const
    for (const [query, ids] of table) assert.deepEqual(await list(alice, query), ids, query)
    for (const query of ['?limit=-1', '?limit=ten', '?marker=one', '?page_reverse=maybe']) {
      assertRefused(await service.ask(alice, 'GET', `${PATH}${query}`), 400, 'InvalidInput')
    }
  })

  test('routers_links lead on and back, and are absent where there is nothing more', async () => {
    const [v1 = '', v2 = '', v3 = ''] = mine
    const linksOf = async (query: string) => (await service.ask(alice, 'GET', `${PATH}${query}`)).body.routers_links
    const href = `${service.url}${PATH}?limit=1&status=ACTIVE&marker=`
    assert.deepEqual(await linksOf('?limit=1&status=ACTIVE'), [{ rel: 'next', href: href + v1 }])
    assert.deepEqual(await linksOf(`?limit=1&status=ACTIVE&marker=${v1}`), [
      { rel: 'next', href: href + v2 },
      { rel: 'previous', href: `${href}${v2}&page_reverse=True` },
    ])
    assert.deepEqual(await linksOf(`?limit=1&status=ACTIVE&marker=${v2}`), [
      { rel: 'previous', href: `${href}${v3}&page_reverse=True` },
    ])
    assert.equal(await linksOf(''), undefined)
  })

  test('an admin sees those of any project, and lists those of the one that is named', async () => {
    const { admin } = service
    assert.equal((await service.ask(admin, 'GET', `${PATH}/${his}`)).body.router.tenant_id, bob.projectId)
    assert.deepEqual(await list(admin, `?tenant_id=${bob.projectId}`), [his])
    assert.deepEqual(await list(admin), [])
  })

  test('nobody is 401 and another method is 405', async () => {
    assert.equal((await service.ask(undefined, 'GET', PATH)).status, 401)
    assert.equal((await service.ask(alice, 'POST', PATH, { router: {} })).status, 405)
    assert.equal((await service.ask(alice, 'DELETE', `${PATH}/${mine[0]}`)).status, 405)
  })
})

/** Fails unless it is a refusal in Neutron's form, of this status and type. */
function assertRefused({ status, body }: Answer, expected: number, type: string, message?: string): void {
  assert.deepEqual({ status, type: body?.NeutronError?.type }, { status: expected, type }, JSON.stringify(body))
  if (message !== undefined) assert.equal(body.NeutronError.message, message)
}
