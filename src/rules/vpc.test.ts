import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProjectId, VpcId } from './ids.ts'
import {
  addExtendCidrs,
  overlapOf,
  parseEnterpriseProjectId,
  parsePrimaryCidr,
  parseVpcName,
  removeExtendCidrs,
  type Vpc,
  vpcNotFound,
} from './vpc.ts'

const CREATED = Date.UTC(2026, 2, 4, 5, 0, 0)
const LATER = CREATED + 1000
const ID = '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01'

function vpc(primary: string, ...extendCidrs: readonly string[]): Vpc {
  return Object.freeze({
    ...{ id: ID as VpcId, projectId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as ProjectId, name: 'blue', description: '' },
    ...{ cidr: primary, extendCidrs: Object.freeze(extendCidrs), enterpriseProjectId: '0', tags: [] },
    ...{ acceptance: [], createdAt: CREATED, updatedAt: CREATED },
  })
}

// --- the primary block ---

/** Per range: the widest and the narrowest that fit, at both ends, and the nearest that do not. */
const PRIMARY = {
  taken: [
    ...['', '10.0.0.0/8', '10.0.0.0/9', '10.0.0.0/24', '10.255.255.0/24'],
    ...['172.16.0.0/12', '172.16.0.0/24', '172.31.255.0/24', '172.24.0.0/13'],
    ...['192.168.0.0/16', '192.168.0.0/24', '192.168.255.0/24', '192.168.128.0/17'],
  ],
  refused: [
    ...['0.0.0.0/0', '10.0.0.0/7', '10.0.0.0/25', '10.255.255.0/25', '10.0.0.0/32', '9.255.255.0/24', '11.0.0.0/24'],
    ...['172.0.0.0/11', '172.16.0.0/25', '172.15.255.0/24', '172.32.0.0/24', '172.0.0.0/8'],
    ...['192.168.0.0/15', '192.168.0.0/25', '192.167.255.0/24', '192.169.0.0/24', '192.168.255.128/25'],
    ...['100.64.0.0/16', '169.254.0.0/24', '127.0.0.0/24', '224.0.0.0/24', '8.8.8.0/24'],
    ...['10.0.0.1/24', '10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', ' 10.0.0.0/8', '10.0.0.0/8 ', ' ', 'fd00::/8'],
  ],
}

for (const text of PRIMARY.taken) {
  test(`a VPC may have the primary block '${text}'`, () => assert.equal(parsePrimaryCidr(text), text))
}

for (const text of PRIMARY.refused) {
  test(`a VPC may not have the primary block '${text}'`, () => {
    assert.throws(() => parsePrimaryCidr(text), { code: 'vpc_cidr_invalid', facts: { field: 'cidr' } })
  })
}

test('a block outside the ranges is told the ranges, and one that is malformed is told what is wrong', () => {
  assert.throws(() => parsePrimaryCidr('8.8.8.0/24'), {
    message: /^Invalid input for operation: 'cidr' must lie in 10\.0\.0\.0\/8 \(\/8 to \/24\), 172.* or 192/,
  })
  assert.throws(() => parsePrimaryCidr('10.0.0.1/24'), { message: /'cidr' has host bits set for a \/24\.$/ })
})

// --- secondary blocks ---

