import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PeeringId, ProjectId, VpcId } from './ids.ts'
import {
  asOf,
  countsFor,
  type Peering,
  parseDescription,
  parsePeeringName,
  participants,
  requireVersion,
  statusAt,
  step,
  versionOf,
} from './peering.ts'
import { STATUSES, TRANSITIONS, VERBS } from './status.ts'

const ALPHA = '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as ProjectId
const BETA = 'f9e8d7c6b5a4938271605f4e3d2c1b0a' as ProjectId
const CREATED = Date.UTC(2026, 2, 4, 5, 6, 7)
const DAY = 86_400_000
const ONE_CHARACTER_OF_TWO_UNITS = '🛰'
const FAMILY = '👨‍👩‍👧'

function peering(changes: Partial<Peering> = {}): Peering {
  return {
    id: '0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10' as PeeringId,
    name: 'blue-green',
    description: '',
    status: 'PENDING_ACCEPTANCE',
    requester: { vpcId: '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01' as VpcId, projectId: ALPHA },
    accepter: { vpcId: 'a91d4b77-8f5d-49a0-8f6f-0d5d0b1f7c22' as VpcId, projectId: BETA },
    createdAt: CREATED,
    updatedAt: CREATED,
    ...changes,
  }
}

const ownPeering = (changes: Partial<Peering> = {}) =>
  peering({ accepter: { ...peering().accepter, projectId: ALPHA }, ...changes })

// --- names and descriptions ---

const GOOD_NAMES = {
  'one character': 'x',
  'a blank inside, and an umlaut': 'peer ü',
  'a decomposed umlaut': 'peer u\u0308',
  Chinese: '对等连接',
  'right to left': 'حلقة',
  'an emoji of five code points': FAMILY,
  'a letter beyond the first plane': '𝔭eer',
  'signs of every kind': '<a href="x">&\'/\\%{}$(rm)`',
  'the word null': 'null',
  'a name that is a member of Object': '__proto__',
  '64 letters': 'n'.repeat(64),
  '64 Chinese letters, 192 bytes': '连'.repeat(64),
  '64 emoji, 128 UTF-16 units': ONE_CHARACTER_OF_TWO_UNITS.repeat(64),
}

const BAD_NAMES = {
  'an empty name': '',
  '65 letters': 'n'.repeat(65),
  '65 emoji': ONE_CHARACTER_OF_TWO_UNITS.repeat(65),
  '64 letters and a combining mark': `${'n'.repeat(64)}\u0308`,
  'a tab': 'a\tb',
  'a line end': 'a\n',
  'a null character': 'a\0b',
  'an escape': '\u001b[31mred',
  'a delete': 'a\u007f',
  'a C1 control character': 'a\u0085b',
  'half a surrogate pair, the first': 'a\ud83d',
  'half a surrogate pair, the second': '\udef0a',
  'a surrogate pair the wrong way round': '\udef0\ud83d',
}

for (const [what, text] of Object.entries(GOOD_NAMES)) {
  test(`a peering's name may be: ${what}`, () => assert.equal(parsePeeringName(text), text))
}

for (const [what, text] of Object.entries(BAD_NAMES)) {
  test(`a peering's name may not be, or have: ${what}`, () => {
    assert.throws(() => parsePeeringName(text, 'peering.name'), {
      code: 'invalid_input',
      message: /^Invalid input for operation: 'peering\.name' must /,
    })
  })
}

const GOOD_DESCRIPTIONS = {
  'nothing, which is none': '',
  'tabs and line ends of both kinds': 'first\tcolumn\r\nsecond line\n',
  'nothing but a line end': '\n',
  Chinese: '两个虚拟私有云',
  '255 letters': 'd'.repeat(255),
  '255 emoji, 510 UTF-16 units': ONE_CHARACTER_OF_TWO_UNITS.repeat(255),
  'an entity and full-width brackets': '&lt;b&gt; ＜b＞',
}

