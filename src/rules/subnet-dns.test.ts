import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { changedDns, type DnsChange, parseDnsServer } from './subnet-dns.ts'

const NONE: DnsChange = { primary: undefined, secondary: undefined, list: undefined }

/** What was, what is asked for, what is then. */
const TABLE: readonly (readonly [string, Partial<DnsChange>, string])[] = [
  ['', {}, ''],
  ['', { primary: 'a' }, 'a'],
  ['', { primary: 'a', secondary: 'b' }, 'a b'],
  ['', { secondary: 'b' }, 'b'],
  ['', { list: ['a', 'b', 'c'] }, 'a b c'],
  ['', { list: ['a', 'b', 'a'] }, 'a b'],
  ['', { primary: 'a', secondary: 'b', list: ['a', 'b', 'c'] }, 'a b c'],
  ['', { primary: 'b', list: ['a', 'b', 'c'] }, 'b a c'],
  ['', { secondary: 'a', list: ['a', 'b', 'c'] }, 'b a c'],
  ['', { secondary: 'a', list: ['a'] }, 'a'],
  ['', { primary: 'x', secondary: 'y', list: ['a'] }, 'x y a'],
  ['', { primary: 'a', secondary: 'a' }, 'a'],
  ['a b c', {}, 'a b c'],
  ['a b c', { primary: 'x' }, 'x b c'],
  ['a b c', { secondary: 'x' }, 'a x c'],
  ['a b c', { primary: 'b' }, 'b c'],
  ['a b c', { primary: '' }, 'b c'],
  ['a b c', { secondary: '' }, 'a c'],
  ['a b c', { primary: '', secondary: '' }, 'c'],
  ['a b c', { list: ['d'] }, 'd'],
  ['a b c', { list: [] }, ''],
  ['a b c', { primary: 'x', list: [] }, 'x'],
  ['a', { secondary: 'b' }, 'a b'],
]

for (const [old, change, expected] of TABLE) {
  test(`servers [${old}] changed by ${JSON.stringify(change)} are [${expected}]`, () => {
    assert.equal(changedDns(words(old), { ...NONE, ...change }).join(' '), expected)
  })
}

test('five servers are taken and six are not, and what cannot be counted twice is counted once', () => {
  assert.equal(changedDns([], { ...NONE, list: words('a b c d e e e') }).length, 5)
  assert.throws(() => changedDns([], { ...NONE, list: words('a b c d e f') }), /'dnsList' must have at most 5 servers/)
  assert.throws(() => changedDns([], { ...NONE, primary: 'x', list: words('a b c d e') }), /at most 5/)
})

test('after any change the list has what was named, each once, the primary first and nothing empty', () => {
  const server = fc.constantFrom('a', 'b', 'c', '')
  const maybe = fc.option(server, { nil: undefined })
  const list = fc.option(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), { nil: undefined })
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom('d', 'e'), { maxLength: 2 }), maybe, maybe, list, (old, ...asked) => {
      const [primary, secondary, whole] = asked
      const after = changedDns(old, { primary, secondary, list: whole })
      assert.equal(new Set(after).size, after.length)
      assert.ok(!after.includes(''))
      for (const named of [primary, secondary, ...(whole ?? [])]) assert.ok(!named || after.includes(named))
      if (primary) assert.equal(after[0], primary)
    }),
  )
})

test('a server is an address of either family, kept as it was written', () => {
  for (const text of ['', '100.125.4.25', 'fd00::1', 'FD00:0::1']) assert.equal(parseDnsServer(text, 'dnsList'), text)
  for (const text of ['x', 'dns.example', '1.2.3', '1.2.3.4/32', 'fe80::1%eth0', ' 1.2.3.4']) {
    assert.throws(() => parseDnsServer(text, 'primary_dns'), /'primary_dns' must be an IP address/)
  }
})

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}
