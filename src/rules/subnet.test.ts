import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cidr, overlaps } from './cidr.ts'
import type { ProjectId, RouteTableId, SubnetId, VpcId } from './ids.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import {
  assertPlace,
  displacedBy,
  parseAvailabilityZone,
  parseGateway,
  parseSubnetCidr,
  parseSubnetName,
  type Subnet,
  subnetNotFound,
} from './subnet.ts'
import type { Vpc } from './vpc.ts'

const VPC: Vpc = {
  ...{ id: 'v' as VpcId, projectId: 'p' as ProjectId, name: '', description: '', cidr: '10.0.0.0/16' },
  ...{ extendCidrs: ['23.8.0.0/24'], enterpriseProjectId: '0', tags: [], createdAt: 1, updatedAt: 1 },
}

function subnet(block: string, changes: Partial<Subnet> = {}): Subnet {
  return {
    ...{ id: `subnet of ${block}` as SubnetId, neutronSubnetId: 'n4', neutronSubnetIdV6: 'n6', vpcId: VPC.id },
    ...{ projectId: VPC.projectId, routeTableId: 't' as RouteTableId, name: 's', description: '', cidr: block },
    ...{ gatewayIp: '', v6: undefined, dhcpEnable: true, dnsList: [], availabilityZone: '', extraDhcpOpts: [] },
    ...{ tags: [], createdAt: 1, updatedAt: 1 },
    ...changes,
  }
}

function refused(code: RefusalCode, message: RegExp, body: () => unknown): void {
  assert.throws(body, (error) => {
    assert.ok(error instanceof Refusal)
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  })
}

test('a name has 1 to 64 characters of any script, and none that breaks a terminal', () => {
  for (const name of ['a', '蓝'.repeat(64), '𝒳'.repeat(64), 'peer ü', 'a/b']) assert.equal(parseSubnetName(name), name)
  for (const name of ['', 'x'.repeat(65), '𝒳'.repeat(65)]) {
    refused('invalid_input', /'name' must have 1 to 64 characters/, () => parseSubnetName(name))
  }
  for (const name of ['a\nb', '\u0000', '\ud800']) {
    refused('invalid_input', /'name' must not contain control/, () => parseSubnetName(name))
  }
})

test('a block is IPv4, has no host bits set, and is a /28 or larger', () => {
  for (const text of ['10.0.0.0/8', '10.0.0.0/24', '10.0.0.16/28']) assert.equal(parseSubnetCidr(text), text)
  for (const [text, problem] of [
    ['10.0.0.0', /'10.0.0.0' must be an IPv4 block/],
    ['fd00::/64', /must be an IPv4 block/],
    ['10.0.0.1/24', /has host bits set for a \/24/],
    ['10.0.0.0/29', /is smaller than a \/28/],
    ['10.0.0.1/32', /is smaller than a \/28/],
  ] as const) {
    refused('subnet_cidr_invalid', problem, () => parseSubnetCidr(text))
  }
})

test('a gateway is an address of the block, and neither its first nor its last', () => {
  for (const text of ['10.0.1.1', '10.0.1.254', '10.0.1.7']) assert.equal(parseGateway(text, '10.0.1.0/24'), text)
  for (const text of ['10.0.1.0', '10.0.1.255', '10.0.0.255', '10.0.2.0', '10.0.2.1', '0.0.0.0', '255.255.255.255']) {
    refused('invalid_input', /'gateway_ip' must be an address of 10.0.1.0\/24/, () => parseGateway(text, '10.0.1.0/24'))
  }
  for (const text of ['', 'x', '10.0.1', '10.0.1.1/24', '010.0.1.1', '10.0.1.1 ', 'fd00::1']) {
    refused('invalid_input', /'gateway_ip' must be an IPv4 address/, () => parseGateway(text, '10.0.1.0/24'))
  }
  assert.equal(parseGateway('255.255.255.254', '255.255.255.0/24'), '255.255.255.254')
})

