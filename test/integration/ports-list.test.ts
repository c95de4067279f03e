import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { makeSubnet, type PortCalls, portCalls, type SubnetJson } from '../support/ports.ts'
import { startTestService, type TestService } from '../support/service.ts'
import { assertRefused } from '../support/subnets.ts'

const GROUPS = ['02b4e8ee-74fa-4a31-802e-5490df11245e', 'f2c5b3fc-b971-4a86-87b9-032586260e3e']

suite('the list of ports', () => {
  let service: TestService
  let hers: PortCalls
  let left: SubnetJson
  let right: SubnetJson
  /** In the order in which they were made: a and b in the left subnet, c and d in the right one. */
  let [a, b, c, d] = ['', '', '', '']
  let macOfA = ''
  before(async () => {
    service = await startTestService()
    const { alice, admin } = service
    hers = portCalls(service, alice)
    const vpc = await service.makeVpc(alice, 'blue')
    left = await makeSubnet(service, alice, vpc, { cidr: '10.0.0.0/24' })
    right = await makeSubnet(service, alice, vpc, { cidr: '10.0.1.0/24', ipv6_enable: true })
    const make = async (network: SubnetJson, port: Record<string, unknown>) => {
      service.clock.advance(1)
      return (await hers.create(network.id, port)).body.port
    }
    ;({ id: a, mac_address: macOfA } = await make(left, { name: 'one', security_groups: GROUPS }))
    ;({ id: b } = await make(left, { name: 'two', admin_state_up: false, security_groups: [GROUPS[1]] }))
    ;({ id: c } = await make(right, { name: 'one', device_owner: 'neutron:VIP_PORT' }))
    ;({ id: d } = await make(right, { fixed_ips: [{ ip_address: '10.0.1.77' }] }))
    await portCalls(service, admin, alice.projectId).update(d, { device_id: 'vm 1', device_owner: 'compute:az1' })
  })
  after(() => service[Symbol.asyncDispose]())

  test('filters by each field, and by all that are given', async () => {
    const v6 = (await hers.show(c)).body.port.fixed_ips[1].ip_address
    const table: readonly (readonly [string, readonly string[]])[] = [
      ['', [a, b, c, d]],
      ['name=one', [a, c]],
      ['name=On', []],
      [`id=${b}`, [b]],
      [`id=${b}&id=${d}&id=${NOBODYS_ID}&id=x`, [b, d]],
      ['id=x', []],
      ['admin_state_up=true', [a, c, d]],
      ['admin_state_up=False', [b]],
      [`network_id=${left.id}`, [a, b]],
      [`network_id=${NOBODYS_ID}`, []],
      ['network_id=x', []],
      [`mac_address=${macOfA.toUpperCase()}`, [a]],
      ['device_id=vm%201', [d]],
      ['device_owner=neutron:VIP_PORT', [c]],
      ['device_owner=compute%3Aaz1', [d]],
      [`tenant_id=${service.alice.projectId}`, [a, b, c, d]],
      [`tenant_id=${service.bob.projectId}`, []],
      ['status=DOWN', [a, b, c, d]],
      ['status=ACTIVE', []],
      ['status=lost', []],
      [`security_groups=${GROUPS[1]}`, [a, b]],
      [`security_groups=${GROUPS[0]}&security_groups=${NOBODYS_ID}`, [a]],
      ['fixed_ips=ip_address=10.0.1.77', [d]],
      ['fixed_ips=ip_address%3D10.0.0.2', [a]],
      [`fixed_ips=ip_address=${v6.toUpperCase()}`, [c]],
      ['fixed_ips=ip_address=10.0.0.2&fixed_ips=ip_address=10.0.1.77', [a, d]],
      ['fixed_ips=ip_address=x', []],
      [`fixed_ips=subnet_id=${right.neutron_subnet_id}`, [c, d]],
      [`fixed_ips=subnet_id=${right.neutron_subnet_id_v6.toUpperCase()}`, [c]],
      [`fixed_ips=subnet_id=${left.neutron_subnet_id}&fixed_ips=ip_address=10.0.1.77`, []],
      ['enable_efi=false', [a, b, c, d]],
      ['enable_efi=true', []],
      ['enterprise_project_id=all_granted_eps', [a, b, c, d]],
      [`name=one&network_id=${right.id}`, [c]],
      ['name=&id=&status=&marker=&fixed_ips=&admin_state_up=&tenant_id=', [a, b, c, d]],
    ]
    for (const [query, expected] of table) assert.deepEqual(await hers.list(`?${query}`), expected, query)
  })

  test('pages go by marker, ascending by id', async () => {
    assert.deepEqual(await hers.list('?limit=3'), [a, b, c])
    assert.deepEqual(await hers.list(`?limit=3&marker=${c}`), [d])
    assert.deepEqual(await hers.list(`?limit=3&marker=${d}`), [])
    assert.deepEqual(await hers.list(`?limit=1&marker=${a}&network_id=${right.id}`), [c])
    assert.deepEqual(await hers.list('?limit=0'), [])
  })

  test('a parameter that cannot be read is 400 VPC.2500', async () => {
    for (const query of ['limit=-1', 'limit=x', 'marker=x', 'admin_state_up=7', 'enable_efi=x', 'fixed_ips=10.0.0.2']) {
      const path = `/v1/${service.alice.projectId}/ports?${query}`
      assertRefused(await service.ask(service.alice, 'GET', path), 400, 'VPC.2500')
    }
  })
})
