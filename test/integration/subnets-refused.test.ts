/** What the subnet API refuses, each with its code, and what the subnets of a VPC refuse to it. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { NOBODYS_ID, requestPeering } from '../support/peerings.ts'
import { type Person, send, startTestService, type TestService } from '../support/service.ts'
import { assertRefused, type SubnetCalls, subnetCalls } from '../support/subnets.ts'

suite('what is refused', () => {
  let service: TestService
  let alice: Person
  let hers: SubnetCalls
  let his: SubnetCalls
  /** Alice's VPC with the blocks 10.0.0.0/16 and 23.8.0.0/24 and the subnet 10.0.0.0/24; and bob's, with a subnet. */
  let [vpc, kept, foreign, bobs] = ['', '', '', '']
  before(async () => {
    service = await startTestService()
    alice = service.alice
    ;[hers, his] = [subnetCalls(service, alice), subnetCalls(service, service.bob)]
    vpc = await service.makeVpc(alice, 'blue')
    foreign = await service.makeVpc(service.bob, 'red')
    const path = `/v3/${alice.projectId}/vpc/vpcs/${vpc}/add-extend-cidr`
    await service.ask(alice, 'PUT', path, { vpc: { extend_cidrs: ['23.8.0.0/24'] } })
    kept = (await hers.create(vpc, { cidr: '10.0.0.0/24', dnsList: ['1.1.1.1', '2.2.2.2'] })).body.subnet.id
    bobs = (await his.create(foreign, {})).body.subnet.id
  })
  after(() => service[Symbol.asyncDispose]())

  test('a bad parameter is 400 VPC.0201, at a create and at an update, and changes nothing', async () => {
    const both = [
      ...[{ name: '' }, { name: 'x'.repeat(65) }, { name: 'a\nb' }, { name: 7 }, { name: null }, { name: undefined }],
      ...[{ description: 'x'.repeat(256) }, { description: 'a<b' }, { description: null }, { dhcp_enable: 'true' }],
      ...[
        { ipv6_enable: 1 },
        { primary_dns: 'x' },
        { primary_dns: 7 },
        { secondary_dns: '1.2.3' },
        { dnsList: '1.1.1.1' },
      ],
      ...[
        { dnsList: ['x'] },
        { dnsList: [7] },
        { dnsList: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5', '1.1.1.6'] },
      ],
      ...[{ extra_dhcp_opts: {} }, { extra_dhcp_opts: [7] }, { extra_dhcp_opts: [{ opt_value: '1.1.1.1' }] }],
      ...[{ extra_dhcp_opts: [{ opt_name: 'router', opt_value: 'x' }] }],
      ...[
        { extra_dhcp_opts: [{ opt_name: 'ntp', opt_value: 'x' }] },
        { extra_dhcp_opts: [{ opt_name: 'ntp', opt_value: 7 }] },
      ],
    ]
    const created = [
      ...[
        { cidr: 7 },
        { cidr: null },
        { gateway_ip: undefined },
        { gateway_ip: 7 },
        { gateway_ip: 'x' },
        { gateway_ip: '' },
      ],
      ...[
        { gateway_ip: '10.0.1.0' },
        { gateway_ip: '10.0.1.255' },
        { gateway_ip: '10.0.2.1' },
        { gateway_ip: '10.0.0.255' },
      ],
      ...[{ vpc_id: undefined }, { vpc_id: 7 }, { vpc_id: null }, { availability_zone: 'x'.repeat(65) }],
      ...[{ availability_zone: 7 }, { tags: 'x' }, { tags: [''] }, { tags: [7] }],
    ]
    const before = dump(service.folder)
    for (const change of [...both, ...created]) {
      assertRefused(await hers.create(vpc, { cidr: '10.0.1.0/24', gateway_ip: '10.0.1.1', ...change }), 400, 'VPC.0201')
    }
    for (const change of both) assertRefused(await hers.update(vpc, kept, { name: 'n', ...change }), 400, 'VPC.0201')
    assert.deepEqual(dump(service.folder), before)
  })

  test('a body that is no envelope is 400 VPC.0201', async () => {
    const [create, update] = [`/v1/${alice.projectId}/subnets`, `/v1/${alice.projectId}/vpcs/${vpc}/subnets/${kept}`]
    for (const text of ['', '{', '[]', '{}', '{"subnet":null}', '{"subnet":[]}', '{"subnet":{},"subnet":{}}']) {
      for (const [method, path] of [['POST', create] as const, ['PUT', update] as const]) {
        assertRefused(await send(service.url, method, path, text, { 'x-auth-token': alice.token }), 400, 'VPC.0201')
      }
    }
  })

  test('each block that cannot be a subnet has the code of its reason', async () => {
    const table = [
      ...['10.0.1.0', '10.0.1.0/24/24', '10.0.1.0/33', '10.0.1', 'fd00::/64', 'x', ''].map((each) => [
        each,
        'VPC.0212',
      ]),
      ...['10.0.1.1/24', '10.0.1.0/29', '10.0.1.0/32'].map((each) => [each, 'VPC.0212']),
      ...['10.1.0.0/24', '10.0.0.0/15', '192.168.0.0/24', '23.8.0.0/23', '23.8.1.0/24'].map((each) => [
        each,
        'VPC.0203',
      ]),
      ...['10.0.0.0/24', '10.0.0.0/16', '10.0.0.128/25', '10.0.0.240/28'].map((each) => [each, 'VPC.0204']),
    ]
    const before = dump(service.folder)
    for (const [cidr = '', code = ''] of table) {
      // A gateway inside what is a block at all, so that it is the block that is refused.
      const gateway_ip = cidr.replace(/\d+\/\d+$/, '').concat(cidr.endsWith('0.240/28') ? '241' : '129')
      assertRefused(await hers.create(vpc, { cidr, gateway_ip }), 400, code)
    }
    assert.deepEqual(dump(service.folder), before)
    const overlap = await hers.create(vpc, { cidr: '10.0.0.0/20' })
    assert.equal(overlap.body.message, `The CIDR block 10.0.0.0/20 overlaps 10.0.0.0/24 of subnet ${kept}.`)
  })

  test('the secondary block takes subnets too, and the smallest is a /28', async () => {
    for (const cidr of ['23.8.0.0/25', '23.8.0.240/28', '10.0.255.240/28']) {
      const { status, body } = await hers.create(vpc, { cidr })
      assert.deepEqual([status, body.subnet?.cidr], [200, cidr])
      assert.equal((await hers.remove(vpc, body.subnet.id)).status, 204)
    }
  })

  test("a VPC that is not there, is no id, or is somebody else's is the same 404 on a create", async () => {
    for (const id of [NOBODYS_ID, 'blue', '', foreign]) {
      assertRefused(await hers.create(id, {}), 404, 'VPC.0105', `VPC ${id} could not be found.`)
    }
  })

  test("an unknown id, a malformed one and somebody else's are the same 404 VPC.0202 on every call", async () => {
    for (const id of [NOBODYS_ID, bobs, 'blue', `${kept}0`]) {
      const where = id === bobs ? foreign : vpc
      for (const answer of [
        await hers.show(id),
        await hers.update(where, id, { name: 'x' }),
        await hers.remove(where, id),
      ]) {
        assertRefused(answer, 404, 'VPC.0202', `Subnet ${id} could not be found.`)
      }
    }
    assert.equal((await his.show(bobs)).status, 200)
  })

  test('below another VPC than its own a subnet is 400 VPC.0207, and stays as it is', async () => {
    const other = await service.makeVpc(alice, 'green')
    const before = (await hers.show(kept)).body
    for (const id of [other, foreign, NOBODYS_ID, 'blue']) {
      assertRefused(await hers.update(id, kept, { name: 'x' }), 400, 'VPC.0207')
      assertRefused(await hers.remove(id, kept), 400, 'VPC.0207')
    }
    assert.deepEqual((await hers.show(kept)).body, before)
  })

  test("another's project in the path is 400 VPC.0007, and an admin acts in whichever it names", async () => {
    const path = `/v1/${service.bob.projectId}/subnets`
    assertRefused(await service.ask(alice, 'GET', path), 400, 'VPC.0007')
    assertRefused(await service.askSigned(alice, 'GET', path), 400, 'VPC.0007')
    const { body } = await service.ask(service.admin, 'GET', path)
    assert.deepEqual(body.subnets, [(await his.show(bobs)).body.subnet])
  })
})

