import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cidr, cidr, contains, overlaps, parseCidr } from './cidr.ts'

const NOT_A_BLOCK = [
  ...['', '/', ' ', 'x', '10.0.0.0', '10.0.0.0/', '/8', '10.0.0/8', '10.0.0.0.0/8', '10..0.0/8', '.10.0.0.0/8'],
  ...['10.0.0.0/33', '10.0.0.0/99', '10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/08', '10.0.0.0/008', '10.0.0.0/8.0'],
  ...['10.0.0.0/8/8', '10.0.0.0/0x8', '10.0.0.0/255.0.0.0', '10.0.0.0/1e1', '10.0.0.0\\8', '10.0.0.0/８'],
  ...['256.0.0.0/8', '10.0.0.256/32', '10.0.0.00/24', '010.0.0.0/8', '0x0a.0.0.0/8', '167772160/8', '1e1.0.0.0/8'],
  ...[' 10.0.0.0/8', '10.0.0.0/8 ', '10.0.0.0 /8', '10.0.0.0/ 8', '10.0.0.0/8\n', '10.0.0.0\n/8', '10.0.0.0/8\0'],
  ...['::/0', '::ffff:10.0.0.0/104', '[10.0.0.0]/8', '10.0.0.0%eth0/8', '١٠.0.0.0/8', '10。0。0。0/8'],
]

for (const text of NOT_A_BLOCK) {
  test(`${JSON.stringify(text)} is no IPv4 block`, () => {
    assert.deepEqual(parseCidr(text), { problem: 'must be an IPv4 block such as 192.168.0.0/16' })
  })
}

test('the ends of the address space are blocks', () => {
  assert.deepEqual(parseCidr('0.0.0.0/0'), { base: 0, prefix: 0 })
  assert.deepEqual(parseCidr('0.0.0.0/32'), { base: 0, prefix: 32 })
  assert.deepEqual(parseCidr('255.255.255.255/32'), { base: 2 ** 32 - 1, prefix: 32 })
  assert.deepEqual(parseCidr('128.0.0.0/1'), { base: 2 ** 31, prefix: 1 })
})

test('host bits that are set are an error that names the prefix, and not masked', () => {
  assert.deepEqual(parseCidr('10.0.0.1/24'), { problem: 'has host bits set for a /24' })
  assert.deepEqual(parseCidr('128.0.0.0/0'), { problem: 'has host bits set for a /0' })
  assert.deepEqual(parseCidr('10.0.0.1/31'), { problem: 'has host bits set for a /31' })
})

test('a stored block that is none is a fault of ours and says so', () => {
  assert.throws(() => cidr('10.0.0.1/24'), /^Error: 10\.0\.0\.1\/24 has host bits set for a \/24$/)
})

test('every address with every prefix is a block exactly where its host bits are zero', () => {
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), fc.integer({ min: 0, max: 32 }), (octets, prefix) => {
      const bits = octets.map((each) => each.toString(2).padStart(8, '0')).join('')
      const network = bits.slice(0, prefix).padEnd(32, '0')
      const parsed = parseCidr(`${octets.join('.')}/${prefix}`)
      if (bits !== network) return assert.ok('problem' in parsed)
      assert.deepEqual(parsed, { base: Number.parseInt(bits, 2), prefix })
    }),
    { numRuns: 1000 },
  )
})

const octet = fc.oneof(fc.constantFrom(0, 128, 255), fc.integer({ min: 0, max: 255 }))

/** Blocks of at most 64 addresses near the start, the middle and the end of the space, which meet often. */
const block = fc
  .tuple(fc.constantFrom(0, 2 ** 31 - 128, 2 ** 32 - 256), fc.integer({ min: 26, max: 32 }), fc.nat(255))
  .map(([near, prefix, offset]): Cidr => {
    const size = 2 ** (32 - prefix)
    return { base: near + offset - (offset % size), prefix }
  })

test('contains and overlaps say what a comparison address by address says', () => {
  fc.assert(
    fc.property(block, block, (a, b) => {
      const ofA = addresses(a)
      const ofB = addresses(b)
      assert.equal(
        contains(a, b),
        [...ofB].every((address) => ofA.has(address)),
      )
      assert.equal(
        overlaps(a, b),
        [...ofB].some((address) => ofA.has(address)),
      )
      assert.equal(overlaps(a, b), overlaps(b, a))
    }),
    { numRuns: 2000 },
  )
})

function addresses({ base, prefix }: Cidr): ReadonlySet<number> {
  return new Set(Array.from({ length: 2 ** (32 - prefix) }, (_, index) => base + index))
}

test('neighbours do not overlap, the whole space contains everything, and a block contains itself', () => {
  assert.ok(!overlaps(cidr('10.0.0.0/24'), cidr('10.0.1.0/24')))
  assert.ok(!overlaps(cidr('255.255.255.254/32'), cidr('255.255.255.255/32')))
  assert.ok(contains(cidr('0.0.0.0/0'), cidr('255.255.255.255/32')))
  assert.ok(contains(cidr('0.0.0.0/0'), cidr('0.0.0.0/0')))
  assert.ok(!contains(cidr('10.0.0.0/24'), cidr('10.0.0.0/23')))
})
