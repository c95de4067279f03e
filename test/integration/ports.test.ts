import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { addressesIn, makeSubnet, type PortCalls, portCalls, type SubnetJson } from '../support/ports.ts'
import { type Person, send, startTestService, type TestService } from '../support/service.ts'
import { assertRefused, subnetCalls } from '../support/subnets.ts'

const GROUP = '02b4e8ee-74fa-4a31-802e-5490df11245e'

suite('the port API v1', () => {
  let service: TestService
  let alice: Person
  let hers: PortCalls
  let his: PortCalls
  /** The admin in alice's project. */
  let operator: PortCalls
  let vpc = ''
  let subnet: SubnetJson
  before(async () => {
    service = await startTestService()
    alice = service.alice
    hers = portCalls(service, alice)
    his = portCalls(service, service.bob)
    operator = portCalls(service, service.admin, alice.projectId)
    vpc = await service.makeVpc(alice, 'blue')
    subnet = await makeSubnet(service, alice, vpc, { cidr: '10.0.0.0/24' })
  })
  after(() => service[Symbol.asyncDispose]())

  test('create, show, list, update, delete: every field, with 200 and 204', async () => {
    const given = {
      ...{ name: 'web ü', admin_state_up: false, device_owner: 'neutron:VIP_PORT', security_groups: [GROUP] },
      allowed_address_pairs: [
        { ip_address: '1.1.1.1/0' },
        { ip_address: '10.0.0.9', mac_address: 'fa:16:3e:d7:f2:6c' },
      ],
      extra_dhcp_opts: [{ opt_name: '51', opt_value: '24h' }],
      fixed_ips: [{ subnet_id: subnet.neutron_subnet_id, ip_address: '10.0.0.38' }],
    }
    const created = await hers.create(subnet.id, {
      ...{ ...given, tenant_id: alice.projectId, mac_address: 'fa:16:3e:00:00:00', status: 'ACTIVE', extra: 1 },
    })
    const { id, mac_address } = created.body.port
    const port = {
      ...{ id, ...given, network_id: subnet.id, mac_address, device_id: '', tenant_id: alice.projectId },
      ...{ status: 'DOWN', 'binding:vnic_type': 'normal', 'binding:vif_details': {}, 'binding:profile': {} },
      ...{ port_security_enabled: true, dns_name: '', dns_assignment: [], instance_id: '', instance_type: '' },
      ...{ zone_id: '', enable_efi: false, ipv6_bandwidth_id: '' },
    }
    assert.deepEqual([created.status, created.body], [200, { port }])
    assert.match(mac_address, /^fa:16:3e(:[0-9a-f]{2}){3}$/)
    assert.notEqual(mac_address, 'fa:16:3e:00:00:00', 'a MAC is not to be chosen')
    assert.deepEqual((await hers.show(id)).body, { port })
    assert.deepEqual((await hers.show(id.toUpperCase())).body, { port })
    const listed = await service.ask(alice, 'GET', `/v1/${alice.projectId}/ports`)
    assert.deepEqual([listed.status, listed.body], [200, { ports: [port] }])
    const changes = {
      ...{ name: '', security_groups: [], allowed_address_pairs: [], extra_dhcp_opts: [] },
    }
    const fixed = { network_id: NOBODYS_ID, fixed_ips: [], admin_state_up: true, mac_address: 'x', id: NOBODYS_ID }
    const updated = await hers.update(id, { ...changes, ...fixed })
    assert.deepEqual([updated.status, updated.body], [200, { port: { ...port, ...changes } }])
    await service.restart()
    assert.deepEqual((await hers.show(id)).body, updated.body)
    const removed = await hers.remove(id)
    assert.deepEqual([removed.status, removed.body], [204, undefined])
    for (const answer of [await hers.show(id), await hers.remove(id), await hers.update(id, { name: 'x' })]) {
      assertRefused(answer, 404, 'VPC.2502', `Port ${id} could not be found.`)
    }
    assert.deepEqual(await hers.list(), [])
  })

  test('what is left out at a create has its default, and at an update stays', async () => {
    const { body } = await hers.create(subnet.id)
    const { id, name, admin_state_up, device_owner, security_groups, allowed_address_pairs, extra_dhcp_opts } =
      body.port
    assert.deepEqual([name, admin_state_up, device_owner], ['', true, ''])
    assert.deepEqual([security_groups, allowed_address_pairs, extra_dhcp_opts], [[], [], []])
    for (const [field, value] of [
      ['name', 'n'] as const,
      ['security_groups', [GROUP]] as const,
      ['allowed_address_pairs', [{ ip_address: '10.0.0.9' }]] as const,
      ['extra_dhcp_opts', [{ opt_name: '51', opt_value: '-1h' }]] as const,
    ]) {
      const before = (await hers.show(id)).body.port
      assert.deepEqual((await hers.update(id, { [field]: value })).body.port, { ...before, [field]: value })
    }
    await hers.remove(id)
  })

  test('a bad parameter is 400 VPC.2500, at a create and at an update, and changes nothing', async () => {
    const { body } = await hers.create(subnet.id, { name: 'kept' })
    const { id } = body.port
    const bad = [
      { name: 'x'.repeat(256) },
      { name: 'a\nb' },
      { name: 7 },
      { security_groups: ['x'] },
      { security_groups: 'x' },
      { allowed_address_pairs: [{ ip_address: '0.0.0.0/0' }] },
      { allowed_address_pairs: [{}] },
      { allowed_address_pairs: [{ ip_address: '10.0.0.9', mac_address: 'x' }] },
      { extra_dhcp_opts: [{ opt_name: '51', opt_value: '0h' }] },
      { extra_dhcp_opts: [{ opt_name: '6', opt_value: '1h' }] },
    ]
    for (const port of bad) {
      assertRefused(await hers.create(subnet.id, port), 400, 'VPC.2500')
      assertRefused(await hers.update(id, port), 400, 'VPC.2500')
    }
    for (const port of [{ admin_state_up: 'true' }, { tenant_id: service.bob.projectId }, { fixed_ips: {} }]) {
      assertRefused(await hers.create(subnet.id, port), 400, 'VPC.2500')
    }
    for (const port of [{}, { admin_state_up: true }]) assertRefused(await hers.update(id, port), 400, 'VPC.2500')
    for (const text of ['', '[]', '{}', '{"port":null}', '{"port":{}}']) {
      const path = `/v1/${alice.projectId}/ports`
      assertRefused(await send(service.url, 'POST', path, text, { 'x-auth-token': alice.token }), 400, 'VPC.2500')
    }
    assert.deepEqual((await hers.show(id)).body, body)
    await hers.remove(id)
  })

  test('a network that is not there, or not of the project, is 404; and so is a port', async () => {
    for (const network of [NOBODYS_ID, 'x', subnet.neutron_subnet_id]) {
      assertRefused(await hers.create(network), 404, 'VPC.0202')
    }
    assertRefused(await his.create(subnet.id), 404, 'VPC.0202')
    const { id } = (await hers.create(subnet.id)).body.port
    for (const unknown of [NOBODYS_ID, 'x', '%20']) assertRefused(await hers.show(unknown), 404, 'VPC.2502')
    for (const answer of [await his.show(id), await his.update(id, { name: 'x' }), await his.remove(id)]) {
      assertRefused(answer, 404, 'VPC.2502', `Port ${id} could not be found.`)
    }
    assert.deepEqual(await his.list(), [])
    await hers.remove(id)
  })

  test('only an admin attaches a workload, and is told its host; what is attached is not deleted', async () => {
    const attachments = [
      ...[{ device_id: 'vm-1' }, { device_owner: 'compute:az1' }, { 'binding:host_id': 'host-1' }],
      { 'binding:profile': { a: 1 } },
    ]
    const { id } = (await hers.create(subnet.id)).body.port
    for (const attachment of attachments) {
      assertRefused(await hers.create(subnet.id, attachment), 403, 'VPC.2201')
      assertRefused(await hers.update(id, attachment), 403, 'VPC.2201')
    }
    assert.equal((await hers.create(subnet.id, { device_id: '', 'binding:profile': {} })).status, 200)
    const attached = await operator.update(id, Object.assign({}, ...attachments))
    assert.equal(attached.status, 200, JSON.stringify(attached.body))
    const { device_id, device_owner, tenant_id } = attached.body.port
    assert.deepEqual([device_id, device_owner, tenant_id], ['vm-1', 'compute:az1', alice.projectId])
    assert.equal(attached.body.port['binding:host_id'], 'host-1')
    const shown = (await hers.show(id)).body.port
    assert.deepEqual([shown.device_id, shown['binding:profile'], 'binding:host_id' in shown], ['vm-1', { a: 1 }, false])

    assertRefused(await hers.update(id, { device_owner: '' }), 403, 'VPC.2201')
    assertRefused(await hers.remove(id), 400, 'VPC.2500', `Port ${id}'s device_id is not empty.`)
    await operator.update(id, { device_id: '' })
    assertRefused(await hers.remove(id), 400, 'VPC.2500', `Port ${id} belongs to compute:az1.`)
    assert.deepEqual((await operator.show(id)).body.port['binding:profile'], { a: 1 })
    await operator.update(id, { device_owner: '' })
    assert.equal((await hers.remove(id)).status, 204)

    const made = await operator.create(subnet.id, Object.assign({}, ...attachments))
    assert.deepEqual([made.status, made.body.port['binding:host_id']], [200, 'host-1'])
  })

  test('a subnet with a port is not deleted, with 409 and never 400', async () => {
    const other = await makeSubnet(service, alice, vpc, { cidr: '10.0.7.0/24' })
    const port = await hers.create(other.id)
    const { id } = port.body.port
    const calls = subnetCalls(service, alice)
    const refusal = `Subnet ${other.id} is used by port ${id}; delete its ports first.`
    assertRefused(await calls.remove(vpc, other.id), 409, 'VPC.0208', refusal)
    assert.deepEqual(addressesIn(await hers.show(id)), ['10.0.7.2'])
    await hers.remove(id)
    assert.equal((await calls.remove(vpc, other.id)).status, 204)
  })
})
