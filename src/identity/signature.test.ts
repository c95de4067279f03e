import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  canonicalBodilessPost,
  canonicalRequest,
  readClaim,
  type SignatureClaim,
  type SignedRequest,
  stringToSign,
  verifySignature,
} from './signature.ts'

/** What six real clients sent, and what their signers hashed and signed. */
interface Vector extends Omit<SignedRequest, 'headers' | 'body'> {
  readonly client: string
  readonly form: 1 | 2
  readonly sk: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly canonicalRequest: string
  readonly stringToSign: string
}

const VECTORS: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../../test/fixtures/sigvectors.json', import.meta.url), 'utf8'),
)
const SECRET = 'sëcret key'
const DATE = '20240229T235500Z'
const NOW = Date.UTC(2024, 1, 29, 23, 55)

/** `accepted`, `wrong signature`, or the problem. */
function judge(request: SignedRequest, now = NOW, secret = SECRET): string {
  const outcome = readClaim(request, now)
  if ('problem' in outcome) return outcome.problem
  return verifySignature(request, outcome.claim, secret) ? 'accepted' : 'wrong signature'
}

function claimOf(request: SignedRequest, now = NOW): SignatureClaim {
  const outcome = readClaim(request, now)
  if ('problem' in outcome) throw new Error(outcome.problem)
  return outcome.claim
}

// --- a signer of our own, written on text instead of bytes, so that it shares no mistake with the code ---

