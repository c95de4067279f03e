import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const tag = (key: string, value = '') => ({ key, value })

/** What carries tags: where they are, and how one is made and its `updated_at` read. */
interface Kind {
  readonly path: (who: Person, id: string) => string
  readonly make: (service: TestService, who: Person) => Promise<string>
  readonly updatedAt: (service: TestService, who: Person, id: string) => Promise<string>
  /** The code of *not found*. */
  readonly missing: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  VPC: {
    path: (who, id) => `/v2.0/${who.projectId}/vpcs/${id}/tags`,
    make: (service, who) => service.makeVpc(who, ''),
    async updatedAt(service, who, id) {
      return (await service.ask(who, 'GET', `/v1/${who.projectId}/vpcs/${id}`)).body.vpc.updated_at
    },
    missing: 'VPC.0105',
  },
  subnet: {
    path: (who, id) => `/v2.0/${who.projectId}/subnets/${id}/tags`,
    async make(service, who) {
      const vpc_id = await service.makeVpc(who, '')
      const subnet = { name: 'one', cidr: '10.0.1.0/24', gateway_ip: '10.0.1.1', vpc_id }
      const { status, body } = await service.ask(who, 'POST', `/v1/${who.projectId}/subnets`, { subnet })
      assert.equal(status, 200, JSON.stringify(body))
      return body.subnet.id
    },
    async updatedAt(service, who, id) {
      return (await service.ask(who, 'GET', `/v1/${who.projectId}/subnets/${id}`)).body.subnet.updated_at
    },
    missing: 'VPC.0202',
  },
}