/** What adding gives to a VPC of 192.168.0.0/16 with the secondary block 23.8.0.0/16. */
const SECONDARY: readonly (readonly [string, string | undefined])[] = [
  ['23.9.0.0/16', undefined],
  ['23.7.0.0/16', undefined],
  ['168.10.0.0/16', undefined],
  ['23.9.0.0/28', undefined],
  ['1.0.0.0/8', undefined],
  ['100.128.0.0/16', undefined],
  ['198.20.0.0/16', undefined],
  ['216.0.0.0/8', undefined],
  ['223.255.255.240/28', undefined],
  ['239.0.0.0/8', undefined],
  ['23.8.0.0/16', 'extend_cidr_conflict'],
  ['23.8.128.0/17', 'extend_cidr_conflict'],
  ['23.8.255.240/28', 'extend_cidr_conflict'],
  ['23.0.0.0/8', 'extend_cidr_conflict'],
  ['10.0.0.0/8', 'extend_cidr_forbidden'],
  ['10.20.30.0/24', 'extend_cidr_forbidden'],
  ['172.16.0.0/12', 'extend_cidr_forbidden'],
  ['172.31.0.0/16', 'extend_cidr_forbidden'],
  ['192.168.1.0/24', 'extend_cidr_forbidden'],
  ['100.64.0.0/10', 'extend_cidr_forbidden'],
  ['100.127.255.0/24', 'extend_cidr_forbidden'],
  ['214.0.0.0/7', 'extend_cidr_forbidden'],
  ['215.255.0.0/16', 'extend_cidr_forbidden'],
  ['198.18.0.0/15', 'extend_cidr_forbidden'],
  ['198.19.255.0/24', 'extend_cidr_forbidden'],
  ['169.254.169.240/28', 'extend_cidr_forbidden'],
  ['0.0.0.0/8', 'extend_cidr_forbidden'],
  ['127.0.0.0/28', 'extend_cidr_forbidden'],
  ['240.0.0.0/4', 'extend_cidr_forbidden'],
  ['255.255.255.240/28', 'extend_cidr_forbidden'],
  ['0.0.0.0/0', 'extend_cidr_forbidden'],
  ['96.0.0.0/3', 'extend_cidr_forbidden'],
  ['23.9.0.0/29', 'vpc_cidr_invalid'],
  ['23.9.0.0/32', 'vpc_cidr_invalid'],
  ['23.9.0.1/28', 'vpc_cidr_invalid'],
  ['23.9.0.0', 'vpc_cidr_invalid'],
  ['', 'vpc_cidr_invalid'],
  ['2001:db8::/32', 'vpc_cidr_invalid'],
]

for (const [text, code] of SECONDARY) {
  test(`the secondary block '${text}' is ${code === undefined ? 'added' : `refused as ${code}`}`, () => {
    const before = vpc('192.168.0.0/16', '23.8.0.0/16')
    const add = () => addExtendCidrs(before, [text], LATER)
    if (code !== undefined) return assert.throws(add, { code })
    assert.deepEqual(add(), { ...before, extendCidrs: ['23.8.0.0/16', text], updatedAt: LATER })
  })
}

test('a secondary block conflicts with the primary one where the two meet, and the refusal names it', () => {
  assert.throws(() => addExtendCidrs(vpc('23.8.0.0/16'), ['23.8.9.0/24'], LATER), {
    code: 'extend_cidr_conflict',
    message: `The CIDR block 23.8.9.0/24 conflicts with 23.8.0.0/16 of VPC ${ID}.`,
  })
})

test('blocks that are added together must not meet each other either', () => {
  for (const added of [
    ['23.9.0.0/16', '23.9.0.0/16'],
    ['23.9.0.0/16', '23.8.0.0/15'],
    ['23.9.0.0/24', '168.10.0.0/16', '23.9.0.0/16'],
  ]) {
    assert.throws(() => addExtendCidrs(vpc(''), added, LATER), { code: 'extend_cidr_conflict' }, String(added))
  }
})

test('a VPC without a primary block takes secondary ones', () => {
  assert.deepEqual(addExtendCidrs(vpc(''), ['23.9.0.0/16'], LATER).extendCidrs, ['23.9.0.0/16'])
})

test('a VPC has five secondary blocks at the most, however they come', () => {
  const [sixth = '', ...five] = [
    '23.1.0.0/16',
    '23.2.0.0/16',
    '23.3.0.0/16',
    '23.4.0.0/16',
    '23.5.0.0/16',
    '23.6.0.0/16',
  ]
  const overLimit = { code: 'extend_cidr_over_limit', message: 'A VPC can have at most 5 secondary CIDR blocks.' }
  assert.deepEqual(addExtendCidrs(vpc(''), five, LATER).extendCidrs, five)
  assert.throws(() => addExtendCidrs(vpc(''), [...five, sixth], LATER), overLimit)
  assert.throws(() => addExtendCidrs(vpc('', ...five), [sixth], LATER), overLimit)
  assert.throws(() => addExtendCidrs(vpc('', ...five.slice(1)), five.slice(0, 1).concat(sixth), LATER), overLimit)
})

test('as many blocks as a body can hold are refused in no time', () => {
  const many = Array.from({ length: 65_536 }, (_, index) => `23.${index >> 8}.${index & 255}.0/28`)
  const started = performance.now()
  assert.throws(() => addExtendCidrs(vpc(''), many, LATER), { code: 'extend_cidr_over_limit' })
  // Milliseconds: it takes about one, and many minutes where each block is compared with all before it.
  assert.ok(performance.now() - started < 1000)
})

