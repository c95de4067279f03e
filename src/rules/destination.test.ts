import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spellCidr6 } from './cidr6.ts'
import {
  coveredBy,
  destinationOf,
  isWithin,
  localAround,
  localDestinations,
  parseDestination,
  SYSTEM_DESTINATIONS,
} from './destination.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './route.ts'

test('a destination is spelled in one way, whatever family it is of', () => {
  for (const [text, spelled] of [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['FD00:0:0::/48', 'fd00::/48'],
    ['::/0', '::/0'],
    ['2001:0DB8::0001/128', '2001:db8::1/128'],
  ] as const) {
    assert.equal(parseDestination(text), spelled)
    assert.deepEqual(destinationOf(text), { spelled })
  }
})

test('what is no block, has no prefix or has host bits set is refused, with the reason', () => {
  for (const [text, problem] of [
    ['10.1.2.3/16', 'has host bits set for a /16'],
    ['fd00::1/64', 'has host bits set for a /64'],
    ['10.1.2.3', 'must be an IPv4 block such as 192.168.0.0/16'],
    ['fd00::', 'must be an IPv6 block such as fd00::/64'],
    ['', 'must be an IPv4 block such as 192.168.0.0/16'],
  ] as const) {
    assert.deepEqual(destinationOf(text), { problem })
    assert.throws(
      () => parseDestination(text),
      (error) =>
        error instanceof Refusal &&
        error.code === 'invalid_input' &&
        error.message === `Invalid input for operation: 'destination' ${problem}.`,
    )
  }
})

test("a VPC's local routes lead to its subnets, in both families, and to the system", () => {
  const v6 = { cidr: 'fd00::/64', gatewayIp: 'fd00::1' }
  assert.deepEqual(localDestinations([]), SYSTEM_DESTINATIONS)
  assert.deepEqual(
    localDestinations([
      { cidr: '10.0.0.0/24', v6: undefined },
      { cidr: '10.0.1.0/24', v6 },
    ]),
    ['10.0.0.0/24', '10.0.1.0/24', 'fd00::/64', ...SYSTEM_DESTINATIONS],
  )
})

test('a destination that equals a local one or lies in it is found, one around or beside it is not', () => {
  const locals = ['10.0.2.0/23', 'fd00::/64']
  for (const inside of ['10.0.2.0/23', '10.0.3.0/24', '10.0.3.255/32']) {
    assert.equal(localAround(inside, locals), '10.0.2.0/23')
  }
  for (const inside of ['fd00::/64', 'fd00::8000:0:0:0/65', 'fd00::1/128']) {
    assert.equal(localAround(inside, locals), 'fd00::/64')
  }
  for (const free of ['10.0.0.0/22', '10.0.0.0/23', '10.0.4.0/23', '0.0.0.0/0', '::/0', 'fd00::/63', 'fd01::/64']) {
    assert.equal(localAround(free, locals), undefined)
  }
})

const anyV4 = fc
  .record({ bits: fc.nat({ max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 0, max: 32 }) })
  .map(({ bits, prefix }) => {
    const base = bits - (bits % 2 ** (32 - prefix))
    return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${prefix}`
  })
const anyV6 = fc
  .record({ bits: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), prefix: fc.integer({ min: 0, max: 128 }) })
  .map(({ bits, prefix }) => spellCidr6({ base: bits - (bits % (1n << BigInt(128 - prefix))), prefix }))

test('spelling is idempotent, and of two blocks at most one lies in the other unless they are one', () => {
  const anyBlock = fc.oneof(anyV4, anyV6)
  fc.assert(
    fc.property(anyBlock, anyBlock, (one, other) => {
      assert.deepEqual(destinationOf(one), { spelled: one })
      assert.deepEqual(destinationOf(one.toUpperCase()), { spelled: one })
      assert.equal(localAround(one, [other]) !== undefined, isWithin(one, other))
      assert.equal(localAround(one, [other, one]), localAround(one, [other]) ?? one)
      if (one !== other && localAround(one, [other]) !== undefined) assert.equal(localAround(other, [one]), undefined)
    }),
  )
})

test('a subnet covers a route to its block or a part of it, of either family, and none that is wider or elsewhere', () => {
  const dual = { cidr: '10.0.1.0/24', v6: { cidr: 'fd00:0:0:1::/64', gatewayIp: 'fd00:0:0:1::1' } }
  const route = (destination: string) => ({ destination }) as Route
  for (const destination of ['10.0.1.0/24', '10.0.1.128/25', '10.0.1.7/32', 'fd00:0:0:1::/64', 'fd00:0:0:1::7/128']) {
    const there = route(destination)
    assert.equal(coveredBy(dual, [route('10.9.0.0/16'), there]), there)
  }
  for (const destination of ['0.0.0.0/0', '10.0.0.0/16', '10.0.2.0/24', '::/0', 'fd00::/48', 'fd00:0:0:2::/64']) {
    assert.equal(coveredBy(dual, [route(destination)]), undefined, destination)
  }
  assert.equal(coveredBy({ ...dual, v6: undefined }, [route('fd00:0:0:1::/64')]), undefined)
  assert.equal(coveredBy(dual, []), undefined)
})
