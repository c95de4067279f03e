import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { addRoute, peeredVpcs } from '../support/routes.ts'
import { type Answer, logIn, type Person, startTestService, type TestService } from '../support/service.ts'

/** Every published type with its default, in the published order. */
const DEFAULTS = [
  ...[{ vpc: 150 }, { subnet: 400 }, { securityGroup: 100 }, { securityGroupRule: 5000 }, { publicIp: 10 }, { vpn: 5 }],
  ...[{ vpngw: 2 }, { vpcPeer: 50 }, { physicalConnect: 10 }, { virtualInterface: 50 }, { firewall: 200 }],
  ...[{ shareBandwidth: 5 }, { shareBandwidthIP: 20 }, { loadbalancer: 10 }, { listener: 10 }, { flow_log: 10 }],
  ...[{ address_group: 10 }, { vpcContainRoutetable: 10 }, { routetableContainRoutes: 200 }],
].flatMap((each) => Object.entries(each))

suite('the quotas v1', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let admin: Person
  before(async () => {
    service = await startTestService()
    ;({ alice, bob, admin } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const ask = (who: Person, query = '') => service.ask(who, 'GET', `/v1/${who.projectId}/quotas${query}`)
  const set = (who: Person, quotas: unknown) =>
    service.ask(admin, 'PUT', `/causeway/v1/projects/${who.projectId}/quotas`, { quotas })
  const one = async (who: Person, type: string) => {
    const { status, body } = await ask(who, `?type=${type}`)
    assert.deepEqual([status, body.quotas?.resources.length], [200, 1], JSON.stringify(body))
    return body.quotas.resources[0]
  }

  test('every published type is listed with its default, and nothing is used of a fresh project', async () => {
    const resources = DEFAULTS.map(([type, quota]) => ({ type, used: 0, quota, min: 0 }))
    for (const query of ['', '?type=', '?unknown=1']) {
      const { status, body } = await ask(bob, query)
      assert.deepEqual([status, body], [200, { quotas: { resources } }])
    }
    for (const resource of resources) assert.deepEqual(await one(bob, resource.type), resource)
    const signed = await service.askSigned(bob, 'GET', `/v1/${bob.projectId}/quotas?type=vpc`)
    assert.deepEqual([signed.status, signed.body.quotas.resources], [200, resources.slice(0, 1)])
  })

  test('a type that is none, and two at once, are 400 VPC.1207', async () => {
    for (const type of ['VPC', 'vpcs', 'toString', '__proto__', 'vpc,subnet', '%20vpc']) {
      assertRefused(await ask(alice, `?type=${type}`), 400, 'VPC.1207')
    }
    assertRefused(await ask(alice, '?type=vpc&type=subnet'), 400, 'VPC.1207')
  })

  test('what is used is counted: VPCs, peerings of both sides, and a request only by who made it', async () => {
    const used = async (who: Person) => [(await one(who, 'vpc')).used, (await one(who, 'vpcPeer')).used]
    const [a, b] = [await service.makeVpc(alice, 'counted a'), await service.makeVpc(alice, 'counted b')]
    const c = await service.makeVpc(bob, 'counted c')
    const own = await service.ask(alice, 'POST', PEERINGS, peeringBody(a, b, alice.projectId))
    const { id } = await requestPeering(service, alice, a, bob, c)
    assert.deepEqual({ alice: await used(alice), bob: await used(bob) }, { alice: [2, 2], bob: [1, 0] })
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    assert.deepEqual({ alice: await used(alice), bob: await used(bob) }, { alice: [2, 2], bob: [1, 1] })
    await service.restart()
    for (const peering of [id, own.body.peering.id]) await service.ask(alice, 'DELETE', `${PEERINGS}/${peering}`)
    await service.ask(bob, 'DELETE', `/v1/${bob.projectId}/vpcs/${c}`)
    assert.deepEqual({ alice: await used(alice), bob: await used(bob) }, { alice: [2, 0], bob: [0, 0] })
  })

  test('subnets are counted', async () => {
    const vpc_id = await service.makeVpc(bob, 'with subnets')
    const path = `/v1/${bob.projectId}/subnets`
    const create = (n: number) => {
      const subnet = { name: 'one', cidr: `10.0.${n}.0/24`, gateway_ip: `10.0.${n}.1`, vpc_id }
      return service.ask(bob, 'POST', path, { subnet })
    }
    const [first] = [await create(1), await create(2)]
    assert.equal((await one(bob, 'subnet')).used, 2)
    const { id } = first.body.subnet
    assert.equal((await service.ask(bob, 'DELETE', `/v1/${bob.projectId}/vpcs/${vpc_id}/subnets/${id}`)).status, 204)
    assert.equal((await one(bob, 'subnet')).used, 1)
    assert.equal((await one(alice, 'subnet')).used, 0)
  })

  test('a request that time has expired uses nothing, before any sweep has written it down', async () => {
    const [a, c] = [await service.makeVpc(alice, 'overdue a'), await service.makeVpc(bob, 'overdue c')]
    await requestPeering(service, alice, a, bob, c)
    assert.equal((await one(alice, 'vpcPeer')).used, 1)
    service.clock.advance(7 * 24 * 3_600_000)
    // Tokens are over after a day.
    ;[alice, bob, admin] = await Promise.all([
      logIn(service.url, alice),
      logIn(service.url, bob),
      logIn(service.url, admin),
    ])
    assert.equal((await one(alice, 'vpcPeer')).used, 0)
  })

  test("the limits of one VPC's route tables and of one table's routes are the project's own", async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const table = () => service.ask(alice, 'POST', `/v1/${alice.projectId}/routetables`, { routetable: { vpc_id: a } })
    const route = (n: number) => addRoute(service, alice, a, peering, `172.16.${n}.0/24`)
    assert.equal((await set(alice, { vpcContainRoutetable: 2, routetableContainRoutes: 1 })).status, 200)
    assert.deepEqual([(await table()).status, (await route(1)).status], [200, 201])
    const refused = [await table(), await route(2)]
    assert.deepEqual(
      refused.map(({ status, body }) => [status, body.error_code]),
      [
        [409, 'VPC.1210'],
        [409, 'VPC.1525'],
      ],
    )
    await set(alice, { vpcContainRoutetable: 3, routetableContainRoutes: 2 })
    assert.deepEqual([(await table()).status, (await route(2)).status], [200, 201])
    await set(alice, { vpcContainRoutetable: -1, routetableContainRoutes: -1 })
    assert.deepEqual([(await table()).status, (await route(3)).status], [200, 201])
    await set(alice, { vpcContainRoutetable: null, routetableContainRoutes: null })
    assert.equal((await one(alice, 'vpcContainRoutetable')).used, 0)
  })

  test('an admin sets any of them for a project, to -1 for unlimited, and null gives the default back', async () => {
    for (const [index, [type, standard]] of DEFAULTS.entries()) {
      for (const limit of [index, -1, null]) {
        const { status, body } = await set(bob, { [type]: limit })
        assert.equal(status, 200, JSON.stringify(body))
        assert.deepEqual((await one(bob, type)).quota, limit ?? standard)
        assert.deepEqual(body, (await ask(bob)).body)
        assert.deepEqual((await one(alice, type)).quota, standard)
      }
    }
  })
})

/** Fails unless it is a refusal in v1's form, of this status and code. */
function assertRefused({ status, body }: Answer, expected: number, code: string): void {
  assert.deepEqual({ status, code: body?.code }, { status: expected, code }, JSON.stringify(body))
}
