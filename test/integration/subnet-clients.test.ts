/**
 * What the clients that are not driven here send for subnets, call by call, and what each reads in the answers:
 * Ansible's as it was recorded, the Terraform providers' in the order of their source.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

/** Members that the Go SDK of both Terraform providers decodes. */
const FIELDS = [
  ...['id', 'name', 'description', 'cidr', 'gateway_ip', 'dhcp_enable', 'ipv6_enable', 'primary_dns', 'secondary_dns'],
  ...['dnsList', 'availability_zone', 'vpc_id', 'status', 'neutron_network_id', 'neutron_subnet_id', 'scope'],
  ...['extra_dhcp_opts', 'tenant_id', 'created_at', 'updated_at'],
]
const FIELDS_OF_V6 = ['cidr_v6', 'gateway_ip_v6', 'neutron_subnet_id_v6']

suite('what other clients send for subnets is understood', () => {
  let service: TestService
  let alice: Person
  let vpc = ''
  let path = ''
  before(async () => {
    service = await startTestService()
    alice = service.alice
    vpc = await service.makeVpc(alice, 'v1', '192.168.0.0/16')
    path = `/v1/${alice.projectId}/subnets`
  })
  after(() => service[Symbol.asyncDispose]())

  /** A body as it stands on the wire; Go ends it with a newline. */
  async function call(expected: number, method: string, target: string, text?: string): Promise<Answer['body']> {
    const { status, body } = await service.ask(alice, method, target, text)
    assert.equal(status, expected, `${method} ${target}: ${JSON.stringify(body)}`)
    return body
  }

  const nested = (id: string) => `/v1/${alice.projectId}/vpcs/${vpc}/subnets/${id}`

  test('Ansible hwc_vpc_subnet: present, present again, absent', async () => {
    const find = (marker = '') => call(200, 'GET', `${path}?marker=${marker}&limit=10&vpc_id=${vpc}`)
    assert.deepEqual(await find(), { subnets: [] })
    const wanted =
      `{"cidr": "192.168.1.0/24", "dhcp_enable": true, "gateway_ip": "192.168.1.1", "name": "s1", ` +
      `"vpc_id": "${vpc}"}`
    const { subnet } = await call(200, 'POST', path, `{"subnet": ${wanted}}`)
    // It asks until the status is ACTIVE; a list page that is not empty makes it ask for the next one.
    assert.equal((await call(200, 'GET', `${path}/${subnet.id}`)).subnet.status, 'ACTIVE')
    const [found] = (await find()).subnets
    assert.deepEqual(await find(subnet.id), { subnets: [] })
    // Unchanged means: what it wants is what it finds, and what it does not mention is empty or absent.
    for (const [field, value] of Object.entries(JSON.parse(wanted))) assert.deepEqual(found[field], value, field)
    assert.deepEqual([found.dnsList, found.availability_zone], [[], ''])
    await call(204, 'DELETE', nested(subnet.id))
    await call(404, 'GET', `${path}/${subnet.id}`)
    assert.deepEqual(await find(), { subnets: [] })
  })

  test('both Terraform providers: apply, read without drift, change, destroy', async () => {
    const wanted = {
      ...{ name: 'web', cidr: '192.168.2.0/24', vpc_id: vpc, gateway_ip: '192.168.2.1', dhcp_enable: true },
      ...{ primary_dns: '100.125.4.25', secondary_dns: '100.125.129.199' },
    }
    const { subnet } = await call(200, 'POST', path, `${JSON.stringify({ subnet: wanted })}\n`)
    const read = async () => {
      const { subnet: now } = await call(200, 'GET', `${path}/${subnet.id}`)
      assert.equal(now.status, 'ACTIVE')
      assert.deepEqual(Object.keys(now).sort(), [...FIELDS, ...(now.ipv6_enable ? FIELDS_OF_V6 : [])].sort())
      return now
    }
    const created = await read()
    for (const [field, value] of Object.entries(wanted)) assert.deepEqual(created[field], value, field)
    assert.deepEqual(created.dnsList, ['100.125.4.25', '100.125.129.199'])
    assert.equal(created.neutron_network_id, subnet.id)

    const lease = '{"opt_name":"addresstime","opt_value":"24h"},{"opt_name":"ntp","opt_value":"10.100.0.33"}'
    const change = `{"name":"web2","description":"","dhcp_enable":true,"ipv6_enable":true,"extra_dhcp_opts":[${lease}]}`
    const { subnet: changed } = await call(200, 'PUT', nested(subnet.id), `{"subnet":${change}}\n`)
    assert.deepEqual(changed, { id: subnet.id, status: 'ACTIVE' })
    const after = await read()
    assert.deepEqual([after.name, after.ipv6_enable], ['web2', true])
    assert.deepEqual(after.extra_dhcp_opts, JSON.parse(`[${lease}]`))
    const without = '{"name":"web2","extra_dhcp_opts":[{"opt_name":"ntp","opt_value":null}]}'
    await call(200, 'PUT', nested(subnet.id), `{"subnet":${without}}\n`)
    assert.deepEqual((await read()).extra_dhcp_opts, JSON.parse(`[${lease}]`).slice(0, 1))

    await call(200, 'GET', `${path}/${subnet.id}`)
    await call(204, 'DELETE', nested(subnet.id))
    await call(404, 'GET', `${path}/${subnet.id}`)
    await call(404, 'DELETE', nested(subnet.id))
  })
})
