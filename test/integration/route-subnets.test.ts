/** Subnets and the tables that route them: association, and the local routes that subnets bring. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { assertRefused, NOBODYS_ID } from '../support/peerings.ts'
import {
  addRoute,
  assertNothingDone,
  defaultTable,
  entry,
  localIn,
  makeRoute,
  makeSubnet,
  makeTable,
  peeredVpcs,
  showTable,
  tablesIn,
  tablesOf,
} from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const SYSTEM = ['198.19.128.0/20', '127.0.0.0/8', '100.64.0.0/10']

suite('subnets and route tables', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const move = (id: string, subnets: object) =>
    service.ask(alice, 'POST', `${tablesOf(alice)}/${id}/action`, { routetable: { subnets } })

  const assertUntouched = (call: () => Promise<Answer>, ...refusal: [number, string, RegExp?]) =>
    assertNothingDone(service, call, ...refusal)

  /** The subnets of each table, in the order asked. */
  const subnetsOf = (...ids: string[]) =>
    Promise.all(ids.map(async (id) => (await showTable(service, alice, id)).subnets.map((subnet) => subnet.id)))

  async function vpcWithTables() {
    const vpc = await service.makeVpc(alice, `tabled-${++made}`)
    const main = (await defaultTable(service, alice, vpc)).id
    const [one, two] = [(await makeTable(service, alice, vpc)).id, (await makeTable(service, alice, vpc)).id]
    const subnets: string[] = []
    for (const third of [1, 2, 3]) subnets.push(await makeSubnet(service, alice, vpc, `10.0.${third}.0/24`))
    return { vpc, main, one, two, subnets: subnets as [string, string, string] }
  }

  test('a new subnet is in the default table; it is moved from table to table, and back to the default one', async () => {
    const { vpc, main, one, two, subnets } = await vpcWithTables()
    const [first, second, third] = subnets
    assert.deepEqual(await subnetsOf(main, one, two), [subnets, [], []])
    const { status, body } = await move(one, { associate: [first, second] })
    assert.deepEqual([status, body.routetable], [200, await showTable(service, alice, one)])
    assert.deepEqual(await subnetsOf(main, one, two), [[third], [first, second], []])
    assert.equal((await move(two, { associate: [second, third] })).status, 200)
    assert.deepEqual(await subnetsOf(main, one, two), [[], [first], [second, third]])
    assert.equal((await move(two, { associate: [second] })).status, 200)
    assert.equal((await move(two, { disassociate: [third] })).status, 200)
    assert.equal((await move(main, { associate: [first] })).status, 200)
    assert.deepEqual(await subnetsOf(main, one, two), [[first, third], [], [second]])
    // In one call those that leave go first.
    assert.equal((await move(two, { disassociate: [second], associate: [first, second] })).status, 200)
    assert.deepEqual(await subnetsOf(main, one, two), [[third], [], [first, second]])
    for (const [subnet, table] of [
      [first, two],
      [third, main],
    ]) {
      const found = await tablesIn(service, alice, `subnet_id=${subnet}`)
      assert.deepEqual(
        found.map(({ id }) => id),
        [table],
      )
    }
    const listed = await tablesIn(service, alice, `vpc_id=${vpc}`)
    assert.deepEqual(
      listed.map((table) => table.subnets.length),
      [1, 0, 2],
    )
  })

  test('what is no subnet of the VPC, or not in the table, is 400 VPC.1202, and then none is moved', async () => {
    const { main, one, two, subnets } = await vpcWithTables()
    const [first, second] = subnets
    const other = await makeSubnet(service, alice, await service.makeVpc(alice, 'elsewhere'), '10.0.1.0/24')
    const bobs = await makeSubnet(service, bob, await service.makeVpc(bob, 'bobs'), '10.0.1.0/24')
    await move(one, { associate: [first] })
    for (const wrong of [other, bobs, NOBODYS_ID]) {
      await assertUntouched(() => move(two, { associate: [second, wrong] }), 400, 'VPC.1202', /has no subnet/)
      await assertUntouched(() => move(one, { disassociate: [first, wrong] }), 400, 'VPC.1202', /has no subnet/)
    }
    await assertUntouched(() => move(one, { disassociate: [first, second] }), 400, 'VPC.1202', /not associated/)
    await assertUntouched(() => move(one, { disassociate: [first, first] }), 400, 'VPC.1202', /not associated/)
    await assertUntouched(() => move(main, { disassociate: [second] }), 400, 'VPC.1202', /not associated/)
    for (const subnets of [{}, { associate: [] }, { associate: ['x'] }, { associate: [5] }, { associate: 'x' }]) {
      await assertUntouched(() => move(two, subnets), 400, 'VPC.1202')
    }
    const many = Array.from({ length: 101 }, () => second)
    await assertUntouched(() => move(two, { associate: many }), 400, 'VPC.1202')
    assert.equal((await move(two, { associate: many.slice(1) })).status, 200)
  })

  test('a table with subnets stays: 409 VPC.1209; when the last has gone, by a move or a delete, it can go', async () => {
    const { vpc, one, subnets } = await vpcWithTables()
    const [first, second] = subnets
    await move(one, { associate: [first, second] })
    const remove = () => service.ask(alice, 'DELETE', `${tablesOf(alice)}/${one}`)
    await assertUntouched(remove, 409, 'VPC.1209', new RegExp(first))
    await move(one, { disassociate: [first] })
    await assertUntouched(remove, 409, 'VPC.1209', new RegExp(second))
    const deleted = await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${vpc}/subnets/${second}`)
    assert.equal(deleted.status, 204)
    assert.deepEqual(await subnetsOf(one), [[]])
    assert.equal((await remove()).status, 204)
  })

  test('each subnet brings a local route to every table of its VPC, one with IPv6 brings two', async () => {
    const { vpc, main, one, subnets } = await vpcWithTables()
    await makeSubnet(service, alice, vpc, '10.0.9.0/24', { ipv6_enable: true })
    const { body } = await service.ask(alice, 'GET', `/v1/${alice.projectId}/subnets?vpc_id=${vpc}`)
    const v6 = body.subnets.find(({ cidr }: { cidr: string }) => cidr === '10.0.9.0/24').cidr_v6
    const expected = ['10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24', '10.0.9.0/24', v6, ...SYSTEM]
    for (const table of [main, one]) {
      const shown = await showTable(service, alice, table)
      assert.deepEqual(localIn(shown), expected)
      for (const { type, nexthop, description } of shown.routes) {
        assert.deepEqual([type, nexthop, description], ['local', '-', ''])
      }
    }
    await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${vpc}/subnets/${subnets[0]}`)
    assert.deepEqual(localIn(await showTable(service, alice, one)), expected.slice(1))
  })

  test('a destination that equals a subnet or lies in one is refused in both views, one around it is fine', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const subnet = await makeSubnet(service, alice, a, '10.0.4.0/23', { ipv6_enable: true })
    const shown = await service.ask(alice, 'GET', `/v1/${alice.projectId}/subnets/${subnet}`)
    const v6 = String(shown.body.subnet.cidr_v6)
    const { id } = await makeTable(service, alice, a)
    const add = (destination: string) => () =>
      service.ask(alice, 'PUT', `${tablesOf(alice)}/${id}`, {
        routetable: { routes: { add: [entry(peering, destination)] } },
      })
    for (const destination of ['10.0.4.0/23', '10.0.5.0/24', '10.0.4.7/32', v6, v6.replace('/64', '/65')]) {
      assertRefused(await addRoute(service, alice, a, peering, destination), 400, 'InvalidInput')
      await assertUntouched(add(destination), 400, 'VPC.1212', /lies in the local route/)
    }
    for (const destination of ['10.0.4.0/22', '10.0.0.0/16', '10.0.6.0/24', '0.0.0.0/0', '::/0']) {
      await makeRoute(service, alice, a, peering, destination)
      assert.equal((await add(destination)()).status, 200)
    }
  })

  test('of a subnet and a route into it that come at once, one is refused', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    for (let round = 1; round <= 10; round += 1) {
      const subnet = { name: 's', cidr: `10.0.${round}.0/24`, gateway_ip: `10.0.${round}.1`, vpc_id: a }
      const [subnetMade, routeMade] = await Promise.all([
        service.ask(alice, 'POST', `/v1/${alice.projectId}/subnets`, { subnet }),
        addRoute(service, alice, a, peering, `10.0.${round}.128/25`),
      ])
      assert.deepEqual(
        [subnetMade.status, routeMade.status].sort(),
        subnetMade.status === 200 ? [200, 400] : [201, 409],
      )
    }
  })
})
