import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { NOBODYS_ID } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'
import { assertRefused, type SubnetCalls, subnetCalls } from '../support/subnets.ts'

const START = Date.UTC(2026, 2, 4, 5, 6, 7, 890)
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

suite('the subnet API v1', () => {
  let service: TestService
  let alice: Person
  let hers: SubnetCalls
  let his: SubnetCalls
  /** Alice's VPC, 10.0.0.0/16; and another of hers, and one of bob's, with the same block. */
  let [vpc, other, foreign] = ['', '', '']
  before(async () => {
    service = await startTestService({ startAt: START })
    alice = service.alice
    ;[hers, his] = [subnetCalls(service, alice), subnetCalls(service, service.bob)]
    vpc = await service.makeVpc(alice, 'blue')
    other = await service.makeVpc(alice, 'green')
    foreign = await service.makeVpc(service.bob, 'red')
  })
  after(() => service[Symbol.asyncDispose]())

  test('create, show, list, update, delete: every field, with 200 and 204', async () => {
    const given = {
      ...{ name: 'web ü', description: 'd', cidr: '10.0.0.0/24', gateway_ip: '10.0.0.1', dhcp_enable: false },
      ...{ availability_zone: 'eu-de-01', dnsList: ['100.125.4.25', '100.125.129.199', '8.8.8.8'] },
      extra_dhcp_opts: [
        { opt_name: 'ntp', opt_value: '10.0.0.2,10.0.0.3' },
        { opt_name: 'addresstime', opt_value: '24h' },
        { opt_name: 'domainname', opt_value: null },
      ],
    }
    const created = await hers.create(vpc, { ...given, tags: ['env*test'], extra: 1 })
    const { id, neutron_subnet_id } = created.body.subnet
    const subnet = {
      ...{ ...given, id, vpc_id: vpc, status: 'ACTIVE', ipv6_enable: false, neutron_network_id: id, neutron_subnet_id },
      ...{ primary_dns: '100.125.4.25', secondary_dns: '100.125.129.199', scope: 'center', tenant_id: alice.projectId },
      extra_dhcp_opts: given.extra_dhcp_opts.slice(0, 2),
      ...{ created_at: '2026-03-04T05:06:07', updated_at: '2026-03-04T05:06:07' },
    }
    assert.deepEqual([created.status, created.body], [200, { subnet }])
    assert.match(neutron_subnet_id, UUID)
    assert.notEqual(neutron_subnet_id, id)
    assert.deepEqual((await hers.show(id)).body, { subnet })
    assert.deepEqual((await hers.show(id.toUpperCase())).body, { subnet })
    const listed = await service.ask(alice, 'GET', `/v1/${alice.projectId}/subnets`)
    assert.deepEqual([listed.status, listed.body], [200, { subnets: [subnet] }])
    service.clock.advance(1000)
    const changes = { name: 'db', description: '', dhcp_enable: true, primary_dns: '1.1.1.1' }
    const opts = [
      { opt_name: 'ntp', opt_value: null },
      { opt_name: 'domainname', opt_value: 'corp.example' },
    ]
    const fixed = { cidr: '10.0.9.0/24', gateway_ip: '10.0.9.1', availability_zone: 'x', id: NOBODYS_ID }
    const updated = await hers.update(vpc, id, { ...fixed, ...changes, extra_dhcp_opts: opts })
    assert.deepEqual([updated.status, updated.body], [200, { subnet: { id, status: 'ACTIVE' } }])
    await service.restart()
    const changed = {
      ...{ ...subnet, ...changes, dnsList: ['1.1.1.1', '100.125.129.199', '8.8.8.8'] },
      extra_dhcp_opts: [given.extra_dhcp_opts[1], opts[1]],
      updated_at: '2026-03-04T05:06:08',
    }
    assert.deepEqual((await hers.show(id)).body, { subnet: changed })
    const removed = await hers.remove(vpc, id)
    assert.deepEqual([removed.status, removed.body], [204, undefined])
    for (const answer of [await hers.show(id), await hers.remove(vpc, id), await hers.update(vpc, id, { name: 'x' })]) {
      assertRefused(answer, 404, 'VPC.0202', `Subnet ${id} could not be found.`)
    }
    assert.deepEqual(await hers.list(), [])
  })

  test('what is left out at a create has its default, and at an update stays', async () => {
    const { body } = await hers.create(vpc, {})
    const { id, ...made } = body.subnet
    const { description, dhcp_enable, ipv6_enable, primary_dns, secondary_dns, dnsList, availability_zone } = made
    assert.deepEqual([description, dhcp_enable, ipv6_enable], ['', true, false])
    assert.deepEqual([primary_dns, secondary_dns, dnsList, availability_zone], ['', '', [], ''])
    assert.deepEqual(made.extra_dhcp_opts, [])
    for (const member of ['cidr_v6', 'gateway_ip_v6', 'neutron_subnet_id_v6']) assert.ok(!(member in made), member)
    for (const change of [
      { description: 'd' },
      { dhcp_enable: false },
      { secondary_dns: '1.1.1.1' },
      { dnsList: ['2.2.2.2', '3.3.3.3', 'fd00::53'] },
      { extra_dhcp_opts: [{ opt_name: 'addresstime', opt_value: '-1' }] },
      { name: 'n' },
    ]) {
      const before = (await hers.show(id)).body.subnet
      await hers.update(vpc, id, { name: before.name, ...change })
      const list: readonly string[] = change.dnsList ?? (change.secondary_dns ? ['1.1.1.1'] : before.dnsList)
      const dns = { primary_dns: list[0] ?? '', secondary_dns: list[1] ?? '', dnsList: list }
      assert.deepEqual((await hers.show(id)).body.subnet, { ...before, ...change, ...dns })
    }
    await hers.remove(vpc, id)
  })

  test("with IPv6 a subnet has a /64 of its VPC's own /48, and a gateway and an id for it", async () => {
    const first = (await hers.create(vpc, { cidr: '10.0.0.0/24', ipv6_enable: true })).body.subnet
    const plain = (await hers.create(vpc, { cidr: '10.0.1.0/24' })).body.subnet
    const second = (await hers.create(vpc, { cidr: '10.0.2.0/24', ipv6_enable: true })).body.subnet
    assert.match(first.cidr_v6, /^fd[0-9a-f]{2}:[0-9a-f:]+::\/64$/)
    const own = first.cidr_v6.replace('::/64', '')
    assert.deepEqual([first.ipv6_enable, first.gateway_ip_v6], [true, `${own}::1`])
    assert.deepEqual([second.cidr_v6, second.gateway_ip_v6], [`${own}:1::/64`, `${own}:1::1`])
    const ids = [first, second].flatMap((each) => [each.id, each.neutron_subnet_id, each.neutron_subnet_id_v6])
    assert.equal(new Set(ids).size, 6)
    for (const id of ids) assert.match(id, UUID)
    // The same VPC's block after a restart, and the lowest /64 that is free; another VPC has another block.
    await hers.remove(vpc, first.id)
    await service.restart()
    const again = (await hers.create(vpc, { cidr: '10.0.3.0/24', ipv6_enable: true })).body.subnet
    assert.equal(again.cidr_v6, first.cidr_v6)
    const elsewhere = (await hers.create(other, { ipv6_enable: true })).body.subnet
    assert.notEqual(elsewhere.cidr_v6, first.cidr_v6)
    // It can be switched on later, and not off.
    assert.equal((await hers.update(vpc, plain.id, { name: 'v6', ipv6_enable: true })).status, 200)
    const dual = (await hers.show(plain.id)).body.subnet
    assert.deepEqual([dual.ipv6_enable, dual.cidr_v6, dual.gateway_ip_v6], [true, `${own}:2::/64`, `${own}:2::1`])
    assert.equal((await hers.update(vpc, plain.id, { name: 'again', ipv6_enable: true })).status, 200)
    assertRefused(await hers.update(vpc, plain.id, { name: 'off', ipv6_enable: false }), 400, 'VPC.0201')
    assert.deepEqual((await hers.show(plain.id)).body.subnet, { ...dual, name: 'again' })
    for (const { id } of [plain, second, again]) await hers.remove(vpc, id)
    await hers.remove(other, elsewhere.id)
  })

  test('the list ascends, filters by VPC and scope, pages by marker, and shows nobody else', async () => {
    const made: string[] = []
    for (const [index, where] of [vpc, vpc, other, vpc, other].entries()) {
      service.clock.advance(1)
      made.push((await hers.create(where, { cidr: `10.0.${index}.0/24` })).body.subnet.id)
    }
    const [s1, s2, s3, s4, s5] = made
    const bobs = (await his.create(foreign, {})).body.subnet.id
    const table = [
      ['', made],
      ['?limit=&marker=&vpc_id=&scope=', made],
      ['?marker=&limit=10', made],
      ['?limit=2', [s1, s2]],
      [`?limit=2&marker=${s2}`, [s3, s4]],
      [`?marker=${s5}&limit=10`, []],
      [`?marker=${NOBODYS_ID}`, made],
      ['?limit=0', []],
      ['?limit=5000&name=ignored&page_reverse=x', made],
      [`?vpc_id=${vpc}`, [s1, s2, s4]],
      [`?vpc_id=${other}&limit=1`, [s3]],
      [`?vpc_id=${other}&marker=${s3}`, [s5]],
      [`?vpc_id=${foreign}`, []],
      [`?vpc_id=${NOBODYS_ID}`, []],
      ['?vpc_id=blue', []],
      ['?scope=center', made],
      ['?scope=edge', []],
    ] as const
    for (const [query, ids] of table) assert.deepEqual(await hers.list(query), ids, query)
    assert.deepEqual(await his.list(), [bobs])
    for (const query of ['?limit=-1', '?limit=ten', '?marker=blue', '?limit=1&limit=2']) {
      assertRefused(await service.ask(alice, 'GET', `/v1/${alice.projectId}/subnets${query}`), 400, 'VPC.0201')
    }
    for (const id of made) await hers.remove((await hers.show(id)).body.subnet.vpc_id, id)
    await his.remove(foreign, bobs)
  })

  test('of twenty overlapping creates at once exactly one is done, and the rest are told its id', async () => {
    const blocks = ['10.0.0.0/24', '10.0.0.0/25', '10.0.0.0/20', '10.0.0.0/28']
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => hers.create(vpc, { cidr: blocks[index % 4], ipv6_enable: true })),
    )
    const won = answers.filter(({ status }) => status === 200)
    assert.equal(won.length, 1)
    const { id, cidr } = won[0]?.body.subnet ?? {}
    for (const lost of answers.filter((each) => each !== won[0])) {
      assertRefused(lost, 400, 'VPC.0204')
      assert.ok(lost.body.message.endsWith(`overlaps ${cidr} of subnet ${id}.`), lost.body.message)
    }
    assert.deepEqual(await hers.list(), [id])
    await hers.remove(vpc, id)
  })

  test('dual-stack subnets that are made at once get a /64 each', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => hers.create(vpc, { cidr: `10.0.${index}.0/24`, ipv6_enable: true })),
    )
    const blocks = made.map(({ body }) => body.subnet.cidr_v6)
    assert.equal(new Set(blocks).size, 20)
    for (const { body } of made) await hers.remove(vpc, body.subnet.id)
  })

  test('more than the quota is 409 VPC.0202, `used` is a recount, and a delete makes room', async () => {
    const path = `/causeway/v1/projects/${alice.projectId}/quotas`
    const quota = async (limit: number | null) =>
      (await service.ask(service.admin, 'PUT', path, { quotas: { subnet: limit } })).body.quotas.resources.find(
        ({ type }: { type: string }) => type === 'subnet',
      )
    await quota(2)
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) => hers.create(vpc, { cidr: `10.0.${index}.0/24` })),
    )
    const done = made.filter(({ status }) => status === 200).map(({ body }) => body.subnet.id)
    assert.equal(done.length, 2)
    for (const each of made.filter(({ status }) => status !== 200)) {
      assertRefused(each, 409, 'VPC.0202', "Quota exceeded for resources: ['subnet'].")
    }
    await hers.remove(vpc, done[0])
    const again = await hers.create(vpc, { cidr: '10.0.9.0/24' })
    assert.equal(again.status, 200)
    assert.deepEqual(await quota(null), { type: 'subnet', used: 2, quota: 400, min: 0 })
    for (const id of [done[1], again.body.subnet.id]) await hers.remove(vpc, id)
    assert.equal((await quota(null)).used, 0)
  })
})
