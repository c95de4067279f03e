/** `/v1/{project_id}/routetables`: what is refused, how, and that nothing is done then. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID, requestPeering } from '../support/peerings.ts'
import {
  assertNothingDone,
  defaultTable,
  entry,
  madeIn,
  makeTable,
  peeredVpcs,
  showTable,
  tablesOf,
} from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000

suite('route tables refuse', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({
      settings: { pendingTtlMs: TTL_MS },
    })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (routetable: object) => service.ask(alice, 'POST', tablesOf(alice), { routetable })
  const update = (id: string, routetable: object) =>
    service.ask(alice, 'PUT', `${tablesOf(alice)}/${id}`, { routetable })

  const assertUntouched = (call: () => Promise<Answer>, ...refusal: [number, string, RegExp?]) =>
    assertNothingDone(service, call, ...refusal)

  test('a table may do without a name; the longest name and description fit, longer ones are 400 VPC.1202', async () => {
    const vpc = await service.makeVpc(alice, 'names')
    const longest = { name: 'é'.repeat(64), description: 'é'.repeat(255) }
    assert.equal((await makeTable(service, alice, vpc)).name, '')
    const { id } = await makeTable(service, alice, vpc, longest)
    for (const wrong of [
      ...[{ name: 'x'.repeat(65) }, { name: 'a\u0000' }, { name: 5 }, { description: 'x'.repeat(256) }],
      ...[{ description: '<' }, { description: null }, { routes: [] as unknown }],
    ]) {
      await assertUntouched(() => update(id, wrong), 400, 'VPC.1202')
      if ('routes' in wrong) continue
      await assertUntouched(() => create({ vpc_id: vpc, ...wrong }), 400, 'VPC.1202')
    }
    await assertUntouched(() => update(id, {}), 400, 'VPC.1202')
    await assertUntouched(() => create({ name: 'x' }), 400, 'VPC.1202', /'routetable.vpc_id' is required/)
    await assertUntouched(() => service.ask(alice, 'POST', tablesOf(alice), {}), 400, 'VPC.1202')
  })

  test("a VPC that does not exist or is another project's is 404", async () => {
    const vpc = await service.makeVpc(bob, 'bobs')
    for (const id of [vpc, NOBODYS_ID, 'a-name']) {
      await assertUntouched(() => create({ vpc_id: id }), 404, 'VPC.0105')
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
        await assertUntouched(() => service.ask(alice, method, target, body), 404, 'VPC.1208')
      }
    }
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
      await assertUntouched(() => update(id, { ...whole, routes: { ...whole.routes, ...bad } }), 400, code)
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
      await assertUntouched(() => create({ vpc_id: a, routes }), 400, code)
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
      await assertUntouched(() => update(id, { routes: { add: [each] } }), 400, 'VPC.1202')
      await assertUntouched(() => update(id, { routes: { mod: [each] } }), 400, 'VPC.1202')
    }
    const tooMany = Array.from({ length: 201 }, () => right)
    for (const action of ['del', 'mod', 'add']) {
      await assertUntouched(() => update(id, { routes: { [action]: tooMany } }), ...([400, 'VPC.1202', /200/] as const))
    }
    for (const destination of ['10.9.0.1/16', 'x']) {
      await assertUntouched(() => update(id, { routes: { del: [{ destination }] } }), 400, 'VPC.1202')
    }
    await assertUntouched(() => update(id, { routes: { add: [{ ...right, nexthop: 'a-name' }] } }), 400, 'VPC.1213')
  })

  test('the next hop must be an ACTIVE peering of this VPC that the caller sees: else 400 VPC.1213', async () => {
    const { a } = await peeredVpcs(service, alice, bob)
    const { id } = await makeTable(service, alice, a)
    const others = await peeredVpcs(service, alice, bob)
    const strangers = await peeredVpcs(service, bob, await service.eve())
    const waiting = await requestPeering(service, alice, a, bob, await service.makeVpc(bob, 'waits'))
    const add = (peering: string) => () => update(id, { routes: { add: [entry(peering, '10.8.0.0/16')] } })
    await assertUntouched(add(others.peering), 400, 'VPC.1213', /is no end of vpc peering/)
    await assertUntouched(add(strangers.peering), 400, 'VPC.1213', /could not be found/)
    await assertUntouched(add(waiting.id), 400, 'VPC.1213', /is in status PENDING_ACCEPTANCE/)
    service.clock.advance(TTL_MS)
    await assertUntouched(add(waiting.id), 400, 'VPC.1213', /is in status EXPIRED/)
  })
})
