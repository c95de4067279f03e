/** What the routes of the other side refuse to a VPC: the loss of a block that they lead to (P8). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { entry, makeRoute, makeSubnet, makeTable, ROUTES } from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

suite('a block that the other side has a route to', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const setPrimary = (vpc: string, cidr: string) =>
    service.ask(alice, 'PUT', `/v1/${alice.projectId}/vpcs/${vpc}`, { vpc: { cidr } })
  const extend = (verb: 'add' | 'remove', vpc: string, extend_cidrs: readonly string[], dry_run = false) =>
    service.ask(alice, 'PUT', `/v3/${alice.projectId}/vpc/vpcs/${vpc}/${verb}-extend-cidr`, {
      ...{ dry_run, vpc: { extend_cidrs } },
    })
  /** Alice's VPC has 10.1.0.0/16 and two secondary blocks; bob's, which is peered with it, 10.2.0.0/16. */
  async function peered(who = bob) {
    made += 1
    const hers = await service.makeVpc(alice, `hers-${made}`, '10.1.0.0/16')
    const his = await service.makeVpc(who, `his-${made}`, '10.2.0.0/16')
    assert.equal((await extend('add', hers, ['23.8.0.0/16', '23.9.0.0/16'])).status, 200)
    const { id } = await requestPeering(service, alice, hers, who, his)
    if (who !== alice) assert.equal((await service.ask(who, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    return { hers, his, id: id as string }
  }
  /** Refused in the form of v1 or of v3, with nothing but her own block and the peering told, and nothing done. */
  async function assertHeld(call: () => Promise<Answer>, code: string, peering: string, block: string, vpc: string) {
    const stored = dump(service.folder)
    const { status, body } = await call()
    assert.deepEqual([status, body.error_code], [409, code], JSON.stringify(body))
    assert.equal(
      body.error_msg,
      `The other side of vpc peering ${peering} has a route to the CIDR block ${block} of VPC ${vpc}.`,
    )
    assert.deepEqual(dump(service.folder), stored)
  }

  test('cannot be removed, in a dry run neither: 409 VPC.9907 naming the peering; a block beside it can', async () => {
    const { hers, his, id } = await peered()
    const route = await makeRoute(service, bob, his, id, '23.8.7.0/24')
    for (const [blocks, dryRun] of [
      [['23.8.0.0/16'], false],
      [['23.8.0.0/16'], true],
      [['23.9.0.0/16', '23.8.0.0/16'], false],
    ] as const) {
      await assertHeld(() => extend('remove', hers, blocks, dryRun), 'VPC.9907', id, '23.8.0.0/16', hers)
    }
    assert.equal((await extend('remove', hers, ['23.9.0.0/16'])).status, 200)
    assert.equal((await service.ask(bob, 'DELETE', `${ROUTES}/${route.id}`)).status, 204)
    assert.deepEqual((await extend('remove', hers, ['23.8.0.0/16'])).body.vpc.extend_cidrs, [])
  })

  test('cannot leave the VPC by another primary block: 409 VPC.0108; one that keeps the part can', async () => {
    const { hers, his, id } = await peered()
    await makeRoute(service, bob, his, id, '10.1.16.0/20')
    for (const cidr of ['10.3.0.0/16', '10.1.0.0/20', '10.1.16.0/21', '']) {
      await assertHeld(() => setPrimary(hers, cidr), 'VPC.0108', id, '10.1.0.0/16', hers)
    }
    for (const cidr of ['10.0.0.0/8', '10.1.0.0/16', '10.1.16.0/20']) {
      assert.equal((await setPrimary(hers, cidr)).status, 200, cidr)
    }
  })

  test('is held from a custom table too, by a route that is wider, and inside one project', async () => {
    const { hers, his, id } = await peered(alice)
    const { id: table } = await makeTable(service, alice, his, { routes: [entry(id, '0.0.0.0/0', 'a secret')] })
    await assertHeld(() => extend('remove', hers, ['23.9.0.0/16']), 'VPC.9907', id, '23.9.0.0/16', hers)
    await assertHeld(() => setPrimary(hers, '10.1.0.0/17'), 'VPC.0108', id, '10.1.0.0/16', hers)
    const gone = await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/routetables/${table}`)
    assert.equal(gone.status, 204)
    assert.equal((await setPrimary(hers, '10.1.0.0/17')).status, 200)
  })

  test("is held neither by the VPC's own routes, nor by those of the other side to elsewhere", async () => {
    const { hers, his, id } = await peered()
    await makeRoute(service, alice, hers, id, '23.8.0.0/16')
    await makeRoute(service, bob, his, id, '23.9.0.0/16')
    await makeRoute(service, bob, his, id, 'fd00::/8')
    const third = await service.makeVpc(bob, 'third', '10.3.0.0/16')
    const other = await requestPeering(service, bob, third, bob, his)
    await makeRoute(service, bob, his, other.id, '23.8.0.0/16')
    assert.equal((await extend('remove', hers, ['23.8.0.0/16'])).status, 200)
    assert.equal((await setPrimary(hers, '10.9.0.0/16')).status, 200)
  })

  test('is told after the subnet that lies in it, and goes with the peering', async () => {
    const { hers, his, id } = await peered()
    await makeRoute(service, bob, his, id, '23.8.0.0/16')
    const subnet = await makeSubnet(service, alice, hers, '23.8.1.0/24')
    const first = await extend('remove', hers, ['23.8.0.0/16'])
    assert.match(first.body.error_msg, new RegExp(`^Subnet ${subnet} `))
    // No subnet is refused its end: only the VPC's blocks are held.
    const gone = await service.ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${hers}/subnets/${subnet}`)
    assert.equal(gone.status, 204)
    await assertHeld(() => extend('remove', hers, ['23.8.0.0/16']), 'VPC.9907', id, '23.8.0.0/16', hers)
    assert.equal((await service.ask(alice, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.equal((await extend('remove', hers, ['23.8.0.0/16'])).status, 200)
  })
})