test('an addition that fails at its last block leaves the VPC as it was', () => {
  const before = vpc('192.168.0.0/16', '23.8.0.0/16')
  assert.throws(() => addExtendCidrs(before, ['23.9.0.0/16', '10.0.0.0/16'], LATER), { code: 'extend_cidr_forbidden' })
  assert.deepEqual(before, vpc('192.168.0.0/16', '23.8.0.0/16'))
})

test('secondary blocks are removed together, and the others keep their order', () => {
  const before = vpc('', '23.1.0.0/16', '23.2.0.0/16', '23.3.0.0/16', '23.4.0.0/16')
  const after = removeExtendCidrs(before, ['23.3.0.0/16', '23.1.0.0/16'], LATER)
  assert.deepEqual(after, { ...before, extendCidrs: ['23.2.0.0/16', '23.4.0.0/16'], updatedAt: LATER })
})

test('removing a block that is not there is refused by its name, and removes nothing', () => {
  const before = vpc('10.0.0.0/8', '23.1.0.0/16')
  for (const missing of ['23.2.0.0/16', '23.1.0.0/24', '10.0.0.0/8', '', 'x']) {
    assert.throws(() => removeExtendCidrs(before, ['23.1.0.0/16', missing], LATER), {
      code: 'extend_cidr_not_found',
      message: `VPC ${ID} has no secondary CIDR block ${missing}.`,
    })
  }
  assert.deepEqual(before.extendCidrs, ['23.1.0.0/16'])
})

// --- two VPCs ---

test('two VPCs overlap where any block of one meets any of the other, and the pair is named in their order', () => {
  const rows: readonly (readonly [Vpc, Vpc, readonly [string, string] | undefined])[] = [
    [vpc('10.0.0.0/16'), vpc('10.1.0.0/16'), undefined],
    [vpc('10.0.0.0/16'), vpc('10.0.0.0/16'), ['10.0.0.0/16', '10.0.0.0/16']],
    [vpc('10.0.0.0/8'), vpc('10.9.8.0/24'), ['10.0.0.0/8', '10.9.8.0/24']],
    [vpc('10.0.0.0/16', '23.1.0.0/16'), vpc('10.1.0.0/16', '23.1.2.0/24'), ['23.1.0.0/16', '23.1.2.0/24']],
    [vpc('23.1.0.0/16'), vpc('', '23.0.0.0/8'), ['23.1.0.0/16', '23.0.0.0/8']],
    [vpc('', '23.1.0.0/16'), vpc('10.0.0.0/8', '23.2.0.0/16'), undefined],
    [vpc(''), vpc('10.0.0.0/8'), undefined],
    [vpc(''), vpc(''), undefined],
  ]
  for (const [a, b, pair] of rows) {
    assert.deepEqual(overlapOf(a, b), pair)
    assert.deepEqual(overlapOf(b, a), pair?.toReversed())
  }
})

// --- names and labels ---

test('a name has letters and digits of any script, and a few signs', () => {
  for (const name of [
    '',
    'blue',
    'Blue_1-2.3',
    'my VPC',
    '虚拟私有云',
    'größer',
    '٣',
    'n'.repeat(64),
    '云'.repeat(64),
  ]) {
    assert.equal(parseVpcName(name), name)
  }
  for (const name of ['a/b', 'a:b', '<b>', 'a\tb', 'a\n', 'a\0', '🛰', 'a\u00a0b', '"', "'", '\ud835']) {
    assert.throws(() => parseVpcName(name), { code: 'invalid_input', message: /'name' may contain only/ }, name)
  }
})

test('a name has at most 64 characters, each counted once, however many UTF-16 units it takes', () => {
  assert.equal(parseVpcName('𝔭'.repeat(64)), '𝔭'.repeat(64))
  for (const name of ['n'.repeat(65), '𝔭'.repeat(65)]) {
    assert.throws(() => parseVpcName(name), { code: 'invalid_input', message: /'name' must have at most 64/ })
  }
})

test("an enterprise project is '0' or a UUID", () => {
  for (const text of ['0', ID, 'A'.repeat(36)]) assert.equal(parseEnterpriseProjectId(text), text)
  for (const text of ['', ' ', '0 ', '0\n', 'a_b', 'ü', '0'.repeat(37), '/../x']) {
    assert.throws(() => parseEnterpriseProjectId(text), {
      code: 'invalid_input',
      facts: { field: 'enterprise_project_id' },
    })
  }
})

test('a VPC that is not there is named', () => {
  assert.equal(vpcNotFound(ID).code, 'vpc_not_found')
  assert.equal(vpcNotFound(ID).message, `VPC ${ID} could not be found.`)
})
