/** `/v1/{project_id}/routetables`, rule by rule. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import {
  assertNothingDone,
  assertTableRefused,
  defaultTable,
  entry,
  localIn,
  madeIn,
  makeTable,
  peeredVpcs,
  showTable,
  tablesIn,
  tablesOf,
} from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const SYSTEM = ['198.19.128.0/20', '127.0.0.0/8', '100.64.0.0/10']
const LOCAL = SYSTEM.map((destination) => ({ type: 'local', destination, nexthop: '-', description: '' }))

suite('route tables', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({
      startAt: Date.UTC(2026, 2, 4, 5, 6, 7, 890),
    })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (routetable: object) => service.ask(alice, 'POST', tablesOf(alice), { routetable })
  const update = (id: string, routetable: object) =>
    service.ask(alice, 'PUT', `${tablesOf(alice)}/${id}`, { routetable })

  const assertUntouched = (call: () => Promise<Answer>, ...refusal: [number, string, RegExp?]) =>
    assertNothingDone(service, call, ...refusal)

  test('a VPC has a default table at once, which holds the local routes and is named after it', async () => {
    const vpc = await service.makeVpc(alice, 'orchard')
    const { body } = await service.ask(alice, 'GET', `${tablesOf(alice)}?vpc_id=${vpc}`)
    const { id } = body.routetables[0]
    assert.deepEqual(body, {
      routetables: [
        {
          ...{ id, name: 'rtb-orchard', default: true, description: '', vpc_id: vpc, routes: LOCAL, subnets: [] },
          ...{ tenant_id: alice.projectId, created_at: '2026-03-04T05:06:07', updated_at: '2026-03-04T05:06:07' },
        },
      ],
    })
  })

  test('a table is created with routes, shown, listed, renamed and deleted', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const routes = [entry(peering, '10.9.0.0/16', 'nine'), { ...entry(peering, 'FD01:0::/32'), description: undefined }]
    const answer = await create({ vpc_id: a, name: 'web', description: 'for the web', routes })
    assert.equal(answer.status, 200)
    const { id } = answer.body.routetable
    const expected = {
      ...{ id, name: 'web', default: false, description: 'for the web', vpc_id: a },
      routes: [...LOCAL, entry(peering, '10.9.0.0/16', 'nine'), entry(peering, 'fd01::/32')],
      ...{ subnets: [], tenant_id: alice.projectId },
      ...{ created_at: '2026-03-04T05:06:07', updated_at: '2026-03-04T05:06:07' },
    }
    assert.deepEqual(answer.body, { routetable: expected })
    assert.deepEqual((await service.ask(alice, 'GET', `${tablesOf(alice)}/${id}`)).body, { routetable: expected })
    assert.deepEqual(await tablesIn(service, alice, `id=${id}`), [expected])
    service.clock.advance(1000)
    const renamed = await update(id, { name: 'wëb 2', description: '' })
    const after = { ...expected, name: 'wëb 2', description: '', updated_at: '2026-03-04T05:06:08' }
    assert.deepEqual([renamed.status, renamed.body], [200, { routetable: after }])
    const deleted = await service.ask(alice, 'DELETE', `${tablesOf(alice)}/${id}`)
    assert.deepEqual([deleted.status, deleted.body], [204, undefined])
    for (const method of ['GET', 'DELETE']) {
      const gone = await service.ask(alice, method, `${tablesOf(alice)}/${id}`)
      assertTableRefused(gone, 404, 'VPC.1208', new RegExp(id))
    }
  })

  test('routes are deleted, then changed, then added, by their destination in any spelling', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const second = await requestPeering(service, alice, a, alice, await service.makeVpc(alice, 'second'))
    const routes = ['10.8.0.0/16', '10.9.0.0/16', 'fd01::/32'].map((each) => entry(peering, each, 'old'))
    const { id } = await makeTable(service, alice, a, { routes })
    const { status, body } = await update(id, {
      routes: {
        add: [entry(peering, '10.8.0.0/16', 'new'), entry(peering, '10.7.0.0/16')],
        mod: [{ ...entry(second.id, 'FD01:0::/32'), description: undefined }, entry(peering, '10.9.0.0/16', '')],
        del: [{ ...entry(peering, '10.8.0.0/16'), type: 'vpn', nexthop: 'whatever' }],
      },
    })
    assert.equal(status, 200)
    assert.deepEqual(body.routetable.routes.slice(LOCAL.length), [
      entry(peering, '10.9.0.0/16', ''),
      entry(second.id, 'fd01::/32', 'old'),
      entry(peering, '10.8.0.0/16', 'new'),
      entry(peering, '10.7.0.0/16'),
    ])
    assert.deepEqual(await showTable(service, alice, id), body.routetable)
    assert.equal((await update(id, { routes: { del: [{ destination: 'FD01::/32' }] } })).status, 200)
    assert.equal((await update(id, { routes: {} })).status, 200)
    assert.deepEqual(madeIn(await showTable(service, alice, id)), ['10.9.0.0/16', '10.8.0.0/16', '10.7.0.0/16'])
  })

  test('a VPC holds ten tables, the default one among them: the next is 409 VPC.1210', async () => {
    const vpc = await service.makeVpc(alice, 'full')
    const answers = await Promise.all(Array.from({ length: 12 }, () => create({ vpc_id: vpc })))
    const refused = answers.filter(({ status }) => status !== 200)
    assert.equal(refused.length, 3)
    for (const answer of refused) assertTableRefused(answer, 409, 'VPC.1210', /^Quota exceeded/)
    const made = answers.find(({ status }) => status === 200)
    await service.ask(alice, 'DELETE', `${tablesOf(alice)}/${made?.body.routetable.id}`)
    assert.equal((await create({ vpc_id: vpc })).status, 200)
  })

  test('a table holds 200 routes beside the local ones: one more is 409 VPC.1210, unless another goes', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a)
    const add = Array.from({ length: 200 }, (_, index) => entry(peering, `172.16.${index}.0/24`))
    const more = [entry(peering, '10.9.0.0/16')]
    assert.equal((await update(id, { routes: { add } })).status, 200)
    await assertUntouched(() => update(id, { routes: { add: more } }), 409, 'VPC.1210')
    const del = [{ destination: '172.16.0.0/24' }]
    const swapped = await update(id, { routes: { del, add: more } })
    assert.deepEqual([swapped.status, madeIn(swapped.body.routetable).length], [200, 200])
    const mod = add.slice(1).map((each) => ({ ...each, description: 'changed' }))
    assert.equal((await update(id, { routes: { mod } })).status, 200)
    assert.equal((await update(id, { routes: { del: mod } })).status, 200)
    assert.deepEqual(madeIn(await showTable(service, alice, id)), ['10.9.0.0/16'])
  })

  test('the default table cannot be deleted: 409 VPC.1209; it can be renamed, and takes routes', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await defaultTable(service, alice, a)
    const remove = () => service.ask(alice, 'DELETE', `${tablesOf(alice)}/${id}`)
    await assertUntouched(remove, 409, 'VPC.1209', /default/)
    const { status, body } = await update(id, { name: 'main', routes: { add: [entry(peering, '10.9.0.0/16')] } })
    assert.deepEqual([status, body.routetable.name, body.routetable.default], [200, 'main', true])
  })

  test('a VPC with a table that somebody made stays: 409 VPC.0120, but its peering is told first', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a, { routes: [entry(peering, '10.9.0.0/16')] })
    const remove = () => service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${a}`)
    await assertUntouched(remove, 409, 'VPC.0108', new RegExp(peering))
    await service.ask(alice, 'DELETE', `${PEERINGS}/${peering}`)
    await assertUntouched(remove, 409, 'VPC.0120', new RegExp(id))
    await service.ask(alice, 'DELETE', `${tablesOf(alice)}/${id}`)
    assert.equal((await remove()).status, 204)
    assert.deepEqual(await tablesIn(service, alice, `vpc_id=${a}`), [])
  })

  test('filters find what they name, pages go on until an empty one, and what nothing can have finds nothing', async () => {
    const vpc = await service.makeVpc(alice, 'paged')
    const made = [await defaultTable(service, alice, vpc)]
    for (const name of ['one', 'two', 'three']) made.push(await makeTable(service, alice, vpc, { name }))
    const ids = made.map(({ id }) => id)
    const list = async (query: string) => (await tablesIn(service, alice, query)).map(({ id }) => id)
    assert.deepEqual(await list(`vpc_id=${vpc}`), ids)
    assert.deepEqual(await list(`vpc_id=${vpc}&limit=2&marker=`), ids.slice(0, 2))
    assert.deepEqual(await list(`vpc_id=${vpc}&limit=2&marker=${ids[1]}`), ids.slice(2))
    assert.deepEqual(await list(`vpc_id=${vpc}&limit=2&marker=${ids[3]}`), [])
    assert.deepEqual(await list(`vpc_id=${vpc}&limit=0`), [])
    assert.deepEqual(await list(`id=${ids[2]}`), [ids[2]])
    for (const nothing of ['id=x', 'vpc_id=x', 'subnet_id=x', `subnet_id=${NOBODYS_ID}`, `vpc_id=${NOBODYS_ID}`]) {
      assert.deepEqual(await list(nothing), [])
    }
    const hers = await list('')
    assert.ok(ids.every((id) => hers.includes(id)))
    assert.ok((await tablesIn(service, bob)).every(({ id }) => !ids.includes(id)))
    for (const wrong of ['limit=-1', 'limit=x', 'marker=x']) {
      assertTableRefused(await service.ask(alice, 'GET', `${tablesOf(alice)}?${wrong}`), 400, 'VPC.1202')
    }
  })

  test('the local routes are those of the system, in every table', async () => {
    const vpc = await service.makeVpc(alice, 'local')
    await makeTable(service, alice, vpc)
    for (const table of await tablesIn(service, alice, `vpc_id=${vpc}`)) assert.deepEqual(localIn(table), SYSTEM)
  })
})
