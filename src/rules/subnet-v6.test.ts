import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contains6, parseCidr6, spellCidr6 } from './cidr6.ts'
import type { VpcId } from './ids.ts'
import type { Subnet } from './subnet.ts'
import { freeV6, ownBlock } from './subnet-v6.ts'

const VPC = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01' as VpcId
const OTHER = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e02' as VpcId

const anyVpc = fc.uuid().map((id) => id as VpcId)

function block(text: string) {
  const parsed = parseCidr6(text)
  assert.ok(!('problem' in parsed), text)
  return parsed
}

function withV6(cidr: string | undefined): Subnet {
  return { v6: cidr === undefined ? undefined : { cidr, gatewayIp: '' } } as Subnet
}

test("a VPC's own block is the same for ever, and another VPC's is another", () => {
  // Written down: a change of the hash would give the subnets of a running service foreign addresses.
  assert.equal(spellCidr6(ownBlock(VPC)), 'fd05:a89:6a40::/48')
  assert.notEqual(spellCidr6(ownBlock(VPC)), spellCidr6(ownBlock(OTHER)))
})

test('the own block of any VPC is a /48 of fd00::/8, as RFC 4193 has it', () => {
  fc.assert(
    fc.property(anyVpc, (id) => {
      const own = ownBlock(id)
      assert.equal(own.prefix, 48)
      assert.ok(contains6(block('fd00::/8'), own))
      assert.deepEqual(block(spellCidr6(own)), own)
    }),
  )
})

test('the first subnet gets index 0, the next the lowest one that is free, and the gateway is host 1 of it', () => {
  const own = spellCidr6(ownBlock(VPC)).replace('::/48', '')
  const [zero, one, two] = [0, 1, 2].map((index) => (index === 0 ? `${own}::/64` : `${own}:${index}::/64`))
  assert.deepEqual(freeV6(VPC, []), { cidr: zero, gatewayIp: `${own}::1` })
  assert.deepEqual(freeV6(VPC, [withV6(undefined)]).cidr, zero)
  assert.deepEqual(freeV6(VPC, [withV6(zero)]), { cidr: one, gatewayIp: `${own}:1::1` })
  assert.deepEqual(freeV6(VPC, [withV6(one)]).cidr, zero)
  assert.deepEqual(freeV6(VPC, [withV6(zero), withV6(undefined), withV6(one)]).cidr, two)
  assert.deepEqual(freeV6(VPC, [withV6(two), withV6(zero)]).cidr, one)
})

test('blocks that are given out and taken back at will are never given twice, and lie in the own block', () => {
  const step = fc.oneof(fc.constant('give' as const), fc.nat())
  fc.assert(
    fc.property(anyVpc, fc.array(step, { maxLength: 60 }), (id, steps) => {
      const given: string[] = []
      for (const each of steps) {
        if (each !== 'give') given.splice(each % Math.max(1, given.length), 1)
        else given.push(freeV6(id, given.map(withV6)).cidr)
        assert.equal(new Set(given).size, given.length)
      }
      for (const cidr of given) {
        assert.equal(block(cidr).prefix, 64)
        assert.ok(contains6(ownBlock(id), block(cidr)))
      }
    }),
  )
})

test('when all 65536 are taken the quota is the reason', () => {
  const { base } = ownBlock(VPC)
  const all = Array.from({ length: 2 ** 16 }, (_, index) =>
    withV6(spellCidr6({ base: base + (BigInt(index) << 64n), prefix: 64 })),
  )
  assert.throws(() => freeV6(VPC, all), { code: 'subnet_over_quota' })
  assert.equal(freeV6(VPC, all.toSpliced(65535, 1)).cidr, all[65535]?.v6?.cidr)
})
