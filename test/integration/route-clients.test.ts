/**
 * What the clients that are not driven here send for routes, call by call, and what each reads in the answers. The
 * Terraform providers' are in the order of their source, Ansible's and the CLI's as they were recorded.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { PEERINGS } from '../support/peerings.ts'
import { makeSubnet, peeredVpcs, ROUTES, tablesOf } from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

/** Members that the Go SDK of both providers decodes of a table, and of an entry in it. */
const TABLE_FIELDS = [
  ...['id', 'name', 'default', 'description', 'vpc_id', 'routes', 'subnets', 'tenant_id', 'created_at', 'updated_at'],
]
const ENTRY_FIELDS = ['type', 'destination', 'nexthop', 'description']
const ROUTE_FIELDS = ['id', 'type', 'nexthop', 'destination', 'vpc_id', 'tenant_id']

interface TableJson {
  readonly id: string
  readonly default: boolean
  readonly routes: readonly Record<string, string>[]
  readonly subnets: readonly { id: string }[]
}

suite('what other clients send for routes is understood', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  /** A body as it stands on the wire; Go ends it with a newline. */
  async function call(expected: number, method: string, path: string, text?: string): Promise<Answer['body']> {
    const { status, body } = await service.ask(alice, method, path, text)
    assert.equal(status, expected, `${method} ${path}: ${JSON.stringify(body)}`)
    return body
  }

  function tableOf(routetable: TableJson): TableJson {
    assert.deepEqual(Object.keys(routetable).sort(), TABLE_FIELDS.toSorted())
    for (const entry of routetable.routes) assert.deepEqual(Object.keys(entry).sort(), ENTRY_FIELDS.toSorted())
    return routetable
  }

  /** Both providers skip the local entries when they read. */
  const own = ({ routes }: TableJson) => routes.filter(({ type }) => type !== 'local')

  test('terraform-provider-huaweicloud, huaweicloud_vpc_route: apply, read, change, plan without drift, destroy', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const { routetables } = await call(200, 'GET', `${tablesOf(alice)}?vpc_id=${a}`)
    const table = routetables.find((each: TableJson) => each.default)
    const path = `${tablesOf(alice)}/${tableOf(table).id}`
    const entry = (description: string) =>
      `{"description":"${description}","destination":"10.2.0.0/16","nexthop":"${peering}","type":"peering"}`
    const put = (action: string, description: string) =>
      call(200, 'PUT', path, `{"routetable":{"routes":{"${action}":[${entry(description)}]}}}\n`)
    const read = async () => own(tableOf((await call(200, 'GET', path)).routetable))

    await put('add', '')
    assert.deepEqual(await read(), [JSON.parse(entry(''))])
    await put('mod', 'to the bakery')
    assert.deepEqual(await read(), [JSON.parse(entry('to the bakery'))])
    await put('del', 'to the bakery')
    assert.deepEqual(await read(), [])
  })

  test('terraform-provider-huaweicloud, huaweicloud_vpc_route_table: five routes at once and the rest after them', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const subnet = await makeSubnet(service, alice, a, '10.0.1.0/24')
    const entry = (third: number) =>
      `{"type":"peering","destination":"172.16.${third}.0/24","nexthop":"${peering}","description":""}`
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => entry(from + index)).join()
    const body = `{"routetable":{"name":"web","description":"d","vpc_id":"${a}","routes":[${entries(0, 5)}]}}\n`
    const { routetable } = await call(200, 'POST', tablesOf(alice), body)
    const path = `${tablesOf(alice)}/${tableOf(routetable).id}`
    await call(200, 'PUT', path, `{"routetable":{"routes":{"add":[${entries(5, 7)}]}}}\n`)
    const action = (verb: string) => `{"routetable":{"subnets":{"${verb}":["${subnet}"]}}}\n`
    tableOf((await call(200, 'POST', `${path}/action`, action('associate'))).routetable)
    const read = tableOf((await call(200, 'GET', path)).routetable)
    assert.deepEqual(own(read), JSON.parse(`[${entries(0, 7)}]`))
    assert.deepEqual(read.subnets, [{ id: subnet }])
    const changes = `"name":"web2","description":"","routes":{"del":[${entry(0)}],"add":[${entry(9)}]}`
    const changed = await call(200, 'PUT', path, `{"routetable":{${changes}}}\n`)
    assert.deepEqual(own(tableOf(changed.routetable)), JSON.parse(`[${entries(1, 7)},${entry(9)}]`))
    await call(200, 'POST', `${path}/action`, action('disassociate'))
    await call(204, 'DELETE', path)
    await call(404, 'GET', path)
  })

  test('its list of tables asks on with the last id as marker until a page is empty', async () => {
    const { a } = await peeredVpcs(service, alice, bob)
    const [{ id }] = (await call(200, 'GET', `${tablesOf(alice)}?limit=1&vpc_id=${a}`)).routetables
    const rest = await call(200, 'GET', `${tablesOf(alice)}?limit=1&marker=${id}&vpc_id=${a}`)
    assert.deepEqual(rest, { routetables: [] })
  })

  test('terraform-provider-opentelekomcloud, opentelekomcloud_vpc_route_v2: 201, read, delete, read until 404', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const body = `{"route":{"destination":"10.2.0.0/16","nexthop":"${peering}","type":"peering","vpc_id":"${a}"}}\n`
    const { route } = await call(201, 'POST', ROUTES, body)
    assert.deepEqual(Object.keys(route).sort(), ROUTE_FIELDS.toSorted())
    assert.deepEqual((await call(200, 'GET', `${ROUTES}/${route.id}`)).route, route)
    const listed = await call(200, 'GET', `${ROUTES}?destination=10.2.0.0%2F16&type=peering&vpc_id=${a}`)
    assert.deepEqual(listed, { routes: [route] })
    await call(200, 'GET', `${ROUTES}/${route.id}`)
    await call(204, 'DELETE', `${ROUTES}/${route.id}`)
    await call(404, 'GET', `${ROUTES}/${route.id}`)
  })

  test('its acceptance test routes a VPC to its own block, and deletes the peering before the route', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const body = `{"route":{"destination":"10.0.0.0/16","nexthop":"${peering}","type":"peering","vpc_id":"${a}"}}\n`
    const { route } = await call(201, 'POST', ROUTES, body)
    await call(204, 'DELETE', `${PEERINGS}/${peering}`)
    await call(404, 'GET', `${ROUTES}/${route.id}`)
    await call(404, 'DELETE', `${ROUTES}/${route.id}`)
  })

  test('terraform-provider-opentelekomcloud, opentelekomcloud_vpc_route_table_v1: create, associate, change, delete', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const subnet = await makeSubnet(service, alice, a, '10.0.1.0/24')
    const entry = `{"type":"peering","destination":"10.2.0.0/16","nexthop":"${peering}","description":"d"}`
    const body = `{"routetable":{"name":"rtb","vpc_id":"${a}","routes":[${entry}]}}\n`
    const { routetable } = await call(200, 'POST', tablesOf(alice), body)
    const path = `${tablesOf(alice)}/${tableOf(routetable).id}`
    await call(200, 'POST', `${path}/action`, `{"routetable":{"subnets":{"associate":["${subnet}"]}}}\n`)
    assert.deepEqual(own(tableOf((await call(200, 'GET', path)).routetable)), [JSON.parse(entry)])
    const del = `{"routetable":{"name":"rtb","routes":{"del":[${entry}]}}}\n`
    assert.deepEqual(own(tableOf((await call(200, 'PUT', path, del)).routetable)), [])
    await call(409, 'DELETE', path)
    await call(200, 'POST', `${path}/action`, `{"routetable":{"subnets":{"disassociate":["${subnet}"]}}}\n`)
    await call(204, 'DELETE', path)
  })

  test('Ansible hwc_vpc_route: present, present again, absent', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const list = (marker: string) =>
      call(200, 'GET', `${ROUTES}?marker=${marker}&limit=10&type=peering&destination=192.168.0.0/16&vpc_id=${a}`)
    assert.deepEqual(await list(''), { routes: [] })
    const members = `"destination": "192.168.0.0/16", "nexthop": "${peering}", "type": "peering", "vpc_id": "${a}"`
    const { route } = await call(201, 'POST', ROUTES, `{"route": {${members}}}`)
    assert.deepEqual(await list(''), { routes: [route] })
    assert.deepEqual(await list(route.id), { routes: [] })
    await call(204, 'DELETE', `${ROUTES}/${route.id}`)
    assert.deepEqual(await list(''), { routes: [] })
  })

  test('openstack vpc route: add, list, show, delete', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const members = `"nexthop": "${peering}", "destination": "10.2.0.0/16", "type": "peering", "vpc_id": "${a}"`
    const { route } = await call(201, 'POST', ROUTES, `{"route": {${members}}}`)
    assert.deepEqual(await call(200, 'GET', `${ROUTES}?vpc_id=${a}`), { routes: [route] })
    assert.deepEqual(await call(200, 'GET', `${ROUTES}/${route.id}`), { route })
    // As with peerings it asks for whatever it was given as for an id first.
    await call(404, 'GET', `${ROUTES}/a-name`)
    await call(204, 'DELETE', `${ROUTES}/${route.id}`)
  })
})