for (const [name, kind] of Object.entries(KINDS)) {
  suite(`the tags of a ${name}`, () => {
    let service: TestService
    let alice: Person
    let id: string
    before(async () => {
      service = await startTestService()
      alice = service.alice
      id = await kind.make(service, alice)
    })
    after(() => service[Symbol.asyncDispose]())

    const tagsOf = async () => (await service.ask(alice, 'GET', kind.path(alice, id))).body.tags
    const put = (one: unknown) => service.ask(alice, 'POST', kind.path(alice, id), { tag: one })
    const act = (action: unknown, tags: unknown) =>
      service.ask(alice, 'POST', `${kind.path(alice, id)}/action`, { action, tags })
    const take = (key: string) => service.ask(alice, 'DELETE', `${kind.path(alice, id)}/${encodeURIComponent(key)}`)
    async function assertDone(answer: Answer, tags: readonly unknown[]): Promise<void> {
      assert.deepEqual([answer.status, answer.body], [204, undefined])
      assert.deepEqual(await tagsOf(), tags)
    }

    test('tags are put on, replaced by key and taken off, one by one and many at once, all 204 without a body', async () => {
      assert.deepEqual(await tagsOf(), [])
      await assertDone(await put(tag('env', 'test')), [tag('env', 'test')])
      await assertDone(await put({ key: 'bare' }), [tag('env', 'test'), tag('bare')])
      const created = [tag('team', '蓝'), tag('env', 'live')]
      const all = [tag('env', 'live'), tag('bare'), tag('team', '蓝')]
      await assertDone(await act('create', created), all)
      await assertDone(await put(tag('bare', 'no more')), [all[0], tag('bare', 'no more'), all[2]])
      await service.restart()
      assert.equal((await tagsOf()).length, 3)
      await assertDone(await act('delete', [{ key: 'env', value: 'another' }, { key: 'bare' }]), [all[2]])
      await assertDone(await take('team'), [])
    })

    test('a tag that is not there is taken off all the same', async () => {
      await assertDone(await take('nothing'), [])
      await assertDone(await act('delete', [tag('nothing'), tag('x'.repeat(200))]), [])
    })

    test('keys with a slash, a blank, a percent sign or letters of any script are put on and taken off', async () => {
      for (const key of ['a/b', ' a b ', '50%', 'größe', '蓝', 'action', 'x'.repeat(128)]) {
        await assertDone(await put(tag(key, 'v')), [tag(key, 'v')])
        await assertDone(await take(key), [])
      }
    })

    test('a change moves updated_at, and a repeat that changes nothing does not', async () => {
      const at = () => kind.updatedAt(service, alice, id)
      const moved = async (change: () => Promise<Answer>): Promise<boolean> => {
        const before = await at()
        service.clock.advance(1000)
        assert.equal((await change()).status, 204)
        return (await at()) !== before
      }
      assert.ok(await moved(() => put(tag('k', 'v'))))
      assert.ok(!(await moved(() => put(tag('k', 'v')))))
      assert.ok(await moved(() => put(tag('k', 'w'))))
      assert.ok(await moved(() => take('k')))
      assert.ok(!(await moved(() => take('k'))))
    })

    test('bad tags are 400 VPC.1801, and of a call that is refused nothing is kept', async () => {
      await act('create', [tag('kept', '1')])
      const before = dump(service.folder)
      const bad = [tag(''), tag('k'.repeat(129)), tag('k', 'v'.repeat(256)), tag('k\n'), tag('k', 'a\0')]
      for (const each of bad) {
        assertRefused(await put(each), 'VPC.1801')
        assertRefused(await act('create', [tag('kept', '2'), each]), 'VPC.1801')
      }
      const twenty = Array.from({ length: 20 }, (_, index) => tag(`k${index}`))
      assertRefused(await act('create', twenty), 'VPC.1801')
      assertRefused(await act('create', [...twenty, tag('k20')]), 'VPC.1801')
      assertRefused(await act('create', [tag('a', '1'), tag('a', '2')]), 'VPC.1801')
      assertRefused(await act('delete', [tag('kept'), tag('')]), 'VPC.1801')
      for (const action of ['', 'CREATE', 'update']) assertRefused(await act(action, [tag('k')]), 'VPC.1801')
      assert.deepEqual(dump(service.folder), before)
      await assertDone(await act('create', twenty.slice(1)), [tag('kept', '1'), ...twenty.slice(1)])
      assertRefused(await put(tag('k0')), 'VPC.1801')
      assert.equal((await put(tag('kept', '2'))).status, 204)
      await assertDone(await act('delete', [tag('kept'), ...twenty]), [])
    })

    test('a body of another shape is 400 VPC.1801', async () => {
      const path = kind.path(alice, id)
      const single = ['', '{', '{}', '{"tag":null}', '{"tag":{}}', '{"tag":{"value":"v"}}', '{"tag":{"key":7}}']
      const batch = [
        ...['', '{}', '{"action":"create"}', '{"tags":[{"key":"k"}]}', '{"action":"create","tags":[]}'],
        ...['{"action":"delete","tags":null}', '{"action":"create","tags":{"key":"k"}}', '{"action":7,"tags":[]}'],
        ...['{"action":"create","tags":[{"value":"v"}]}', '{"action":"create","tags":[{"key":"k","value":null}]}'],
      ]
      const headers = { 'x-auth-token': alice.token }
      for (const text of single) assertRefused(await send(service.url, 'POST', path, text, headers), 'VPC.1801')
      for (const text of batch) {
        assertRefused(await send(service.url, 'POST', `${path}/action`, text, headers), 'VPC.1801')
      }
      assert.deepEqual(await tagsOf(), [])
    })

    test("an unknown id, a malformed one and somebody else's are the same 404 on every call", async () => {
      const foreign = await kind.make(service, service.bob)
      for (const other of [NOBODYS_ID, 'blue', foreign]) {
        const path = kind.path(alice, other)
        for (const answer of [
          await service.ask(alice, 'GET', path),
          await service.ask(alice, 'POST', path, { tag: tag('k') }),
          await service.ask(alice, 'POST', `${path}/action`, { action: 'create', tags: [tag('k')] }),
          await service.ask(alice, 'POST', `${path}/action`, { action: 'delete', tags: [tag('k')] }),
          await service.ask(alice, 'DELETE', `${path}/k`),
        ]) {
          assertRefused(answer, kind.missing, 404)
        }
      }
      assert.deepEqual((await service.ask(service.bob, 'GET', kind.path(service.bob, foreign))).body, { tags: [] })
    })

    test('of many tags put on at once none is lost, and no more than twenty are taken', async () => {
      const answers = await Promise.all(Array.from({ length: 25 }, (_, index) => put(tag(`raced-${index}`))))
      assert.equal(answers.filter(({ status }) => status === 204).length, 20)
      assert.equal((await tagsOf()).length, 20)
    })
  })
}

test('the create of a VPC refuses a key that is given twice', async () => {
  await using service = await startTestService()
  const { alice } = service
  const create = { vpc: { tags: ['a*1', 'a*2'] } }
  assertRefused(await service.ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, create), 'VPC.0101')
})

/** Fails unless it is a refusal in v1's form, of this code and status. */
function assertRefused({ status, body }: Answer, code: string, expected = 400): void {
  assert.deepEqual({ status, code: body?.code }, { status: expected, code }, JSON.stringify(body))
  assert.deepEqual([body.error_code, body.error_msg], [body.code, body.message])
}
