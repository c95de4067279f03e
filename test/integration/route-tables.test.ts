/** `/v1/{project_id}/routetables`, rule by rule. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import {
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

const TTL_MS = 60_000
const SYSTEM = ['198.19.128.0/20', '127.0.0.0/8', '100.64.0.0/10']
const LOCAL = SYSTEM.map((destination) => ({ type: 'local', destination, nexthop: '-', description: '' }))

suite('route tables', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({
      settings: { pendingTtlMs: TTL_MS },
      startAt: Date.UTC(2026, 2, 4, 5, 6, 7, 890),
    })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (routetable: object) => service.ask(alice, 'POST', tablesOf(alice), { routetable })
  const update = (id: string, routetable: object) =>
    service.ask(alice, 'PUT', `${tablesOf(alice)}/${id}`, { routetable })

  /** Refused, and nothing is different. */
  async function assertNothingDone(call: () => Promise<Answer>, status: number, code: string, message?: RegExp) {
    const stored = dump(service.folder)
    assertTableRefused(await call(), status, code, message)
    assert.deepEqual(dump(service.folder), stored)
  }

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

  test('a table may do without a name; the longest name and description fit, longer ones are 400 VPC.1202', async () => {
    const vpc = await service.makeVpc(alice, 'names')
    const longest = { name: 'é'.repeat(64), description: 'é'.repeat(255) }
    assert.equal((await makeTable(service, alice, vpc)).name, '')
    const { id } = await makeTable(service, alice, vpc, longest)
    for (const wrong of [
      ...[{ name: 'x'.repeat(65) }, { name: 'a\u0000' }, { name: 5 }, { description: 'x'.repeat(256) }],
      ...[{ description: '<' }, { description: null }, { routes: [] as unknown }],
    ]) {
      await assertNothingDone(() => update(id, wrong), 400, 'VPC.1202')
      if ('routes' in wrong) continue
      await assertNothingDone(() => create({ vpc_id: vpc, ...wrong }), 400, 'VPC.1202')
    }
    await assertNothingDone(() => update(id, {}), 400, 'VPC.1202')
    await assertNothingDone(() => create({ name: 'x' }), 400, 'VPC.1202', /'routetable.vpc_id' is required/)
    await assertNothingDone(() => service.ask(alice, 'POST', tablesOf(alice), {}), 400, 'VPC.1202')
  })

  test("a VPC that does not exist or is another project's is 404", async () => {
    const vpc = await service.makeVpc(bob, 'bobs')
    for (const id of [vpc, NOBODYS_ID, 'a-name']) {
      await assertNothingDone(() => create({ vpc_id: id }), 404, 'VPC.0105')
    }
  })

  test("a table that does not exist, is another project's or has a word for an id is 404 VPC.1208", async () => {
    const { id } = await defaultTable(service, bob, await service.makeVpc(bob, 'others'))
    const action = { routetable: { subnets: { associate: [NOBODYS_ID] } } }
    for (const table of [id, NOBODYS_ID, 'a-name']) {
      const path = `${tablesOf(alice)}/${table}`
      for (const [method, target, body] of [
        ['GET', path, undefined],
        ['PUT', path, { routetable: { name: 'x' } }],
        ['DELETE', path, undefined],
        ['POST', `${path}/action`, action],
      ] as const) {
        await assertNothingDone(() => service.ask(alice, method, target, body), 404, 'VPC.1208')
      }
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

  test('an update is done in whole or not at all, whatever part of it is refused', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const routes = ['10.8.0.0/16', '10.9.0.0/16'].map((each) => entry(peering, each, 'old'))
    const { id } = await makeTable(service, alice, a, { name: 'kept', routes })
    const good = { del: [{ destination: '10.8.0.0/16' }], mod: [entry(peering, '10.9.0.0/16', 'new')] }
    const whole = { name: 'changed', routes: { ...good, add: [entry(peering, '10.7.0.0/16')] } }
    for (const [bad, code] of [
      [{ add: [entry(peering, '10.7.0.0/16'), entry(peering, '127.1.0.0/16')] }, 'VPC.1212'],
      [{ add: [entry(peering, '10.7.0.0/16'), entry(peering, '10.7.0.0/16')] }, 'VPC.1211'],
      [{ add: [entry(peering, '10.7.0.0/16'), entry(NOBODYS_ID, '10.6.0.0/16')] }, 'VPC.1213'],
      [{ add: [entry(peering, '10.9.0.0/16')] }, 'VPC.1211'],
      [{ del: [{ destination: '10.8.0.0/16' }, { destination: '10.1.0.0/16' }] }, 'VPC.1202'],
      [{ del: [{ destination: '10.8.0.0/16' }, { destination: '10.8.0.0/16' }] }, 'VPC.1202'],
      [{ mod: [entry(peering, '10.9.0.0/16', 'new'), entry(peering, '10.1.0.0/16')] }, 'VPC.1202'],
      [{ mod: [entry(peering, '10.8.0.0/16', 'new')] }, 'VPC.1202'],
      [{ mod: [entry(NOBODYS_ID, '10.9.0.0/16', 'new')] }, 'VPC.1213'],
    ] as const) {
      await assertNothingDone(() => update(id, { ...whole, routes: { ...whole.routes, ...bad } }), 400, code)
    }
    assert.equal((await update(id, whole)).status, 200)
    assert.deepEqual(madeIn(await showTable(service, alice, id)), ['10.9.0.0/16', '10.7.0.0/16'])
  })

  test('a create with a route that is refused makes no table', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const good = entry(peering, '10.9.0.0/16')
    const six = Array.from({ length: 6 }, (_, index) => entry(peering, `10.${index}.0.0/16`))
    for (const [routes, code] of [
      [[good, good], 'VPC.1211'],
      [[good, entry(peering, '100.64.1.0/24')], 'VPC.1212'],
      [[good, entry(NOBODYS_ID, '10.8.0.0/16')], 'VPC.1213'],
      [six, 'VPC.1202'],
    ] as const) {
      await assertNothingDone(() => create({ vpc_id: a, routes }), 400, code)
    }
    assert.equal((await create({ vpc_id: a, routes: six.slice(1) })).status, 200)
  })

  test('each member of a route is checked: type, destination, next hop, description', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a, { routes: [entry(peering, '10.9.0.0/16')] })
    const right = entry(peering, '10.8.0.0/16')
    const wrong = [
      ...['local', 'ecs', 'vip', 'vpn', 'dc', 'er', ''].map((type) => ({ ...right, type })),
      ...['10.8.0.1/16', '10.8.0.0', 'x', 'fd00::1/64'].map((destination) => ({ ...right, destination })),
      ...[
        { ...right, description: '<' },
        { ...right, description: 'x'.repeat(256) },
        { ...right, nexthop: undefined },
      ],
      ...[{ ...right, type: undefined }, { ...right, destination: undefined }, 'x'],
    ]
    for (const each of wrong) {
      await assertNothingDone(() => update(id, { routes: { add: [each] } }), 400, 'VPC.1202')
      await assertNothingDone(() => update(id, { routes: { mod: [each] } }), 400, 'VPC.1202')
    }
    for (const destination of ['10.9.0.1/16', 'x']) {
      await assertNothingDone(() => update(id, { routes: { del: [{ destination }] } }), 400, 'VPC.1202')
    }
    await assertNothingDone(
      () => update(id, { routes: { add: [{ ...right, nexthop: 'a-name' }] } }),
      ...([400, 'VPC.1213'] as const),
    )
  })

  test('the next hop must be an ACTIVE peering of this VPC that the caller sees: else 400 VPC.1213', async () => {
    const { a } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a)
    const others = await peeredVpcs(service, alice, bob)
    const strangers = await peeredVpcs(service, bob, await service.eve())
    const waiting = await requestPeering(service, alice, a, bob, await service.makeVpc(bob, 'waits'))
    const add = (peering: string) => () => update(id, { routes: { add: [entry(peering, '10.8.0.0/16')] } })
    await assertNothingDone(add(others.peering), 400, 'VPC.1213', /is no end of vpc peering/)
    await assertNothingDone(add(strangers.peering), 400, 'VPC.1213', /could not be found/)
    await assertNothingDone(add(waiting.id), 400, 'VPC.1213', /is in status PENDING_ACCEPTANCE/)
    service.clock.advance(TTL_MS)
    await assertNothingDone(add(waiting.id), 400, 'VPC.1213', /is in status EXPIRED/)
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
    await assertNothingDone(() => update(id, { routes: { add: more } }), 409, 'VPC.1210')
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
    await assertNothingDone(remove, 409, 'VPC.1209', /default/)
    const { status, body } = await update(id, { name: 'main', routes: { add: [entry(peering, '10.9.0.0/16')] } })
    assert.deepEqual([status, body.routetable.name, body.routetable.default], [200, 'main', true])
  })

  test('a VPC with a table that somebody made stays: 409 VPC.0120, but its peering is told first', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a, { routes: [entry(peering, '10.9.0.0/16')] })
    const remove = () => service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${a}`)
    await assertNothingDone(remove, 409, 'VPC.0108', new RegExp(peering))
    await service.ask(alice, 'DELETE', `${PEERINGS}/${peering}`)
    await assertNothingDone(remove, 409, 'VPC.0120', new RegExp(id))
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
