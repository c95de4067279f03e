/** The official Node SDK carries subnets through their life, against the real program, by access key. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { v2 } from '@huaweicloud/huaweicloud-sdk-vpc'
import { type Program, startProgram, temporaryFolder } from '../support/program.ts'
import { refusalOf, type Tenant, tenantOf } from '../support/sdk.ts'
import { type SubnetTenant, subnetTenantOf } from '../support/sdk-subnets.ts'
import { readOpenrc } from '../support/service.ts'

suite('the Node SDK and subnets', () => {
  const folder = temporaryFolder()
  let program: Program
  let alice: Tenant & SubnetTenant
  let bob: SubnetTenant
  let vpc = ''

  before(async () => {
    program = await startProgram(folder.path)
    const key = readOpenrc(folder.path, 'alice')
    alice = { ...tenantOf(program.url, key), ...subnetTenantOf(program.url, key) }
    bob = subnetTenantOf(program.url, readOpenrc(folder.path, 'bob'))
    vpc = (await alice.createVpc('home', '10.0.0.0/16')).vpc.id
  })
  after(async () => {
    await program[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  const option = (name: string, cidr: string, gateway: string) => new v2.CreateSubnetOption(name, cidr, vpc, gateway)

  test('a subnet is created, shown, listed, updated and deleted, and its VPC can go only then', async () => {
    const asked = option('web ü', '10.0.1.0/24', '10.0.1.1')
      .withDescription('front')
      .withIpv6Enable(true)
      .withDhcpEnable(true)
      .withDnsList(['100.125.4.25', '100.125.129.199', '8.8.8.8'])
      .withAvailabilityZone('az1')
      .withExtraDhcpOpts([new v2.ExtraDhcpOption().withOptName('addresstime').withOptValue('24h')])
    const { subnet, ...created } = await alice.createSubnet(asked)
    assert.equal(created.httpStatusCode, 200)
    assert.deepEqual([subnet.name, subnet.cidr, subnet.gateway_ip], ['web ü', '10.0.1.0/24', '10.0.1.1'])
    assert.deepEqual([subnet.status, subnet.vpc_id, subnet.tenant_id], ['ACTIVE', vpc, alice.projectId])
    assert.deepEqual([subnet.primary_dns, subnet.secondary_dns], ['100.125.4.25', '100.125.129.199'])
    assert.deepEqual(subnet.extra_dhcp_opts, [{ opt_name: 'addresstime', opt_value: '24h' }])
    assert.match(String(subnet.cidr_v6), /^fd.*::\/64$/)
    assert.deepEqual((await alice.showSubnet(subnet.id)).subnet, subnet)
    assert.deepEqual((await alice.listSubnets({ vpcId: vpc })).subnets, [subnet])
    assert.deepEqual((await bob.listSubnets()).subnets, [])

    const change = new v2.UpdateSubnetOption('db').withDescription('').withDhcpEnable(false).withPrimaryDns('1.1.1.1')
    const updated = await alice.updateSubnet(vpc, subnet.id, change)
    assert.deepEqual([updated.httpStatusCode, updated.subnet], [200, { id: subnet.id, status: 'ACTIVE' }])
    const changed = { name: 'db', description: '', dhcp_enable: false, primary_dns: '1.1.1.1' }
    const after = (await alice.showSubnet(subnet.id)).subnet
    assert.deepEqual(
      { ...after, updated_at: undefined },
      { ...subnet, ...changed, dnsList: ['1.1.1.1', '100.125.129.199', '8.8.8.8'], updated_at: undefined },
    )

    const held = await refusalOf(alice.deleteVpc(vpc))
    assert.deepEqual([held.httpStatusCode, held.errorCode], [409, 'VPC.0104'])
    assert.equal((await alice.deleteSubnet(vpc, subnet.id)).httpStatusCode, 204)
    const gone = await refusalOf(alice.showSubnet(subnet.id))
    assert.deepEqual([gone.httpStatusCode, gone.errorCode], [404, 'VPC.0202'])
    assert.equal(gone.errorMsg, `Subnet ${subnet.id} could not be found.`)
  })

  test('pages lead through the list to an empty one', async () => {
    const made: string[] = []
    for (const n of [1, 2, 3]) {
      made.push((await alice.createSubnet(option(`s${n}`, `10.0.${n}.0/24`, `10.0.${n}.1`))).subnet.id)
    }
    const seen: string[] = []
    for (let page = await alice.listSubnets({ limit: 2 }); page.subnets.length > 0; ) {
      seen.push(...page.subnets.map(({ id }) => id))
      page = await alice.listSubnets({ limit: 2, marker: seen.at(-1) ?? '' })
    }
    assert.deepEqual(seen, made)
    for (const id of made) await alice.deleteSubnet(vpc, id)
  })

  test('a refusal arrives with its status, code and words', async () => {
    const { id } = (await alice.createSubnet(option('kept', '10.0.9.0/24', '10.0.9.1'))).subnet
    for (const [cidr, gateway, code, words] of [
      ['10.0.9.128/25', '10.0.9.129', 'VPC.0204', `overlaps 10.0.9.0/24 of subnet ${id}`],
      ['10.1.0.0/24', '10.1.0.1', 'VPC.0203', `lies in no CIDR block of VPC ${vpc}`],
      ['10.0.8.0/30', '10.0.8.1', 'VPC.0212', 'smaller than a /28'],
      ['10.0.8.0/24', '10.0.8.0', 'VPC.0201', "'gateway_ip' must be an address of 10.0.8.0/24"],
    ] as const) {
      const refused = await refusalOf(alice.createSubnet(option('x', cidr, gateway)))
      assert.deepEqual([refused.httpStatusCode, refused.errorCode], [400, code])
      assert.ok(refused.errorMsg.includes(words), refused.errorMsg)
    }
    const foreign = await refusalOf(bob.showSubnet(id))
    assert.deepEqual([foreign.httpStatusCode, foreign.errorCode], [404, 'VPC.0202'])
  })
})
