/** Which addresses ports get: no two the same, none that is reserved, all that there are, and freed ones again. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { parseAddress, spellAddress } from '../../src/rules/address.ts'
import { addressesIn, makeSubnet, type PortCalls, portCalls, type SubnetJson } from '../support/ports.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'
import { assertRefused, subnetCalls } from '../support/subnets.ts'

/** Addresses of a /64. */
const HOSTS = 1n << 64n

suite('the addresses of ports', () => {
  let service: TestService
  let alice: Person
  let hers: PortCalls
  let vpc = ''
  let made = 0
  before(async () => {
    service = await startTestService()
    alice = service.alice
    hers = portCalls(service, alice)
    vpc = await service.makeVpc(alice, 'blue')
  })
  after(() => service[Symbol.asyncDispose]())

  /** A subnet of its own for each test. */
  function fresh(prefix: number, more: { ipv6_enable?: boolean; host?: number } = {}): Promise<SubnetJson> {
    const { host = 1, ...subnet } = more
    const third = ++made
    return makeSubnet(service, alice, vpc, {
      ...{ ...subnet, cidr: `10.0.${third}.0/${prefix}`, gateway_ip: `10.0.${third}.${host}` },
    })
  }
  const at = ({ cidr }: SubnetJson, host: number) => cidr.replace(/\d+\/\d+$/, String(host))
  const wish = (ip_address: string) => ({ fixed_ips: [{ ip_address }] })

  test('100 creates at once in one /24 give 100 addresses and 100 MACs, all different', async () => {
    const subnet = await fresh(24, { ipv6_enable: true })
    const answers = await Promise.all(Array.from({ length: 100 }, () => hers.create(subnet.id)))
    for (const { status, body } of answers) assert.equal(status, 200, JSON.stringify(body))
    const [v4, v6] = [0, 1].map((family) => answers.map((answer) => addressesIn(answer)[family]))
    assert.deepEqual(new Set(v4), new Set(Array.from({ length: 100 }, (_, index) => at(subnet, index + 2))))
    assert.equal(new Set(v6).size, 100)
    assert.equal(new Set(answers.map(({ body }) => body.port.mac_address)).size, 100)
  })

  test('of 20 creates at once for one address one is done, and the others are told by which port', async () => {
    const subnet = await fresh(24)
    const answers = await Promise.all(Array.from({ length: 20 }, () => hers.create(subnet.id, wish(at(subnet, 50)))))
    const [winner, ...more] = answers.filter(({ status }) => status === 200)
    assert.ok(winner && more.length === 0)
    const text = `IP address ${at(subnet, 50)} is in use by port ${winner.body.port.id}.`
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assertRefused(answer, 409, 'VPC.0701', text)
    }
  })

  test('a /28 gives exactly its eleven, then refuses; what is deleted is given again', async () => {
    const subnet = await fresh(28)
    const answers = await Promise.all(Array.from({ length: 30 }, () => hers.create(subnet.id)))
    const done = answers.filter(({ status }) => status === 200)
    assert.deepEqual(new Set(done.flatMap(addressesIn)), new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(addressAt)))
    assert.equal(done.length, 11)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assertRefused(answer, 409, 'VPC.2512', `No more IP addresses available on network ${subnet.id}.`)
    }
    const gone = done.find((answer) => addressesIn(answer)[0] === addressAt(7))
    await hers.remove(gone?.body.port.id)
    assert.deepEqual(addressesIn(await hers.create(subnet.id)), [addressAt(7)])
    assertRefused(await hers.create(subnet.id), 409, 'VPC.2512')

    function addressAt(host: number): string {
      return at(subnet, host)
    }
  })

  test('a gateway in the middle, or at the end, is given to nobody, and nothing else is lost for it', async () => {
    for (const [host, expected] of [
      [5, [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]] as const,
      [12, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]] as const,
      [14, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]] as const,
    ]) {
      const subnet = await fresh(28, { host })
      const got: string[] = []
      for (const _ of expected) got.push(...addressesIn(await hers.create(subnet.id)))
      assert.deepEqual(
        got,
        expected.map((each) => at(subnet, each)),
      )
      assertRefused(await hers.create(subnet.id), 409, 'VPC.2512')
    }
  })

  test('an address that is asked for must lie in the subnet, be free, and be none of the reserved', async () => {
    const subnet = await fresh(24)
    for (const host of [0, 1, 253, 254, 255]) {
      const answer = await hers.create(subnet.id, wish(at(subnet, host)))
      assertRefused(answer, 400, 'VPC.2500')
      assert.match(answer.body.message, /is reserved in the subnet/)
    }
    const outside = ['10.0.200.9', 'fd00::9', 'x', '', '10.0.0.9/24']
    for (const ip_address of outside) assertRefused(await hers.create(subnet.id, wish(ip_address)), 400, 'VPC.2500')
    const elsewhere = { fixed_ips: [{ subnet_id: (await fresh(24)).neutron_subnet_id }] }
    assertRefused(await hers.create(subnet.id, elsewhere), 400, 'VPC.2500')
    assertRefused(await hers.create(subnet.id, { fixed_ips: [{}, {}] }), 400, 'VPC.2500')
    assert.deepEqual(await hers.list(`?network_id=${subnet.id}`), [])
    assert.deepEqual(addressesIn(await hers.create(subnet.id, wish(at(subnet, 252)))), [at(subnet, 252)])
  })

  test('with IPv6 a port has an address of each family, or those that it asks for', async () => {
    const subnet = await fresh(24, { ipv6_enable: true })
    const base = parseAddress(String(subnet.cidr_v6).replace('/64', '')) ?? assert.fail('no IPv6')
    const v6 = (host: bigint) => spellAddress(base + host)
    const { body } = await hers.create(subnet.id, { fixed_ips: [] })
    assert.deepEqual(body.port.fixed_ips, [
      { subnet_id: subnet.neutron_subnet_id, ip_address: at(subnet, 2) },
      { subnet_id: subnet.neutron_subnet_id_v6, ip_address: v6(2n) },
    ])
    const table = [
      [[{ subnet_id: subnet.neutron_subnet_id_v6 }], [v6(3n)]],
      [[{ subnet_id: subnet.id }], [at(subnet, 3)]],
      [[{ ip_address: v6(0xbeefn).toUpperCase() }], [v6(0xbeefn)]],
      [
        [{ ip_address: v6(4n) }, { subnet_id: subnet.neutron_subnet_id.toUpperCase() }],
        [at(subnet, 4), v6(4n)],
      ],
    ] as const
    for (const [fixed_ips, expected] of table) {
      assert.deepEqual(addressesIn(await hers.create(subnet.id, { fixed_ips })), expected)
    }
    assertRefused(await hers.create(subnet.id, wish(v6(0xbeefn))), 409, 'VPC.0701')
    for (const host of [0n, 1n, HOSTS - 3n, HOSTS - 1n, HOSTS]) {
      assertRefused(await hers.create(subnet.id, wish(v6(host))), 400, 'VPC.2500')
    }
    assert.deepEqual(addressesIn(await hers.create(subnet.id, wish(v6(HOSTS - 4n)))), [v6(HOSTS - 4n)])
  })

  test('IPv6 that is switched on later is for the ports that come then', async () => {
    const subnet = await fresh(24)
    const early = (await hers.create(subnet.id)).body.port.id
    await subnetCalls(service, alice).update(vpc, subnet.id, { name: 's', ipv6_enable: true })
    assert.equal(addressesIn(await hers.show(early)).length, 1)
    assert.equal(addressesIn(await hers.create(subnet.id)).length, 2)
  })

  test('any sequence of creates and deletes gives what a plain set gives', async () => {
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant('any' as const) }),
      fc.record({ kind: fc.constant('this' as const), host: fc.nat({ max: 16 }) }),
      fc.record({ kind: fc.constant('delete' as const), nth: fc.nat() }),
    )
    const usable = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30, size: 'max' }), async (steps) => {
        const subnet = await fresh(28, { host: 4 })
        const taken = new Map<number, string>()
        for (const step of steps) {
          const free = usable.filter((host) => !taken.has(host))
          if (step.kind === 'delete') {
            const [host, id] = [...taken][step.nth % Math.max(1, taken.size)] ?? []
            if (host === undefined || id === undefined) continue
            assert.equal((await hers.remove(id)).status, 204)
            taken.delete(host)
            continue
          }
          const asked = step.kind === 'this' ? step.host : free[0]
          const answer = await hers.create(subnet.id, step.kind === 'this' ? wish(at(subnet, step.host)) : {})
          if (asked === undefined || taken.has(asked)) assert.equal(answer.status, 409)
          else if (!usable.includes(asked)) assert.equal(answer.status, 400)
          else {
            assert.deepEqual(addressesIn(answer), [at(subnet, asked)])
            taken.set(asked, answer.body.port.id)
          }
        }
        assert.equal((await hers.list(`?network_id=${subnet.id}`)).length, taken.size)
      }),
      { numRuns: 25 },
    )
  })
})