const BAD_DESCRIPTIONS = {
  '256 letters': 'd'.repeat(256),
  '256 emoji': ONE_CHARACTER_OF_TWO_UNITS.repeat(256),
  'an opening bracket': 'a < b',
  'a closing bracket': 'a -> b',
  'a null character': 'a\0',
  'a vertical tab': 'a\vb',
  'a form feed': 'a\fb',
  'a C1 line end': 'a\u0085b',
  'half a surrogate pair': `${ONE_CHARACTER_OF_TWO_UNITS}\ud83d`,
}

for (const [what, text] of Object.entries(GOOD_DESCRIPTIONS)) {
  test(`a description may be, or have: ${what}`, () => assert.equal(parseDescription(text), text))
}

for (const [what, text] of Object.entries(BAD_DESCRIPTIONS)) {
  test(`a description may not be, or have: ${what}`, () => {
    assert.throws(() => parseDescription(text, 'vpc.description'), {
      code: 'invalid_input',
      message: /^Invalid input for operation: 'vpc\.description' must /,
    })
  })
}

test('each limit says its own reason', () => {
  const reason = (parse: () => unknown) => {
    try {
      parse()
    } catch (error) {
      return (error as Error).message
    }
    return 'taken'
  }
  assert.equal(
    reason(() => parsePeeringName('')),
    "Invalid input for operation: 'name' must have 1 to 64 characters.",
  )
  assert.match(
    reason(() => parsePeeringName('\0')),
    /control characters/,
  )
  assert.match(
    reason(() => parseDescription('d'.repeat(256))),
    /'description' must have at most 255 characters/,
  )
  assert.match(
    reason(() => parseDescription('<')),
    /'<' or '>'/,
  )
})

test('whatever text comes, a name is taken as it is or refused, and what is taken survives UTF-8', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), utf16()), (text) => {
      const expected = [...text].length >= 1 && [...text].length <= 64 && !/[\p{Cc}\p{Cs}]/u.test(text)
      if (!expected) return assert.throws(() => parsePeeringName(text), { code: 'invalid_input' })
      assert.equal(parsePeeringName(text), text)
      assert.equal(Buffer.from(text).toString(), text)
    }),
  )
})

test('whatever text comes, a description is taken as it is or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), utf16()), (text) => {
      const expected = [...text].length <= 255 && !/[<>]|(?![\t\r\n])[\p{Cc}\p{Cs}]/u.test(text)
      if (!expected) return assert.throws(() => parseDescription(text), { code: 'invalid_input' })
      assert.equal(parseDescription(text), text)
    }),
  )
})

/** Any UTF-16 units, halves of pairs among them. */
function utf16() {
  return fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), { maxLength: 70 })
    .map((units) => String.fromCharCode(...units))
}

// --- time ---

test('a request is EXPIRED from createdAt + ttl on, that instant included', () => {
  assert.equal(statusAt(peering(), CREATED + DAY - 1, DAY), 'PENDING_ACCEPTANCE')
  assert.equal(statusAt(peering(), CREATED + DAY, DAY), 'EXPIRED')
  assert.equal(statusAt(peering(), CREATED + DAY + 1, DAY), 'EXPIRED')
})

test('the age of a request counts from its creation, and a rename does not lengthen its life', () => {
  const renamed = step(peering(), 'update', CREATED + DAY - 1)
  assert.equal(statusAt(renamed, CREATED + DAY, DAY), 'EXPIRED')
})

test('with ttl 0 a request never expires', () => {
  assert.equal(statusAt(peering(), CREATED, 0), 'PENDING_ACCEPTANCE')
  assert.equal(statusAt(peering(), CREATED + 1000 * 365 * DAY, 0), 'PENDING_ACCEPTANCE')
})

test('what is not waiting does not expire', () => {
  for (const status of STATUSES.filter((each) => each !== 'PENDING_ACCEPTANCE')) {
    assert.equal(statusAt(peering({ status }), CREATED + 10 * DAY, DAY), status)
  }
})

