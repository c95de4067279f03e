/** The official Node SDK carries ports through their life, against the real program, by access key. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { refusalOf } from '../support/sdk.ts'
import { type PortFilter, type PortJson, type PortTenant, portTenantOf } from '../support/sdk-ports.ts'
import { readOpenrc } from '../support/service.ts'

const GROUP = '02b4e8ee-74fa-4a31-802e-5490df11245e'

suite('the Node SDK and ports', () => {
  const folder = temporaryFolder()
  let program: Program
  let alice: PortTenant
  let bob: PortTenant

  before(async () => {
    program = await startProgram(folder.path)
    ;[alice, bob] = ['alice', 'bob'].map((name) => portTenantOf(program.url, readOpenrc(folder.path, name))) as [
      PortTenant,
      PortTenant,
    ]
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a port is created, shown, listed, updated and deleted, and its subnet can go only then', async () => {
    const network = await alice.createNetwork('10.0.1.0/24', '10.0.1.1')
    const asked = new v2.CreatePortOption(network.id)
      .withName('virtual ü')
      .withDeviceOwner('neutron:VIP_PORT')
      .withFixedIps([new v2.FixedIp().withSubnetId(network.neutron_subnet_id).withIpAddress('10.0.1.77')])
      .withSecurityGroups([GROUP])
      .withAdminStateUp(true)
      .withAllowedAddressPairs([new v2.AllowedAddressPair('10.0.1.0/24')])
      .withExtraDhcpOpts([new v2.ExtraDhcpOpt().withOptName('51').withOptValue('24h')])
    const { port, ...created } = await alice.createPort(asked)
    assert.equal(created.httpStatusCode, 200)
    assert.deepEqual([port.name, port.device_owner, port.status], ['virtual ü', 'neutron:VIP_PORT', 'DOWN'])
    assert.deepEqual(port.fixed_ips, [{ subnet_id: network.neutron_subnet_id, ip_address: '10.0.1.77' }])
    assert.deepEqual([port.security_groups, port.admin_state_up, port.network_id], [[GROUP], true, network.id])
    assert.deepEqual(port.allowed_address_pairs, [{ ip_address: '10.0.1.0/24' }])
    assert.deepEqual(port.extra_dhcp_opts, [{ opt_name: '51', opt_value: '24h' }])
    assert.match(port.mac_address, /^fa:16:3e:/)
    assert.deepEqual((await alice.showPort(port.id)).port, port)

    const change = new v2.UpdatePortOption().withName('').withSecurityGroups([]).withAllowedAddressPairs([])
    const updated = await alice.updatePort(port.id, change)
    assert.equal(updated.httpStatusCode, 200)
    assert.deepEqual(updated.port, { ...port, name: '', security_groups: [], allowed_address_pairs: [] })

    const held = await refusalOf(network.remove())
    assert.deepEqual([held.httpStatusCode, held.errorCode], [409, 'VPC.0208'])
    assert.equal((await alice.deletePort(port.id)).httpStatusCode, 204)
    const gone = await refusalOf(alice.showPort(port.id))
    assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.2502'])
    assert.equal(gone.errorMsg, `Port ${port.id} could not be found.`)
    assert.equal((await network.remove()).httpStatusCode, 204)
  })

  test('every filter of the list arrives, and pages lead through it', async () => {
    const network = await alice.createNetwork('10.0.2.0/24', '10.0.2.1')
    const made = [
      (await alice.createPort(new v2.CreatePortOption(network.id).withName('a').withSecurityGroups([GROUP]))).port,
      (await alice.createPort(new v2.CreatePortOption(network.id).withName('b').withAdminStateUp(false))).port,
      (await alice.createPort(new v2.CreatePortOption(network.id).withDeviceOwner('neutron:VIP_PORT'))).port,
    ] as const
    const [a, b, c] = made
    const table: readonly (readonly [PortFilter, readonly PortJson[]])[] = [
      [{ networkId: network.id }, made],
      [{ name: 'a' }, [a]],
      [{ id: [a.id, c.id] }, [a, c]],
      [{ adminStateUp: false }, [b]],
      [{ macAddress: b.mac_address }, [b]],
      [{ deviceOwner: 'neutron:VIP_PORT' }, [c]],
      [{ deviceId: 'none' }, []],
      [{ status: 'DOWN' }, made],
      [{ securityGroups: [GROUP] }, [a]],
      [{ fixedIps: ['ip_address=10.0.2.3'] }, [b]],
      [{ fixedIps: [`subnet_id=${network.neutron_subnet_id}`, 'ip_address=10.0.2.4', 'ip_address=10.0.2.2'] }, [a, c]],
      [{ limit: 2 }, [a, b]],
      [{ limit: 2, marker: b.id }, [c]],
    ]
    for (const [filter, expected] of table) {
      assert.deepEqual((await alice.listPorts(filter)).ports, expected, JSON.stringify(filter))
    }
    assert.deepEqual((await bob.listPorts()).ports, [])
  })

  test('a refusal arrives with its status, code and words', async () => {
    const network = await alice.createNetwork('10.0.3.0/28', '10.0.3.1')
    const option = () => new v2.CreatePortOption(network.id)
    const withIp = (address: string) => option().withFixedIps([new v2.FixedIp().withIpAddress(address)])
    const { id } = (await alice.createPort(withIp('10.0.3.9'))).port
    for (let nth = 0; nth < 10; nth += 1) await alice.createPort(option())
    for (const [asked, status, code, words] of [
      [withIp('10.0.3.9'), 409, 'VPC.0701', `IP address 10.0.3.9 is in use by port ${id}`],
      [withIp('10.0.3.15'), 400, 'VPC.2500', '10.0.3.15 is reserved in the subnet'],
      [withIp('10.0.4.1'), 400, 'VPC.2500', '10.0.4.1 lies outside the subnet'],
      [option(), 409, 'VPC.2512', `No more IP addresses available on network ${network.id}`],
    ] as const) {
      const refused = await refusalOf(alice.createPort(asked))
      assert.deepEqual([refused.httpStatusCode, refused.errorCode], [status, code])
      assert.ok(refused.errorMsg.includes(words), refused.errorMsg)
    }
    const foreign = await refusalOf(bob.deletePort(id))
    assert.deepEqual([foreign.httpStatusCode, foreign.errorCode], [404, 'VPC.2502'])
  })
})
