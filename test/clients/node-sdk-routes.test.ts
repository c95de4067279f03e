/** The official Node SDK routes two peered VPCs, against the real program, by access key. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { refusalOf, type Tenant, tenantOf } from '../support/sdk.ts'
import { type EntryJson, type RouteTableJson, type RouteTenant, routeTenantOf } from '../support/sdk-routes.ts'
import { type SubnetTenant, subnetTenantOf } from '../support/sdk-subnets.ts'
import { readOpenrc } from '../support/service.ts'

suite('the Node SDK and routes', () => {
  const folder = temporaryFolder()
  let program: Program
  let alice: Tenant & SubnetTenant & RouteTenant
  let bob: Tenant & RouteTenant
  let made = 0

  before(async () => {
    program = await startProgram(folder.path)
    const [hers, his] = [readOpenrc(folder.path, 'alice'), readOpenrc(folder.path, 'bob')]
    alice = {
      ...{ ...tenantOf(program.url, hers), ...subnetTenantOf(program.url, hers) },
      ...routeTenantOf(program.url, hers),
    }
    bob = { ...tenantOf(program.url, his), ...routeTenantOf(program.url, his) }
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function peered() {
    made += 1
    const a = (await alice.createVpc(`orchard-${made}`, '10.1.0.0/16')).vpc.id
    const b = (await bob.createVpc(`bakery-${made}`, '10.2.0.0/16')).vpc.id
    const { peering } = await alice.createPeering('apples', a, { vpc: b, project: bob.projectId })
    await bob.acceptPeering(peering.id)
    return { a, b, peering: peering.id }
  }

  /** What somebody made, without the local routes, as the Terraform providers look at a table. */
  const own = ({ routes }: RouteTableJson): readonly EntryJson[] => routes.filter(({ type }) => type !== 'local')
  const entry = (peering: string, destination: string, description = '') =>
    new v2.RouteTableRoute('peering', destination, peering).withDescription(description)

  test('a route is created, shown, listed and deleted, on each side of the peering', async () => {
    const { a, b, peering } = await peered()
    for (const [tenant, vpc, destination] of [
      [alice, a, '10.2.0.0/16'],
      [bob, b, '10.1.0.0/16'],
    ] as const) {
      const { route, httpStatusCode } = await tenant.createRoute(vpc, peering, destination)
      assert.equal(httpStatusCode, 201)
      assert.deepEqual(route, {
        ...{ id: route.id, type: 'peering', nexthop: peering, destination },
        ...{ vpc_id: vpc, tenant_id: tenant.projectId },
      })
      assert.deepEqual((await tenant.showRoute(route.id)).route, route)
      assert.deepEqual((await tenant.listRoutes({ vpcId: vpc })).routes, [route])
      assert.deepEqual((await tenant.listRoutes({ destination, vpcId: vpc, limit: 1 })).routes, [route])
      assert.deepEqual((await tenant.listRoutes({ vpcId: vpc, limit: 1, marker: route.id })).routes, [])
      assert.equal((await tenant.deleteRoute(route.id)).httpStatusCode, 204)
      const gone = await refusalOf(tenant.showRoute(route.id))
      assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.1521'])
      assert.equal(gone.errorMsg, `Route ${route.id} could not be found`)
    }
  })

  test('a route table is created with routes, shown, listed, updated and deleted', async () => {
    const { a, peering } = await peered()
    const option = new v2.CreateRouteTableReq(a)
      .withName('web ü')
      .withDescription('front')
      .withRoutes([entry(peering, '10.2.0.0/16', 'all of it')])
    const { routetable: table, httpStatusCode } = await alice.createTable(option)
    assert.equal(httpStatusCode, 200)
    assert.deepEqual([table.name, table.description, table.default, table.vpc_id], ['web ü', 'front', false, a])
    assert.deepEqual([table.tenant_id, table.subnets], [alice.projectId, []])
    assert.deepEqual(own(table), [{ ...entryJson(peering, '10.2.0.0/16', 'all of it') }])
    assert.deepEqual((await alice.showTable(table.id)).routetable, table)
    const [main, listed, ...none] = (await alice.listTables({ vpcId: a })).routetables
    assert.deepEqual([main?.default, listed, none], [true, table, []])

    const actions = new v2.RouteTableRouteAction()
      .withAdd([new v2.AddRouteTableRoute('peering', 'FD01:0::/32', peering)])
      .withMod([new v2.ModRouteTableRoute('peering', '10.2.0.0/16', peering).withDescription('changed')])
    const change = new v2.UpdateRouteTableReq().withName('web').withDescription('').withRoutes(actions)
    const { routetable: changed } = await alice.updateTable(table.id, change)
    assert.deepEqual([changed.name, changed.description], ['web', ''])
    assert.deepEqual(own(changed), [entryJson(peering, '10.2.0.0/16', 'changed'), entryJson(peering, 'fd01::/32')])
    const fewer = new v2.RouteTableRouteAction().withDel([new v2.DelRouteTableRoute('10.2.0.0/16')])
    const left = (await alice.updateTable(table.id, new v2.UpdateRouteTableReq().withRoutes(fewer))).routetable
    assert.deepEqual(own(left), [entryJson(peering, 'fd01::/32')])

    assert.equal((await alice.deleteTable(table.id)).httpStatusCode, 204)
    const gone = await refusalOf(alice.showTable(table.id))
    assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.1208'])
  })

  test('subnets are associated and disassociated, and a table with one cannot go', async () => {
    const { a } = await peered()
    const option = new v2.CreateSubnetOption('s', '10.1.1.0/24', a, '10.1.1.1')
    const { id: subnet } = (await alice.createSubnet(option)).subnet
    const { id } = (await alice.createTable(new v2.CreateRouteTableReq(a).withName('web'))).routetable
    assert.deepEqual((await alice.associate(id, [subnet])).routetable.subnets, [{ id: subnet }])
    assert.deepEqual(
      (await alice.listTables({ subnetId: subnet })).routetables.map((table) => table.id),
      [id],
    )
    const held = await refusalOf(alice.deleteTable(id))
    assert.deepEqual([held.httpStatusCode, held.errorCode], [409, 'VPC.1209'])
    assert.deepEqual((await alice.disassociate(id, [subnet])).routetable.subnets, [])
    const [main] = (await alice.listTables({ subnetId: subnet })).routetables
    assert.deepEqual([main?.default, main?.subnets], [true, [{ id: subnet }]])
    assert.ok(main?.routes.some((route) => route.type === 'local' && route.destination === '10.1.1.0/24'))
    assert.equal((await alice.deleteTable(id)).httpStatusCode, 204)
  })

  test('both views show one route, and a deleted peering takes its routes along on both sides', async () => {
    const { a, b, peering } = await peered()
    const [main] = (await alice.listTables({ vpcId: a })).routetables
    const add = new v2.RouteTableRouteAction().withAdd([new v2.AddRouteTableRoute('peering', '10.2.0.0/16', peering)])
    await alice.updateTable(String(main?.id), new v2.UpdateRouteTableReq().withRoutes(add))
    const [route] = (await alice.listRoutes({ vpcId: a })).routes
    assert.equal(route?.destination, '10.2.0.0/16')
    await bob.createRoute(b, peering, '10.1.0.0/16')
    await bob.deletePeering(peering)
    assert.deepEqual((await alice.listRoutes({ vpcId: a })).routes, [])
    assert.deepEqual((await bob.listRoutes({ vpcId: b })).routes, [])
    assert.deepEqual(own((await alice.showTable(String(main?.id))).routetable), [])
    assert.equal((await alice.deleteVpc(a)).httpStatusCode, 204)
  })

  test('a refusal arrives with its status, code and words, in both views', async () => {
    const { a, peering } = await peered()
    await alice.createRoute(a, peering, '10.2.0.0/16')
    for (const [call, status, code, words] of [
      [() => alice.createRoute(a, peering, '10.2.0.0/16'), 409, 'VPC.1524', 'a route to 10.2.0.0/16 already'],
      [() => alice.createRoute(a, peering, '10.2.0.1/16'), 400, 'VPC.1502', 'has host bits set'],
      [() => alice.createRoute(a, peering, '10.3.0.0/16', 'vpn'), 400, 'VPC.1502', "must be 'peering'"],
      [() => alice.createRoute(a, peering, '127.0.0.0/8'), 400, 'VPC.1523', 'lies in the local route 127.0.0.0/8'],
      [() => bob.createRoute(a, peering, '10.3.0.0/16'), 404, 'VPC.1504', `VPC ${a} could not be found`],
    ] as const) {
      const refused = await refusalOf(call())
      assert.deepEqual([refused.httpStatusCode, refused.errorCode], [status, code])
      assert.ok(refused.errorMsg.includes(words), refused.errorMsg)
    }
    const option = new v2.CreateRouteTableReq(a).withRoutes([entry(peering, '100.64.0.0/10')])
    const refused = await refusalOf(alice.createTable(option))
    assert.deepEqual([refused.httpStatusCode, refused.errorCode], [400, 'VPC.1212'])
  })
})

function entryJson(nexthop: string, destination: string, description = ''): EntryJson {
  return { type: 'peering', destination, nexthop, description }
}
