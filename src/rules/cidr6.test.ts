import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cidr6, contains6, overlaps6, parseAddress6, parseCidr6, spellAddress6, spellCidr6 } from './cidr6.ts'

const NOT_A_BLOCK = [
  ...['', '/', 'x', 'fd00::', 'fd00::/', '/64', 'fd00::/129', 'fd00::/999', 'fd00::/-1', 'fd00::/064', 'fd00::/6 4'],
  ...['fd00::/64/64', 'fd00::1::/64', 'fd00:/64', ':fd00::/64', '12345::/64', 'fd00::%eth0/64', '[fd00::]/64'],
  ...[' fd00::/64', 'fd00::/64 ', 'fd00::/64\n', '10.0.0.0/8', 'fg00::/64', '1:2:3:4:5:6:7:8:9/64', '::1.2.3/128'],
]

for (const text of NOT_A_BLOCK) {
  test(`${JSON.stringify(text)} is no IPv6 block`, () => {
    assert.deepEqual(parseCidr6(text), { problem: 'must be an IPv6 block such as fd00::/64' })
  })
}

test('a block has one spelling, however it was written', () => {
  for (const [text, spelled] of [
    ['::/0', '::/0'],
    ['FD00:0:0::/48', 'fd00::/48'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001/128', '2001:db8::1/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['::ffff:0:0/96', '::ffff:0:0/96'],
  ] as const) {
    const block = parseCidr6(text)
    assert.ok(!('problem' in block), text)
    assert.equal(spellCidr6(block), spelled)
  }
})

test('host bits that are set are an error that names the prefix', () => {
  assert.deepEqual(parseCidr6('fd00::1/64'), { problem: 'has host bits set for a /64' })
  assert.deepEqual(parseCidr6('8000::/0'), { problem: 'has host bits set for a /0' })
})

test('every address reads back from its spelling', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (address) => {
      assert.equal(parseAddress6(spellAddress6(address)), address)
    }),
  )
})

/** Blocks of at most 64 addresses at the start and the end of the space, which meet often. */
const block = fc
  .tuple(
    fc.constantFrom(0n, (1n << 128n) - 256n),
    fc.integer({ min: 122, max: 128 }),
    fc.bigInt({ min: 0n, max: 255n }),
  )
  .map(([near, prefix, offset]): Cidr6 => {
    const size = 1n << BigInt(128 - prefix)
    return { base: near + offset - (offset % size), prefix }
  })

test('contains6 and overlaps6 say what a comparison address by address says', () => {
  const addresses = ({ base, prefix }: Cidr6) =>
    new Set(Array.from({ length: 2 ** (128 - prefix) }, (_, index) => base + BigInt(index)))
  fc.assert(
    fc.property(block, block, (a, b) => {
      const [ofA, ofB] = [addresses(a), [...addresses(b)]]
      assert.equal(
        contains6(a, b),
        ofB.every((address) => ofA.has(address)),
      )
      assert.equal(
        overlaps6(a, b),
        ofB.some((address) => ofA.has(address)),
      )
    }),
    { numRuns: 1000 },
  )
})