interface Recipe {
  readonly form: 1 | 2
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signedHeaders: readonly string[]
  /** The target as sent, when it is not simply the path and the query encoded. */
  readonly url: string
  readonly date: string
  readonly day: string
  readonly region: string
  readonly service: string
  readonly queryAsBody: boolean
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const strict = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
/** As node:http shows what a client sent as UTF-8. */
const asReceived = (text: string) => Buffer.from(text).toString('latin1')
const pairsText = (pairs: Recipe['query']) => pairs.map(([name, value]) => `${strict(name)}=${strict(value)}`).join('&')

function queryText(form: 1 | 2, query: Recipe['query']): string {
  if (form === 1) return pairsText([...query].sort((a, b) => bytewise(a[0], b[0]) || bytewise(a[1], b[1])))
  const firsts = query.filter(([name], at) => query.findIndex((other) => other[0] === name) === at)
  return pairsText(firsts.sort((a, b) => bytewise(strict(a[0]).toLowerCase(), strict(b[0]).toLowerCase())))
}

/** The canonical request and the signed request of a recipe; what it leaves out is an ordinary GET. */
function cook(recipe: Partial<Recipe>): { canonical: string; request: SignedRequest } {
  const { form = 1, method = 'GET', path = '/v2.0/vpc/peerings', query = [['limit', '1']], date = DATE } = recipe
  const { body = new Uint8Array(), day = date.slice(0, 8), region = '', service = '', queryAsBody = false } = recipe
  const { url = `${path.split('/').map(strict).join('/')}?${pairsText(query)}` } = recipe
  const headers: Record<string, string> = { host: 'vpc.example:8080', 'x-sdk-date': date, ...recipe.headers }
  const { signedHeaders = Object.keys(headers).sort() } = recipe
  const signedValue = (name: string) => (form === 1 ? headers[name] : headers[name]?.replace(/[ \t]+/g, ' '))
  const goQuery = pairsText([...query].sort((a, b) => bytewise(a[0], b[0]))).replaceAll('%20', '+')
  const canonical = [
    method,
    `${path.split('/').map(strict).join('/').replace(/\/$/, '')}/`,
    queryAsBody ? '' : queryText(form, query),
    ...signedHeaders.map((name) => `${name}:${signedValue(name)}`),
    '',
    signedHeaders.join(';'),
    queryAsBody ? sha256(goQuery) : (headers['x-sdk-content-sha256'] ?? sha256(body)),
  ].join('\n')
  const scope = [day, region, service, 'sdk_request']
  const lines = ['SDK-HMAC-SHA256', date, ...(form === 1 ? [] : [scope.join('/')]), sha256(canonical)]
  let key: string | Buffer = SECRET
  if (form === 2) key = scope.reduce<string | Buffer>(mac, `SDK${SECRET}`)
  const who = form === 1 ? 'Access=AK7' : `Credential=AK7/${scope.join('/')}`
  const signature = mac(key, lines.join('\n')).toString('hex')
  const authorization = `SDK-HMAC-SHA256 ${who}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  const sent = Object.entries({ ...headers, authorization }).map(([name, value]) => [name, asReceived(value)])
  return { canonical, request: { method, url, headers: Object.fromEntries(sent), body } }
}

const sign = (recipe: Partial<Recipe>) => cook(recipe).request
const withHeaders = (request: SignedRequest, headers: SignedRequest['headers']): SignedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
})
const rewrite = (request: SignedRequest, from: string | RegExp, to: string) =>
  withHeaders(request, { authorization: String(request.headers.authorization).replace(from, to) })
const bytes = (text: string) => new Uint8Array(Buffer.from(text))

// --- the captured requests ---

function received(vector: Vector): SignedRequest {
  return { method: vector.method, url: vector.url, headers: vector.headers, body: bytes(vector.body) }
}

function sentAt({ headers }: Vector): number {
  const [year, month, day, hour, minute, second] = headers['x-sdk-date']?.match(/^\d{4}|\d\d/g)?.map(Number) ?? []
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
}

/** Every text that differs from this one in one place: each character replaced, each left out, one appended. */
function* misspelt(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    yield text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
    yield text.slice(0, at) + text.slice(at + 1)
  }
  yield `${text}x`
}

function* tampered(vector: Vector): Generator<[what: string, request: SignedRequest]> {
  const request = received(vector)
  const signed = claimOf(request, sentAt(vector)).signedHeaders
  for (const method of ['GET', 'PUT', 'POST', 'PATCH', 'DELETE']) {
    if (method !== vector.method) yield [`method ${method}`, { ...request, method }]
  }
  for (const url of misspelt(vector.url)) yield [`url ${url}`, { ...request, url }]
  const url = `${vector.url}${vector.url.includes('?') ? '&' : '?'}marker=1`
  yield ['one more query pair', { ...request, url }]
  for (const name of signed) {
    const value = vector.headers[name] ?? ''
    for (const text of misspelt(value)) yield [`${name}: ${text}`, withHeaders(request, { [name]: text })]
    yield [`no ${name}`, withHeaders(request, { [name]: undefined })]
    if (signed.length > 1) yield [`${name} not signed`, rewrite(request, new RegExp(`\\b${name};|;${name}\\b`), '')]
  }
  // One second is well within the skew, so that only the signature can tell.
  const date = vector.headers['x-sdk-date']?.replace(/.Z$/, (end) => (end === '0Z' ? '1Z' : '0Z'))
  if (date !== vector.headers['x-sdk-date']) yield ['date', withHeaders(request, { 'x-sdk-date': date })]
  for (const [at, byte] of request.body.entries())
    yield [`body byte ${at}`, { ...request, body: request.body.with(at, byte ^ 1) }]
  if (vector.body !== '') yield ['no body', { ...request, body: bytes('') }]
  yield ['longer body', { ...request, body: bytes(`${vector.body} `) }]
  yield ['one more signed header', rewrite(request, 'SignedHeaders=', 'SignedHeaders=authorization;')]
  if (vector.form === 2) {
    yield ['region', rewrite(request, '///', '/eu-de//')]
    yield ['service', rewrite(request, '///', '//vpc/')]
  }
  const signature = String(vector.headers.authorization).slice(-64)
  for (let at = 0; at < 64; at += 1) {
    const digit = signature[at] === '0' ? '1' : '0'
    yield [`digit ${at}`, rewrite(request, signature, signature.slice(0, at) + digit + signature.slice(at + 1))]
  }
}

for (const vector of VECTORS) {
  const name = `${vector.client} ${vector.method} ${vector.url}`

  test(`${name} is canonicalised, signed and accepted as the client did it`, () => {
    const request = received(vector)
    const claim = claimOf(request, sentAt(vector))
    assert.equal(claim.kind, vector.form === 1 ? 'simple' : 'scoped')
    assert.equal(canonicalRequest(request, claim), vector.canonicalRequest)
    assert.equal(stringToSign(vector.canonicalRequest, claim), vector.stringToSign)
    assert.equal(judge(request, sentAt(vector), vector.sk), 'accepted')
    assert.equal(judge(request, sentAt(vector), `${vector.sk}x`), 'wrong signature')
  })

  test(`${name} is refused after any change of what was signed, and only then`, () => {
    for (const [what, request] of tampered(vector)) {
      const verdict = judge(request, sentAt(vector), vector.sk)
      assert.notEqual(verdict, 'accepted', what)
      // Only a header that is gone, and the date, may fall foul of a rule before the signature is looked at.
      if (!/^no |^x-sdk-date/.test(what)) assert.equal(verdict, 'wrong signature', what)
    }
    const signed = claimOf(received(vector), sentAt(vector)).signedHeaders
    const unsigned = ['x-marker', ...Object.keys(vector.headers)].filter(
      (header) => header !== 'authorization' && !signed.includes(header),
    )
    for (const header of unsigned) {
      const request = withHeaders(received(vector), { [header]: 'anything' })
      assert.equal(judge(request, sentAt(vector), vector.sk), 'accepted', header)
    }
  })
}

test('all captured clients are there, in both forms', () => {
  assert.equal(VECTORS.length, 32)
  assert.deepEqual([...new Set(VECTORS.map(({ client }) => client))], ['node', 'noder', 'py', 'hwgo', 'tfhw', 'tfotc'])
})

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
const plain = sign({})
const scoped = sign({ form: 2 })

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

// --- the parts of the canonical request, as text to check by eye ---

const lineOf = (request: SignedRequest, line: number) => canonicalRequest(request, claimOf(request)).split('\n')[line]

test('the method is in capitals', () => {
  assert.equal(lineOf({ ...plain, method: 'get' }, 0), 'GET')
})

test('a path is decoded once, encoded anew and ends in a slash', () => {
  for (const [url, path] of Object.entries({
    '/': '/',
    '': '/',
    '/v3/projects': '/v3/projects/',
    '/v3/projects/?a=/b': '/v3/projects/',
    '/a/../b//c': '/a/../b//c/',
    '/%61%7e%2Fb%2f': '/a~/b/',
    "/%c3%bc%20!*'()+:@": '/%C3%BC%20%21%2A%27%28%29%2B%3A%40/',
    '/Ã¼': '/%C3%BC/',
    '/%2541': '/%2541/',
    '/100%/%zz/%4/%ff': '/100%25/%25zz/%254/%FF/',
  })) {
    assert.equal(lineOf({ ...plain, url }, 1), path, url)
  }
})

test('a query is sorted by name and value before encoding in form 1', () => {
  for (const [query, canonical] of Object.entries({
    '': '',
    'b=2&a=2&a=10&B=1': 'B=1&a=10&a=2&b=2',
    'a%3a=1&a1=2&a~=3': 'a1=2&a%3A=1&a~=3',
    'a=z&a=%7E&a=%C3': 'a=z&a=~&a=%C3',
    'flag&a=&=v&&': '=v&a=&flag=',
    'a=b=c&d=e?f': 'a=b%3Dc&d=e%3Ff',
    'a=1+2%2B3%20*': 'a=1%202%2B3%20%2A',
    'a=%&b=%zz&c=%4': 'a=%25&b=%25zz&c=%254',
  })) {
    assert.equal(lineOf({ ...plain, url: `/?${query}` }, 2), canonical, query)
  }
})

test('a query has the first value of each name, sorted after encoding without regard to case, in form 2', () => {
  for (const [query, canonical] of Object.entries({
    'b=2&a=2&a=10&B1=1&C=3': 'a=2&b=2&B1=1&C=3',
    'a1=2&a%3a=1&a~=3': 'a%3A=1&a1=2&a~=3',
    'a=1+2%2B3': 'a=1%202%2B3',
  })) {
    assert.equal(lineOf({ ...scoped, url: `/?${query}` }, 2), canonical, query)
  }
})

test('a header value is trimmed in form 1, and its runs of white space are one blank in form 2', () => {
  for (const [value, simple, collapsed] of [
    ['a  b', 'a  b', 'a b'],
    [' \t a\t b \t', 'a\t b', ' a b '],
    ['voil\u00c3\u00a0', 'voil\u00c3\u00a0', 'voil\u00c3\u00a0'],
    [['a', ' b'], 'a, b', 'a, b'],
    ['', '', ''],
  ] as const) {
    assert.equal(lineOf(withHeaders(plain, { host: value }), 3), `host:${simple}`)
    assert.equal(lineOf(withHeaders(scoped, { host: value }), 3), `host:${collapsed}`)
  }
})

test('a header value of very many blanks costs no time', () => {
  const started = performance.now()
  judge(withHeaders(plain, { host: `a${' '.repeat(200_000)}b` }))
  judge(withHeaders(scoped, { host: `a${' '.repeat(200_000)}b` }))
  // Milliseconds: it takes about 5, and half a minute with a pattern that looks at every blank from every blank.
  assert.ok(performance.now() - started < 1000)
})

// --- everything else ---

const text = fc.string({ unit: 'binary', maxLength: 8 })
const segment = text.map((any) => any.replaceAll('/', '-'))
const headerValue = fc.array(fc.oneof(fc.constantFrom(' ', '  ', '\t', 'à'), text), { maxLength: 5 }).map((parts) =>
  parts
    .join('')
    .replace(/[^\P{Cc}\t]/gu, '')
    .replace(/^[ \t]+|[ \t]+$/g, ''),
)
const query = fc
  .uniqueArray(fc.tuple(text, fc.array(text, { minLength: 1, maxLength: 3 })), {
    maxLength: 5,
    // Go's own order of names that differ in case only is by chance.
    selector: ([name]) => strict(name).toLowerCase(),
  })
  .map((names) => names.flatMap(([name, values]) => values.map((value) => [name, value] as const)))
const spelling = fc.constantFrom(strict, encodeURIComponent, (any: string) =>
  strict(any).replace(/%../g, (code) => code.toLowerCase()),
)
const recipes = fc
  .record({
    form: fc.constantFrom(1, 2),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    segments: fc.array(segment, { maxLength: 4 }),
    query: query.chain((pairs) => fc.shuffledSubarray(pairs, { minLength: pairs.length })),
    headers: fc.dictionary(fc.stringMatching(/^x-a[a-z0-9-]{0,5}$/), headerValue, { maxKeys: 4 }),
    body: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ minLength: 1, maxLength: 30 })),
    region: fc.constantFrom('', 'eu-de'),
    spell: spelling,
    blank: fc.constantFrom('%20', '+'),
  })
  .map(({ segments, spell, blank, ...rest }): Partial<Recipe> => {
    const spellBlank = (any: string) => spell(any).replaceAll('%20', blank)
    const pairs = rest.query.map(([name, value]) => `${spellBlank(name)}=${spellBlank(value)}`)
    const path = `/${segments.join('/')}`
    return { ...rest, path, url: `${path.split('/').map(spell).join('/')}?${pairs.join('&')}` }
  })

test('whatever a client signs is accepted, and not with another secret, body or query', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { canonical, request } = cook(recipe)
      assert.equal(canonicalRequest(request, claimOf(request)), asReceived(canonical))
      assert.equal(judge(request), 'accepted')
      assert.equal(judge(request, NOW, `${SECRET}x`), 'wrong signature')
      assert.equal(judge({ ...request, body: new Uint8Array([...request.body, 0]) }), 'wrong signature')
      assert.equal(judge({ ...request, url: `${request.url}&${'new'.repeat(9)}=` }), 'wrong signature')
      const odd = { ...recipe, form: 2, method: 'POST', body: new Uint8Array(), queryAsBody: true } as const
      assert.equal(judge(sign(odd)), 'accepted')
    }),
    { numRuns: 1000 },
  )
})

const anything = fc.oneof(
  text,
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
)
const field = fc.constantFrom('Access=', 'Credential=', 'SignedHeaders=', 'Signature=', 'x-sdk-date', ';', '/', '=', '')
const authorization = fc.oneof(
  anything,
  anything.map((rest) => `SDK-HMAC-SHA256 ${rest}`),
  fc
    .array(
      fc.tuple(field, fc.oneof(field, anything)).map((parts) => parts.join('')),
      { maxLength: 5 },
    )
    .map((items) => `SDK-HMAC-SHA256 ${items.join(',')}`),
)

test('no garbage in any place is an error or is accepted', () => {
  const value = fc.oneof(anything, fc.array(anything, { maxLength: 2 }))
  const garbage = fc.record({
    method: anything,
    url: fc.oneof(
      anything,
      anything.map((rest) => `/a?%${rest}&=%C3%`),
    ),
    headers: fc.dictionary(fc.oneof(anything, fc.constantFrom('host', 'x-sdk-content-sha256', '__proto__')), value),
    body: fc.uint8Array(),
  })
  fc.assert(
    fc.property(garbage, authorization, value, (request, claimed, date) => {
      assert.notEqual(judge(withHeaders(request, { authorization: claimed, 'x-sdk-date': date })), 'accepted')
      assert.notEqual(judge(withHeaders(request, { authorization: claimed, 'x-sdk-date': DATE })), 'accepted')
      for (const base of [plain, scoped]) {
        const claim = { ...claimOf(base), signedHeaders: Object.keys(request.headers) }
        assert.equal(verifySignature({ ...request, method: 'POST' }, claim, SECRET), false)
        assert.equal(typeof canonicalBodilessPost(request, claim), 'string')
        assert.equal(judge({ ...base, url: `${request.url}\u0100` }), 'wrong signature')
      }
    }),
    { numRuns: 1000 },
  )
})
