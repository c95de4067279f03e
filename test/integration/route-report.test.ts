/** What the routes of both sides come to, and what each tenant is told of it. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { makeRoute, makeSubnet, makeTable } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

suite('the report of routes', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  /** Alice's 10.1.0.0/16 with a subnet, bob's 10.2.0.0/16 with a subnet, and their ACTIVE peering. */
  async function peered() {
    made += 1
    const a = await service.makeVpc(alice, `a-${made}`, '10.1.0.0/16')
    const b = await service.makeVpc(bob, `b-${made}`, '10.2.0.0/16')
    await makeSubnet(service, alice, a, '10.1.1.0/24')
    await makeSubnet(service, bob, b, '10.2.1.0/24')
    const { id } = await requestPeering(service, alice, a, bob, b)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    return { a, b, id: id as string }
  }
  async function report(who: Person, id: string) {
    const { status, body } = await service.ask(who, 'GET', `/causeway/v1/peerings/${id}/routes`)
    assert.equal(status, 200, JSON.stringify(body))
    const { requester, accepter } = body.peering_routes
    return { hers: short(requester), his: short(accepter) }
  }
  // biome-ignore lint/suspicious/noExplicitAny: a side as it was answered.
  const short = ({ routed, routes }: any) => [
    routed,
    // biome-ignore lint/suspicious/noExplicitAny: likewise.
    routes?.map((route: any) => [route.destination, route.state, ...(route.shadowed_by ? [route.shadowed_by] : [])]),
  ]

  test('step by step: nothing, a missing return, and a way there and back', async () => {
    const { a, b, id } = await peered()
    assert.deepEqual(await report(alice, id), { hers: [false, []], his: [false, undefined] })
    await makeRoute(service, alice, a, id, '10.2.0.0/16')
    const hers = [true, [['10.2.0.0/16', 'missing_return']]]
    assert.deepEqual(await report(alice, id), { hers, his: [false, undefined] })
    await makeRoute(service, bob, b, id, '10.1.1.0/24')
    assert.deepEqual(await report(alice, id), { hers: [true, [['10.2.0.0/16', 'present']]], his: [true, undefined] })
    assert.deepEqual(await report(bob, id), { hers: [true, undefined], his: [true, [['10.1.1.0/24', 'present']]] })
    assert.deepEqual(await report(service.admin, id), {
      hers: [true, [['10.2.0.0/16', 'present']]],
      his: [true, [['10.1.1.0/24', 'present']]],
    })
  })

  test('routes that lead nowhere, or are taken elsewhere, are told apart, in custom tables too', async () => {
    const { a, b, id } = await peered()
    await makeRoute(service, bob, b, id, '10.1.0.0/16')
    await makeRoute(service, alice, a, id, '10.9.0.0/16')
    await makeRoute(service, alice, a, id, '10.2.9.0/24')
    const other = await service.makeVpc(alice, `other-${made}`, '10.2.0.0/16')
    const { id: second } = await requestPeering(service, alice, a, alice, other)
    const routes = [
      { type: 'peering', destination: '10.2.0.0/16', nexthop: id, description: '' },
      { type: 'peering', destination: '10.2.1.0/25', nexthop: second, description: '' },
    ]
    await makeTable(service, alice, a, { routes })
    assert.deepEqual((await report(alice, id)).hers, [
      true,
      [
        ['10.9.0.0/16', 'orphan'],
        ['10.2.9.0/24', 'unreachable'],
        ['10.2.0.0/16', 'shadowed', '10.2.1.0/25'],
      ],
    ])
  })

  test('of a peering that waits there is nothing to tell, and to a stranger it does not exist', async () => {
    const [a, b] = [await service.makeVpc(alice, 'waits-a'), await service.makeVpc(bob, 'waits-b')]
    const { id } = await requestPeering(service, alice, a, bob, b)
    assert.deepEqual(await report(alice, id), { hers: [false, []], his: [false, undefined] })
    const eve = await service.eve()
    for (const [who, one] of [
      [eve, id],
      [alice, NOBODYS_ID],
      [alice, 'a name'],
    ] as const) {
      assert.equal((await service.ask(who, 'GET', `/causeway/v1/peerings/${one}/routes`)).status, 404)
    }
  })
})
