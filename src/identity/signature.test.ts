import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytes,
  claimOf,
  DATE,
  judge,
  NOW,
  plain,
  type Recipe,
  rewrite,
  SECRET,
  scoped,
  sha256,
  sign,
  withHeaders,
} from '../../test/support/signer.ts'
import { type SignedRequest, verifySignature } from './signature.ts'

// --- the rules, one table each; every request is signed correctly, so that only the rule can refuse it ---

function table(
  name: string,
  rows: Record<string, readonly [request: SignedRequest, verdict: string, now?: number]>,
): void {
  test(name, () => {
    for (const [row, [request, verdict, now]] of Object.entries(rows)) {
      const actual = judge(request, now)
      assert.equal(actual, verdict, row)
      for (const secret of ['AK7', SECRET, String(request.headers.authorization).slice(-64)]) {
        assert.ok(!actual.includes(secret), `${row} tells ${secret}`)
      }
    }
  })
}

const FIELDS = 'Authorization must have Access or Credential, SignedHeaders and Signature, once each'
const SCHEME = 'the Authorization header must use SDK-HMAC-SHA256'
const CREDENTIAL = 'Credential must be <access key>/<day>/<region>/<service>/sdk_request'
const NAMES = 'SignedHeaders must be lower-case names joined by semicolons'

table('the Authorization header has three fields, in any order, with or without blanks around the commas', {
  'form 1': [plain, 'accepted'],
  'form 2': [scoped, 'accepted'],
  'form 2 with region and service': [sign({ form: 2, region: 'zürich', service: 'vpc' }), 'accepted'],
  'no blanks': [rewrite(plain, /, /g, ','), 'accepted'],
  'many blanks': [rewrite(scoped, /, /g, '  ,\t '), 'accepted'],
  'another order': [rewrite(plain, /(Access=\w+), (.*)/, '$2, $1'), 'accepted'],
  'no header': [withHeaders(plain, { authorization: undefined }), SCHEME],
  'an algorithm and nothing else': [withHeaders(plain, { authorization: 'SDK-HMAC-SHA256' }), FIELDS],
  'no access key': [rewrite(plain, 'Access=AK7, ', ''), FIELDS],
  'an empty access key': [rewrite(plain, 'AK7', ''), FIELDS],
  'no names': [rewrite(plain, / SignedHeaders=[^,]*,/, ''), FIELDS],
  'no signature': [rewrite(plain, /, Signature=.*/, ''), FIELDS],
  'a field twice': [rewrite(plain, 'Access=AK7', 'Access=AK8, Access=AK7'), FIELDS],
  'a field without an equals sign': [rewrite(plain, 'Access=AK7', 'AccessX'), FIELDS],
  'an empty signature': [rewrite(plain, /[^=]*$/, ''), FIELDS],
  'an unknown field': [rewrite(plain, 'Access=AK7', 'Access=AK7, Extra=1'), FIELDS],
  'an item that is no field': [rewrite(plain, /$/, ', extra'), FIELDS],
  'an empty item': [rewrite(plain, /$/, ','), FIELDS],
  'both forms at once': [rewrite(plain, 'Access=', 'Credential=AK7/20240229///sdk_request, Access='), FIELDS],
  'no access key in form 2': [rewrite(scoped, 'AK7', ''), FIELDS],
  'a scope with another end': [rewrite(scoped, 'sdk_request', 'aws4_request'), CREDENTIAL],
  'a scope that is too short': [rewrite(scoped, '///', '//'), CREDENTIAL],
  'a scope that is too long': [rewrite(scoped, 'sdk_request', 'sdk_request/'), CREDENTIAL],
  'an access key without scope': [rewrite(scoped, /AK7[^,]*/, 'AK7'), CREDENTIAL],
})

table('an algorithm that we do not speak is answered with the one that we do', {
  SM3: [rewrite(plain, 'SDK-HMAC-SHA256', 'SDK-HMAC-SM3'), SCHEME],
  ECDSA: [rewrite(plain, 'SDK-HMAC-SHA256', 'SDK-ECDSA-P256-SHA256'), SCHEME],
  'derived keys': [rewrite(plain, 'SDK-HMAC-SHA256', 'V11-HMAC-SHA256'), SCHEME],
  'a longer name': [rewrite(plain, 'SDK-HMAC-SHA256', 'SDK-HMAC-SHA256X'), SCHEME],
  'no name': [rewrite(plain, 'SDK-HMAC-SHA256', ''), SCHEME],
})