suite('what the subnets of a VPC refuse to it', () => {
  let service: TestService
  let alice: Person
  let hers: SubnetCalls
  before(async () => {
    service = await startTestService()
    alice = service.alice
    hers = subnetCalls(service, alice)
  })
  after(() => service[Symbol.asyncDispose]())

  const vpcPath = (id: string) => `/v1/${alice.projectId}/vpcs/${id}`
  const resize = (id: string, cidr: string) => service.ask(alice, 'PUT', vpcPath(id), { vpc: { cidr } })
  const extend = (id: string, verb: 'add' | 'remove', cidrs: readonly string[], dry_run = false) => {
    const path = `/v3/${alice.projectId}/vpc/vpcs/${id}/${verb}-extend-cidr`
    return service.ask(alice, 'PUT', path, { dry_run, vpc: { extend_cidrs: cidrs } })
  }

  test('a primary block that leaves a subnet outside is 400 VPC.0117, whichever way it moves', async () => {
    const vpc = await service.makeVpc(alice, 'resized', '10.0.0.0/16')
    const { id } = (await hers.create(vpc, { cidr: '10.0.128.0/24' })).body.subnet
    for (const cidr of ['10.0.128.0/17', '10.0.128.0/24', '10.0.0.0/8', '10.0.128.0/20', '10.0.0.0/16']) {
      assert.equal((await resize(vpc, cidr)).status, 200, cidr)
    }
    for (const cidr of ['10.0.0.0/17', '10.1.0.0/16', '192.168.0.0/16', '10.0.129.0/24', '']) {
      const answer = await resize(vpc, cidr)
      const message = `Subnet ${id} (10.0.128.0/24) would lie in no CIDR block of VPC ${vpc}.`
      assertRefused(answer, 400, 'VPC.0117', message)
    }
    assert.equal((await service.ask(alice, 'GET', vpcPath(vpc))).body.vpc.cidr, '10.0.0.0/16')
    await hers.remove(vpc, id)
    assert.equal((await resize(vpc, '192.168.0.0/16')).status, 200)
  })

  test('a subnet in a secondary block does not mind the primary one, and holds its own: 409', async () => {
    const vpc = await service.makeVpc(alice, 'extended', '10.0.0.0/16')
    await extend(vpc, 'add', ['23.8.0.0/16', '23.9.0.0/16'])
    const { id } = (await hers.create(vpc, { cidr: '23.8.1.0/24' })).body.subnet
    assert.equal((await resize(vpc, '192.168.0.0/16')).status, 200)
    for (const [cidrs, dryRun] of [
      [['23.8.0.0/16'], false],
      [['23.8.0.0/16'], true],
      [['23.9.0.0/16', '23.8.0.0/16'], false],
    ] as const) {
      const { status, body } = await extend(vpc, 'remove', cidrs, dryRun)
      assert.deepEqual([status, body.error_code], [409, 'VPC.9907'])
      assert.equal(body.error_msg, `Subnet ${id} (23.8.1.0/24) would lie in no CIDR block of VPC ${vpc}.`)
    }
    assert.equal((await extend(vpc, 'remove', ['23.9.0.0/16'])).status, 200)
    await hers.remove(vpc, id)
    assert.equal((await extend(vpc, 'remove', ['23.8.0.0/16'])).status, 200)
  })

  test('a VPC with subnets cannot be deleted: 409 VPC.0104, naming one, and its waiting peerings stay', async () => {
    const vpc = await service.makeVpc(alice, 'full')
    const [first, second] = [
      (await hers.create(vpc, { cidr: '10.0.0.0/24' })).body.subnet.id,
      (await hers.create(vpc, { cidr: '10.0.1.0/24' })).body.subnet.id,
    ]
    const from = await service.makeVpc(service.bob, 'asks')
    const peering = await requestPeering(service, service.bob, from, alice, vpc)
    const message = (id: string) => `VPC ${vpc} contains subnets, such as ${id}; delete them first.`
    assertRefused(await service.ask(alice, 'DELETE', vpcPath(vpc)), 409, 'VPC.0104', message(first))
    await hers.remove(vpc, first)
    assertRefused(await service.ask(alice, 'DELETE', vpcPath(vpc)), 409, 'VPC.0104', message(second))
    const shown = await service.ask(alice, 'GET', `/v2.0/vpc/peerings/${peering.id}`)
    assert.equal(shown.body.peering.status, 'PENDING_ACCEPTANCE')
    await hers.remove(vpc, second)
    assert.equal((await service.ask(alice, 'DELETE', vpcPath(vpc))).status, 204)
  })

  test('a delete of a VPC and a create of a subnet in it at once: never a subnet without its VPC', async () => {
    for (let round = 0; round < 10; round += 1) {
      const vpc = await service.makeVpc(alice, `raced-${round}`)
      const [created, deleted] = await Promise.all([hers.create(vpc, {}), service.ask(alice, 'DELETE', vpcPath(vpc))])
      if (created.status === 200) {
        assertRefused(deleted, 409, 'VPC.0104')
        assert.equal((await hers.remove(vpc, created.body.subnet.id)).status, 204)
      } else {
        assertRefused(created, 404, 'VPC.0105')
        assert.equal(deleted.status, 204)
      }
    }
    assert.deepEqual(await hers.list(), [])
  })

  test('a resize of a VPC and a create of a subnet at once: the subnet has a place, or is not there', async () => {
    for (let round = 0; round < 10; round += 1) {
      const vpc = await service.makeVpc(alice, `moved-${round}`, '10.0.0.0/16')
      const [created, resized] = await Promise.all([hers.create(vpc, {}), resize(vpc, '192.168.0.0/16')])
      if (created.status === 200) assertRefused(resized, 400, 'VPC.0117')
      else {
        assertRefused(created, 400, 'VPC.0203')
        assert.equal(resized.status, 200)
      }
    }
  })
})
