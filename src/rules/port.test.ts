import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { spellAddress } from './address.ts'
import type { PortId, ProjectId, RouteTableId, SubnetId, VpcId } from './ids.ts'
import * as rules from './port.ts'
import { Refusal } from './refusal.ts'
import type { Subnet } from './subnet.ts'

const SUBNET: Subnet = {
  ...{ id: '00000000-0000-7000-8000-000000000001' as SubnetId, neutronSubnetId: 'four', neutronSubnetIdV6: 'six' },
  ...{ vpcId: 'v' as VpcId, projectId: 'p' as ProjectId, routeTableId: 't' as RouteTableId, name: '', description: '' },
  ...{ cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1', v6: { cidr: 'fd00::/64', gatewayIp: 'fd00::1' }, dhcpEnable: true },
  ...{ dnsList: [], availabilityZone: '', extraDhcpOpts: [], tags: [], createdAt: 1, updatedAt: 1 },
}
const IPV4_ONLY: Subnet = { ...SUBNET, v6: undefined }

suite('what a port is to get', () => {
  type Wish = Partial<rules.AddressWish>
  const demanded = (subnet: Subnet, ...wishes: readonly Wish[]): string[] =>
    rules
      .demandsOf(
        subnet,
        wishes.map((wish) => ({ subnetId: undefined, ipAddress: undefined, ...wish })),
      )
      .map(({ pool, address }) => `${pool.subnetId} ${address === undefined ? 'any' : spellAddress(address)}`)

  test('without a wish is an address of each family that the subnet has', () => {
    assert.deepEqual(demanded(SUBNET), ['four any', 'six any'])
    assert.deepEqual(demanded(IPV4_ONLY), ['four any'])
  })

  test('is what it wishes and no more, IPv4 first', () => {
    assert.deepEqual(demanded(SUBNET, {}), ['four any'])
    assert.deepEqual(demanded(SUBNET, { subnetId: 'SIX' }), ['six any'])
    assert.deepEqual(demanded(SUBNET, { subnetId: SUBNET.id }), ['four any'])
    assert.deepEqual(demanded(SUBNET, { ipAddress: 'fd00::00ff' }), ['six fd00::ff'])
    assert.deepEqual(demanded(SUBNET, { subnetId: SUBNET.id, ipAddress: 'fd00::ff' }), ['six fd00::ff'])
    assert.deepEqual(demanded(SUBNET, { subnetId: 'six' }, { subnetId: 'four', ipAddress: '10.0.0.9' }), [
      'four 10.0.0.9',
      'six any',
    ])
  })

  test('is refused where it lies elsewhere, is reserved, or is more than one of a family', () => {
    const wrong: readonly (readonly Wish[])[] = [
      [{ subnetId: 'five' }],
      [{ subnetId: '' }],
      [{ ipAddress: 'x' }],
      [{ ipAddress: '' }],
      [{ ipAddress: '10.0.1.2' }],
      [{ ipAddress: 'fd01::2' }],
      [{ subnetId: 'four', ipAddress: 'fd00::2' }],
      ...['10.0.0.0', '10.0.0.1', '10.0.0.253', '10.0.0.254', '10.0.0.255', 'fd00::', 'fd00::1'].map((ipAddress) => [
        { ipAddress },
      ]),
      [{}, {}],
      [{ ipAddress: '10.0.0.9' }, { subnetId: 'four' }],
    ]
    for (const wishes of wrong) assert.throws(() => demanded(SUBNET, ...wishes), isInvalid, JSON.stringify(wishes))
    assert.throws(() => demanded(IPV4_ONLY, { subnetId: 'six' }), isInvalid)
  })
})

suite('the fields of a port', () => {
  test('names have up to 255 characters that can be printed', () => {
    for (const name of ['', 'a b', '端'.repeat(255)]) assert.equal(rules.parsePortName(name), name)
    for (const name of ['x'.repeat(256), 'a\nb']) assert.throws(() => rules.parsePortName(name), isInvalid)
  })

  test('address pairs are addresses or blocks, but not 0.0.0.0/0', () => {
    const one = (ipAddress: string, macAddress = '') => [{ ipAddress, macAddress }]
    for (const right of ['10.0.0.1', '10.0.0.1/24', '1.1.1.1/0', 'fd00::1', 'fd00::/64', '::/0']) {
      assert.deepEqual(rules.parseAddressPairs(one(right)), one(right))
    }
    for (const wrong of ['', '0.0.0.0/0', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1/024', '10.0.0.1/24/24', 'fd00::/129']) {
      assert.throws(() => rules.parseAddressPairs(one(wrong)), isInvalid, wrong)
    }
    assert.deepEqual(rules.parseAddressPairs(one('10.0.0.1', 'FA:16:3E:00:00:01'))[0]?.macAddress, 'FA:16:3E:00:00:01')
    for (const mac of ['x', 'fa:16:3e:00:00', 'fa-16-3e-00-00-01']) {
      assert.throws(() => rules.parseAddressPairs(one('10.0.0.1', mac)), isInvalid, mac)
    }
    assert.throws(() => rules.parseAddressPairs(Array(11).fill(one('10.0.0.1')[0])), isInvalid)
  })

  test('the one DHCP option is the lease, in hours', () => {
    const parse = (name: string, value: string) => rules.parsePortDhcpOptions([{ name, value }])
    for (const value of ['1h', '30000h', '-1h', '-1']) assert.deepEqual(parse('51', value), [{ name: '51', value }])
    for (const value of ['', '0h', '30001h', '1', '-2h', '01h', '1.5h'])
      assert.throws(() => parse('51', value), isInvalid)
    assert.throws(() => parse('6', '1h'), isInvalid)
    assert.throws(() => rules.parsePortDhcpOptions(Array(2).fill({ name: '51', value: '1h' })), isInvalid)
  })

  test('security groups are up to 50 UUIDs; a profile has up to 4095 characters', () => {
    assert.deepEqual(rules.parseSecurityGroups([SUBNET.id]), [SUBNET.id])
    for (const ids of [['x'], [''], Array(51).fill(SUBNET.id)]) {
      assert.throws(() => rules.parseSecurityGroups(ids), isInvalid)
    }
    assert.deepEqual(rules.parseProfile({ a: 'x'.repeat(4087) }), { a: 'x'.repeat(4087) })
    assert.throws(() => rules.parseProfile({ a: 'x'.repeat(4088) }), isInvalid)
  })

  test('a MAC is that of its id, under the prefix of OpenStack', () => {
    assert.equal(rules.macOf('0195e4a0-1111-7000-8000-000000abcdef'), 'fa:16:3e:ab:cd:ef')
    fc.assert(fc.property(fc.uuid(), (id) => assert.match(rules.macOf(id), /^fa:16:3e(:[0-9a-f]{2}){3}$/)))
  })

  test('what is attached is not deleted; a virtual address is attached to nothing', () => {
    const port = (deviceId: string, deviceOwner: string) =>
      ({ id: 'p' as PortId, deviceId, deviceOwner }) as unknown as rules.Port
    for (const owner of ['', rules.VIP_PORT]) rules.refuseAttached(port('', owner))
    for (const [id, owner] of [['vm', ''] as const, ['vm', rules.VIP_PORT] as const, ['', 'compute:az1'] as const]) {
      assert.throws(
        () => rules.refuseAttached(port(id, owner)),
        (error) => error instanceof Refusal && error.code === 'port_attached',
      )
    }
  })
})

function isInvalid(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'invalid_input'
}