const listing = (...signedHeaders: string[]) =>
  sign({ signedHeaders, headers: { 'x-empty': '', 'content-type': 'a/b' } })
table('SignedHeaders names headers of the request, each once, in lower case, and x-sdk-date with them', {
  'x-sdk-date alone': [listing('x-sdk-date'), 'accepted'],
  'an empty header': [listing('x-empty', 'x-sdk-date'), 'accepted'],
  'not sorted': [listing('x-sdk-date', 'host'), 'accepted'],
  capitals: [listing('Host', 'x-sdk-date'), NAMES],
  'an empty name': [listing('host', '', 'x-sdk-date'), NAMES],
  'a trailing semicolon': [listing('x-sdk-date', ''), NAMES],
  'a blank in a name': [listing('ho st', 'x-sdk-date'), NAMES],
  'a name twice': [listing('host', 'host', 'x-sdk-date'), 'SignedHeaders must name each header once'],
  'no x-sdk-date': [listing('host'), 'x-sdk-date must be among SignedHeaders'],
  'a header that is not there': [listing('accept', 'x-sdk-date'), 'a signed header is missing'],
  'an empty header that was taken out': [
    withHeaders(listing('x-empty', 'x-sdk-date'), { 'x-empty': undefined }),
    'a signed header is missing',
  ],
  'a name that every object has': [listing('constructor', 'x-sdk-date'), 'a signed header is missing'],
  'the prototype': [listing('__proto__', 'x-sdk-date'), 'a signed header is missing'],
  'no date header': [withHeaders(plain, { 'x-sdk-date': undefined }), 'a signed header is missing'],
})

const SKEW = 'X-Sdk-Date is more than 15 minutes from the current time'
table('a request may be 15 minutes old or early, and no more', {
  'exactly late': [plain, 'accepted', NOW + 15 * 60 * 1000],
  'a millisecond too late': [plain, SKEW, NOW + 15 * 60 * 1000 + 1],
  'exactly early': [scoped, 'accepted', NOW - 15 * 60 * 1000],
  'a millisecond too early': [scoped, SKEW, NOW - 15 * 60 * 1000 - 1],
})

const TIME = 'X-Sdk-Date must be a UTC time of the form YYYYMMDDTHHMMSSZ'
const dated = (date: string): SignedRequest => sign({ date })
table('X-Sdk-Date is a time that exists', {
  'a leap day': [dated('20240229T000000Z'), 'accepted', Date.UTC(2024, 1, 29)],
  'no leap day': [dated('20260229T000000Z'), TIME, Date.UTC(2026, 2, 1)],
  '30 February': [dated('20260230T000000Z'), TIME, Date.UTC(2026, 2, 2)],
  'month 13': [dated('20251301T000000Z'), TIME, Date.UTC(2026, 0, 1)],
  'month 0': [dated('20260001T000000Z'), TIME, Date.UTC(2025, 11, 1)],
  '24 hours': [dated('20240228T240000Z'), TIME, Date.UTC(2024, 1, 29)],
  '60 minutes': [dated('20240229T236000Z'), TIME],
  'a leap second': [dated('20240229T235960Z'), TIME],
  'no Z': [dated('20240229T235500'), TIME],
  separators: [dated('2024-02-29T23:55:00Z'), TIME],
  fractions: [dated('20240229T235500.0Z'), TIME],
  'the date of another header': [dated('Thu, 29 Feb 2024 23:55:00 GMT'), TIME],
  empty: [dated(''), TIME],
  'sent twice': [withHeaders(plain, { 'x-sdk-date': [DATE, DATE] }), TIME],
})

