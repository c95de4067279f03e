import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  asReceived,
  claimOf,
  cook,
  DATE,
  judge,
  NOW,
  plain,
  type Recipe,
  SECRET,
  scoped,
  sign,
  strict,
  withHeaders,
} from '../../test/support/signer.ts'
import { canonicalBodilessPost, canonicalRequest, type SignedRequest, verifySignature } from './signature.ts'

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
