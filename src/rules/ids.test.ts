import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDomainId, parsePeeringId, parseProjectId, parseUserId, parseVpcId } from './ids.ts'

const UUID = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01'
const HEX = '0a1b2c3d4e5f60718293a4b5c6d7e8f9'

const KINDS = {
  'a peering id': { parse: parsePeeringId, good: UUID, other: HEX },
  'a VPC id': { parse: parseVpcId, good: UUID, other: HEX },
  'a project id': { parse: parseProjectId, good: HEX, other: UUID },
  'a domain id': { parse: parseDomainId, good: HEX, other: UUID },
  'a user id': { parse: parseUserId, good: HEX, other: UUID },
}

for (const [kind, { parse, good, other }] of Object.entries(KINDS)) {
  test(`${kind} is taken in both cases and kept in the lower one`, () => {
    assert.equal(parse(good), good)
    assert.equal(parse(good.toUpperCase()), good)
  })

  test(`${kind} is not anything else`, () => {
    const wrong = [
      ...['', ' ', 'x', 'null', other, `{${good}}`, `urn:uuid:${good}`, `${good}${good}`],
      ...[` ${good}`, `${good} `, `${good}\n`, `\n${good}`, `${good}\0`, `${good}/`, good.slice(1), `${good}0`],
      ...[`g${good.slice(1)}`, `${good.slice(0, -1)}g`, good.replace('1', '１'), good.replace('0', 'O')],
      ...[good.replaceAll('-', '').padEnd(36, '0'), good.replace(/.$/, '-')],
    ]
    for (const text of wrong) assert.equal(parse(text), undefined, JSON.stringify(text))
  })
}

test('a letter that only becomes an ASCII one by lower-casing makes no id', () => {
  // The Kelvin sign lower-cases to k, and no letter lower-cases to a hex digit; this must stay so.
  const strange = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code)).filter(
    (letter) => letter > '\u007f' && /^[0-9a-f]$/.test(letter.toLowerCase()),
  )
  assert.deepEqual(strange, [])
  assert.equal(parseProjectId(`K${HEX.slice(1)}`), undefined)
})

test('every UUID is a VPC id and a peering id, and no project id', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      assert.equal(parseVpcId(uuid), uuid)
      assert.equal(parsePeeringId(uuid), uuid)
      assert.equal(parseProjectId(uuid), undefined)
      assert.equal(parseProjectId(uuid.replaceAll('-', '')), uuid.replaceAll('-', ''))
    }),
  )
})