const DAY = 'Credential must be of the day of X-Sdk-Date'
table('the scope is of the day of X-Sdk-Date, even close to midnight', {
  'the same day, seen after midnight': [scoped, 'accepted', NOW + 10 * 60 * 1000],
  'the day of the clock': [sign({ form: 2, day: '20240301' }), DAY, NOW + 10 * 60 * 1000],
  'no day': [sign({ form: 2, day: '' }), DAY],
})

const PAYLOAD = 'X-Sdk-Content-Sha256 must be the SHA-256 of the body, or UNSIGNED-PAYLOAD if there is none'
const body = bytes('{"peering":{}}')
const declaring = (form: 1 | 2, hash: string, recipe: Partial<Recipe> = {}): SignedRequest =>
  sign({ form, method: 'PUT', body, headers: { 'x-sdk-content-sha256': hash }, ...recipe })
for (const form of [1, 2] as const) {
  table(`X-Sdk-Content-Sha256 never opens the body to change (form ${form})`, {
    'the hash of the body': [declaring(form, sha256(body)), 'accepted'],
    'the hash in capitals': [declaring(form, sha256(body).toUpperCase()), 'accepted'],
    'the hash of no body': [declaring(form, sha256(''), { body: bytes('') }), 'accepted'],
    'another hash': [declaring(form, sha256('other')), PAYLOAD],
    'another body': [{ ...declaring(form, sha256(body)), body: bytes('{"peering":[]}') }, PAYLOAD],
    'the body cut off': [{ ...declaring(form, sha256(body)), body: bytes('') }, PAYLOAD],
    'UNSIGNED-PAYLOAD without a body': [declaring(form, 'UNSIGNED-PAYLOAD', { body: bytes('') }), 'accepted'],
    'UNSIGNED-PAYLOAD with a body': [declaring(form, 'UNSIGNED-PAYLOAD'), PAYLOAD],
    'another word': [declaring(form, 'STREAMING', { body: bytes('') }), PAYLOAD],
    'an empty header': [declaring(form, ''), PAYLOAD],
    'not itself signed': [
      declaring(form, sha256(body), { signedHeaders: ['host', 'x-sdk-date'] }),
      'x-sdk-content-sha256 must be among SignedHeaders',
    ],
  })
}

const bodiless: Partial<Recipe> = {
  form: 2,
  method: 'POST',
  query: [
    ['z', '2 3'],
    ['a', '1'],
    ['z', '1'],
    ['B', '+'],
  ],
  queryAsBody: true,
}
table('a POST without a body may be signed with its query as the body, in form 2 only', {
  'as gophertelekomcloud does': [sign(bodiless), 'accepted'],
  'as everybody else does': [sign({ ...bodiless, queryAsBody: false }), 'accepted'],
  'without a query': [sign({ ...bodiless, query: [] }), 'accepted'],
  'another query': [{ ...sign(bodiless), url: '/v2.0/vpc/peerings?a=1' }, 'wrong signature'],
  'a second value changed': [{ ...sign(bodiless), url: '/v2.0/vpc/peerings?z=2+3&a=1&z=9&B=%2B' }, 'wrong signature'],
  'form 1': [sign({ ...bodiless, form: 1 }), 'wrong signature'],
  'a GET': [sign({ ...bodiless, method: 'GET' }), 'wrong signature'],
  'a body': [sign({ ...bodiless, body }), 'wrong signature'],
  'UNSIGNED-PAYLOAD, and a query slipped in': [
    {
      ...declaring(2, 'UNSIGNED-PAYLOAD', { method: 'POST', query: [], body: bytes('') }),
      url: '/v2.0/vpc/peerings?a=1',
    },
    'wrong signature',
  ],
})

test('a signature that is not 64 lower-case hex digits is false, and never an error', () => {
  const claim = claimOf(plain)
  const right = claim.signature
  assert.equal(verifySignature(plain, claim, SECRET), true)
  const wide = right.replace(/[0-9a-f]/, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100))
  for (const signature of [
    '',
    right.slice(2),
    `${right}00`,
    `${right}zz`,
    `${right.slice(1)}g`,
    right.toUpperCase(),
    wide,
  ]) {
    assert.equal(verifySignature(plain, { ...claim, signature }, SECRET), false, signature)
  }
})