test('asOf before the instant is the very same peering', () => {
  const waiting = peering()
  assert.equal(asOf(waiting, CREATED + DAY - 1, DAY), waiting)
  assert.equal(asOf(waiting, CREATED + 10 * DAY, 0), waiting)
})

test('asOf at and after the instant was updated when it expired, not when somebody looked', () => {
  const expired = peering({ status: 'EXPIRED', updatedAt: CREATED + DAY })
  assert.deepEqual(asOf(peering(), CREATED + DAY, DAY), expired)
  assert.deepEqual(asOf(peering(), CREATED + 9 * DAY, DAY), expired)
})

test('asOf an instant leaves the stored peering as it was, and asking twice changes nothing more', () => {
  const stored = Object.freeze(peering())
  const seen = asOf(stored, CREATED + DAY, DAY)
  assert.equal(stored.status, 'PENDING_ACCEPTANCE')
  assert.equal(asOf(seen, CREATED + 2 * DAY, DAY), seen)
})

test('an accept at the very instant of expiry comes too late, and one a millisecond before is in time', () => {
  assert.equal(step(asOf(peering(), CREATED + DAY - 1, DAY), 'accept', CREATED + DAY - 1).status, 'ACTIVE')
  assert.throws(() => step(asOf(peering(), CREATED + DAY, DAY), 'accept', CREATED + DAY), {
    code: 'peering_wrong_state',
    message: /is in status EXPIRED$/,
  })
})

// --- steps ---

test('a step changes the status and the time of the last change, and nothing else', () => {
  const before = Object.freeze(peering())
  assert.deepEqual(step(before, 'reject', CREATED + 5), { ...before, status: 'REJECTED', updatedAt: CREATED + 5 })
})

test('an update is later than the state that it changes, whatever the clock says', () => {
  const once = step(peering(), 'update', CREATED)
  assert.equal(once.updatedAt, CREATED + 1)
  assert.equal(step(once, 'update', CREATED - DAY).updatedAt, CREATED + 2)
  assert.equal(step(once, 'update', CREATED + DAY).updatedAt, CREATED + DAY)
})

test('a change is made to a version that was asked for, or to any where none was', () => {
  const seen = versionOf(peering())
  requireVersion(peering(), undefined)
  requireVersion(peering(), ['other', seen])
  for (const versions of [[], ['other'], [versionOf(step(peering(), 'update', CREATED))]]) {
    assert.throws(() => requireVersion(peering(), versions), { code: 'precondition_failed' })
  }
})

test('every step that the table refuses is a refusal that names the peering and the status in the way', () => {
  for (const status of STATUSES) {
    for (const verb of VERBS) {
      const next = TRANSITIONS[status][verb]
      const take = () => step(peering({ status }), verb, CREATED + 1)
      if (next !== null) {
        assert.equal(take().status, next)
        continue
      }
      assert.throws(take, {
        code: 'peering_wrong_state',
        message: `Vpc peering 0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10 is in status ${status}`,
        facts: { peeringId: '0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10', status, verb },
      })
    }
  }
})

// --- who counts and who takes part ---

test('a waiting peering uses the quota of the requester, an ACTIVE one that of both, the others none (P4)', () => {
  const used = STATUSES.map((status) => [status, countsFor(peering({ status }))])
  assert.deepEqual(Object.fromEntries(used), {
    PENDING_ACCEPTANCE: [ALPHA],
    REJECTED: [],
    EXPIRED: [],
    DELETED: [],
    ACTIVE: [ALPHA, BETA],
  })
})

test('a peering within one project counts once', () => {
  assert.deepEqual(countsFor(ownPeering({ status: 'ACTIVE' })), [ALPHA])
  assert.deepEqual(countsFor(ownPeering({ status: 'DELETED' })), [])
})

test('the requester and the accepter take part in any status, and one project only once', () => {
  for (const status of STATUSES) {
    assert.deepEqual(participants(peering({ status })), [ALPHA, BETA])
    assert.deepEqual(participants(ownPeering({ status })), [ALPHA])
  }
})
