/** What routes refuse to subnets: a subnet that would cut one off from its peering (P8). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { makeRoute, makeTable, peeredVpcs } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'
import { assertRefused, type SubnetCalls, subnetCalls } from '../support/subnets.ts'

suite('a route that was there first', () => {
  let service: TestService
  let alice: Person
  let hers: SubnetCalls
  before(async () => {
    service = await startTestService()
    alice = service.alice
    hers = subnetCalls(service, alice)
  })
  after(() => service[Symbol.asyncDispose]())

  test('refuses a subnet around its destination, 409 VPC.0210 naming the peering, and no other subnet', async () => {
    const { a, peering } = await peeredVpcs(service, alice, service.bob)
    await makeRoute(service, alice, a, peering, '10.0.16.0/20')
    const before = dump(service.folder)
    for (const cidr of ['10.0.16.0/20', '10.0.0.0/19', '10.0.0.0/16']) {
      const refused = await hers.create(a, { cidr })
      assertRefused(refused, 409, 'VPC.0210')
      assert.match(refused.body.message, new RegExp(`route to 10\\.0\\.16\\.0/20 .* by peering ${peering}\\.$`))
    }
    assert.deepEqual(dump(service.folder), before)
    // What lies inside the destination is more specific, and what lies beside it is no matter of the route's.
    for (const cidr of ['10.0.16.0/24', '10.0.32.0/20', '10.0.0.0/20']) {
      assert.equal((await hers.create(a, { cidr })).status, 200, cidr)
    }
    await service.ask(alice, 'DELETE', `/v2.0/vpc/peerings/${peering}`)
    assert.equal((await hers.create(a, { cidr: '10.0.64.0/20' })).status, 200)
  })

  test('goes with its peering, and with it the refusal', async () => {
    const { a, peering } = await peeredVpcs(service, alice, service.bob)
    await makeRoute(service, alice, a, peering, '10.0.1.0/24')
    assertRefused(await hers.create(a, { cidr: '10.0.0.0/20' }), 409, 'VPC.0210')
    await service.ask(service.bob, 'DELETE', `/v2.0/vpc/peerings/${peering}`)
    assert.equal((await hers.create(a, { cidr: '10.0.0.0/20' })).status, 200)
  })

  test('refuses from a custom table too, and is no matter of another VPC', async () => {
    const { a, peering } = await peeredVpcs(service, alice, service.bob)
    const { id } = await makeTable(service, alice, a, {
      routes: [{ type: 'peering', destination: '10.0.1.7/32', nexthop: peering }],
    })
    const refused = await hers.create(a, { cidr: '10.0.1.0/24' })
    assertRefused(refused, 409, 'VPC.0210')
    assert.match(refused.body.message, new RegExp(`in route table ${id}, by peering ${peering}\\.$`))
    const other = await service.makeVpc(alice, 'unpeered')
    assert.equal((await hers.create(other, { cidr: '10.0.1.0/24' })).status, 200)
  })

  test('refuses the IPv6 of a subnet, at its creation and when it is switched on later', async () => {
    const { a, peering } = await peeredVpcs(service, alice, service.bob)
    const first = (await hers.create(a, { cidr: '10.0.0.0/24', ipv6_enable: true })).body.subnet
    await hers.remove(a, first.id)
    const plain = (await hers.create(a, { cidr: '10.0.1.0/24' })).body.subnet
    await makeRoute(service, alice, a, peering, first.cidr_v6)
    const create = await hers.create(a, { cidr: '10.0.2.0/24', ipv6_enable: true })
    const update = await hers.update(a, plain.id, { name: 'dual', ipv6_enable: true })
    for (const refused of [create, update]) {
      assertRefused(refused, 409, 'VPC.0210')
      assert.ok(refused.body.message.includes(first.cidr_v6), refused.body.message)
    }
    assert.deepEqual((await hers.show(plain.id)).body.subnet, plain)
    assert.equal((await hers.create(a, { cidr: '10.0.2.0/24' })).status, 200)
    assert.equal((await hers.update(a, plain.id, { name: 'still IPv4 alone' })).status, 200)
  })

  test('and a subnet around it, raced, never both stand', async () => {
    const { a, peering } = await peeredVpcs(service, alice, service.bob)
    for (let round = 0; round < 10; round += 1) {
      const destination = `10.0.${round}.7/32`
      const route = { type: 'peering', nexthop: peering, destination, vpc_id: a }
      const [subnet, made] = await Promise.all([
        hers.create(a, { cidr: `10.0.${round}.0/24` }),
        service.ask(alice, 'POST', '/v2.0/vpc/routes', { route }),
      ])
      assert.deepEqual([subnet.status, made.status].sort(), subnet.status === 200 ? [200, 400] : [201, 409])
    }
  })
})