test('an availability zone is kept as given, up to 64 printable characters', () => {
  for (const text of ['', 'eu-de-01', 'x'.repeat(64)]) assert.equal(parseAvailabilityZone(text), text)
  for (const text of ['x'.repeat(65), 'a\tb']) {
    refused('invalid_input', /'availability_zone' must have/, () => parseAvailabilityZone(text))
  }
})

test('a subnet lies in one block of the VPC, primary or secondary', () => {
  for (const inside of ['10.0.0.0/16', '10.0.255.240/28', '23.8.0.0/24', '23.8.0.128/25']) {
    assertPlace(VPC, [], inside)
    assert.equal(displacedBy(VPC, [subnet(inside)]), undefined)
  }
  for (const outside of [
    '10.0.0.0/15',
    '10.1.0.0/24',
    '9.255.255.0/24',
    '23.8.0.0/23',
    '23.8.1.0/28',
    '172.16.0.0/24',
  ]) {
    refused('subnet_outside_vpc', /lies in no CIDR block of VPC v/, () => assertPlace(VPC, [], outside))
    const [first, second] = [subnet('10.0.0.0/24'), subnet(outside)]
    assert.equal(displacedBy(VPC, [first, second]), second)
  }
  refused('subnet_outside_vpc', /no CIDR block/, () =>
    assertPlace({ ...VPC, cidr: '', extendCidrs: [] }, [], '10.0.0.0/24'),
  )
  assertPlace({ ...VPC, cidr: '' }, [], '23.8.0.0/25')
})

test('a subnet that overlaps a sister is refused with the id of that one', () => {
  const sisters = [subnet('10.0.0.0/24'), subnet('10.0.4.0/22')]
  for (const block of ['10.0.1.0/24', '10.0.2.0/23', '10.0.8.0/24', '23.8.0.0/24']) assertPlace(VPC, sisters, block)
  for (const [block, sister] of [
    ['10.0.0.0/24', /of subnet subnet of 10.0.0.0\/24\.$/],
    ['10.0.0.16/28', /of subnet subnet of 10.0.0.0\/24\.$/],
    ['10.0.0.0/16', /of subnet subnet of 10.0.0.0\/24\.$/],
    ['10.0.7.0/24', /overlaps 10.0.4.0\/22 of subnet subnet of 10.0.4.0\/22\.$/],
  ] as const) {
    refused('subnet_overlap', sister, () => assertPlace(VPC, sisters, block))
  }
})

test('whatever is asked for in whatever order, subnets that were given a place never overlap', () => {
  const anyBlock = fc
    .record({ prefix: fc.integer({ min: 18, max: 28 }), at: fc.nat(2 ** 16 - 1) })
    .map(({ prefix, at }) => {
      const start = at - (at % 2 ** (32 - prefix))
      return `10.0.${Math.floor(start / 256)}.${start % 256}/${prefix}`
    })
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 40, size: 'max' }), (asked) => {
      const given: Subnet[] = []
      for (const block of asked) {
        const free = given.every((sister) => !overlaps(cidr(sister.cidr), cidr(block)))
        if (free) assertPlace(VPC, given, block)
        else refused('subnet_overlap', /overlaps/, () => assertPlace(VPC, given, block))
        if (free) given.push(subnet(block))
      }
      const owners = given.flatMap(({ cidr: block }) => addressesOf(block))
      assert.equal(new Set(owners).size, owners.length)
    }),
  )
})

test('the refusal of an unknown subnet names it', () => {
  const { code, message, facts } = subnetNotFound('x')
  assert.deepEqual([code, message, facts], ['subnet_not_found', 'Subnet x could not be found.', { subnetId: 'x' }])
})

/** By sixteens, which is the smallest subnet. */
function addressesOf(text: string): number[] {
  const { base, prefix } = cidr(text)
  return Array.from({ length: 2 ** (28 - prefix) }, (_, index) => base + 16 * index)
}
