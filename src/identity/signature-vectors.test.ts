import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bytes, claimOf, judge, rewrite, withHeaders } from '../../test/support/signer.ts'
import { canonicalRequest, type SignedRequest, stringToSign } from './signature.ts'

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
