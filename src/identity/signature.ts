// Requests signed with an access key (AK/SK): what an Authorization header claims, and whether a secret key proves it.
// Knows no accounts; finding the secret of an access key is the caller's part. Strings are bytes here, one character
// each (latin1), as node:http hands over targets and header values: clients sign bytes, and none may get lost.
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto'

/** Milliseconds. A captured request can be replayed for this long, and a client's clock may be this wrong. */
export const MAX_SKEW_MS = 15 * 60 * 1000

const ALGORITHM = 'SDK-HMAC-SHA256'
const SCOPE_END = 'sdk_request'
const DATE_HEADER = 'x-sdk-date'
const PAYLOAD_HEADER = 'x-sdk-content-sha256'

const DATE = /^\d{8}T\d{6}Z$/
const LOWER_CASE_NAMES = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*$/
const SIGNATURE = /^[0-9a-f]{64}$/
const PAIR = /(?=[^&])([^=&]*)=?([^&]*)/g
const ESCAPE = /%([0-9A-Fa-f]{2})/g
const RESERVED = /[^A-Za-z0-9\-_.~]/g
const RESERVED_IN_PATH = /[^A-Za-z0-9\-_.~/]/g
// Neither \s nor trim(): they take U+00A0 for a blank, which in latin1 is the second half of a UTF-8 `à`.
const BLANKS = /[\t\n\f\r ]+/g
// The lookbehind keeps it linear when there are thousands of blanks inside a value.
const OUTER_BLANKS = /^[\t ]+|(?<![\t ])[\t ]+$/g

/** What a signature can cover. `url` is the raw target, percent-encoded as sent; header names are lower-case. */
export interface SignedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
}

/**
 * What an Authorization header claims, nothing of it proven; `date` is X-Sdk-Date. `simple` is form 1 (`Access=`),
 * `scoped` is form 2 (`Credential=…/sdk_request`). tfotc sends region and service empty, so they are not for judging.
 */
export type SignatureClaim = {
  readonly accessKey: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly date: string
} & (
  | { readonly kind: 'simple' }
  | { readonly kind: 'scoped'; readonly day: string; readonly region: string; readonly service: string }
)

/** `problem` is public: it says which rule was broken and repeats nothing of the request. */
export type ClaimOutcome = { readonly claim: SignatureClaim } | { readonly problem: string }

/** Judges all of a signed request that can be judged without the secret key. `now` in ms since the epoch. */
export function readClaim(request: SignedRequest, now: number): ClaimOutcome {
  // An absent header reads as empty here, and then breaks a rule below.
  const outcome = parseAuthorization(headerText(request, 'authorization') ?? '', headerText(request, DATE_HEADER) ?? '')
  if ('problem' in outcome) return outcome
  const problem = brokenRule(request, outcome.claim, now)
  return problem === undefined ? outcome : { problem }
}

/** Whether `secretKey` made this signature. `claim` must be what readClaim made of this very request. */
export function verifySignature(request: SignedRequest, claim: SignatureClaim, secretKey: string): boolean {
  // Checked before decoding, because Buffer.from(…, 'hex') stops silently at the first character that is no hex digit.
  if (!SIGNATURE.test(claim.signature)) return false
  const claimed = Buffer.from(claim.signature, 'hex')
  const scope = claim.kind === 'simple' ? [] : [claim.day, claim.region, claim.service, SCOPE_END]
  const key = claim.kind === 'simple' ? secretKey : scope.reduce<string | Buffer>(hmac, `SDK${secretKey}`)
  const signs = (canonical: string) => timingSafeEqual(hmac(key, stringToSign(canonical, claim)), claimed)
  if (signs(canonicalRequest(request, claim))) return true
  const bodilessPost = request.method.toUpperCase() === 'POST' && request.body.length === 0
  return claim.kind === 'scoped' && bodilessPost && signs(canonicalBodilessPost(request, claim))
}

/** The text whose hash is signed. */
export function canonicalRequest(request: SignedRequest, claim: SignatureClaim): string {
  const query = canonicalQuery(request.url, claim.kind)
  return assemble(request, claim, query, headerText(request, PAYLOAD_HEADER) ?? hash('sha256', request.body, 'hex'))
}

/**
 * The same as gophertelekomcloud has it for a POST without a body: an empty query part, and the hash of the query
 * for the payload (signer_helper.go, usePayloadForQueryParameters), written by Go's url.Values.Encode.
 */
export function canonicalBodilessPost(request: SignedRequest, claim: SignatureClaim): string {
  const query = joinPairs(queryPairs(request.url).sort((a, b) => compare(a[0], b[0]))).replaceAll('%20', '+')
  // Never X-Sdk-Content-Sha256 here: with UNSIGNED-PAYLOAD nothing would cover the query.
  return assemble(request, claim, '', hash('sha256', query, 'hex'))
}

/** The text that is signed. */
export function stringToSign(canonical: string, claim: SignatureClaim): string {
  const digest = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex')
  const scope = claim.kind === 'simple' ? '' : `${claim.day}/${claim.region}/${claim.service}/${SCOPE_END}\n`
  return `${ALGORITHM}\n${claim.date}\n${scope}${digest}`
}

function parseAuthorization(text: string, date: string): ClaimOutcome {
  if (text.split(' ', 1)[0] !== ALGORITHM) return { problem: `the Authorization header must use ${ALGORITHM}` }
  const items = text.slice(ALGORITHM.length).split(',')
  const fields = new Map<string, string>()
  for (const item of items) {
    const equals = item.indexOf('=')
    if (equals > 0) fields.set(item.slice(0, equals).trim(), item.slice(equals + 1).trim())
  }
  const access = fields.get('Access')
  const [accessKey, ...scope] = access === undefined ? (fields.get('Credential') ?? '').split('/') : [access]
  const names = fields.get('SignedHeaders')
  const signature = fields.get('Signature')
  // All three fields from three items: none unknown, none twice.
  if (!accessKey || !names || !signature || items.length !== 3) {
    return { problem: 'Authorization must have Access or Credential, SignedHeaders and Signature, once each' }
  }
  if (!LOWER_CASE_NAMES.test(names)) return { problem: 'SignedHeaders must be lower-case names joined by semicolons' }
  const claim = { accessKey, signedHeaders: names.split(';'), signature, date }
  if (access !== undefined) return { claim: { kind: 'simple', ...claim } }
  const [day = '', region = '', service = '', end] = scope
  if (end !== SCOPE_END || scope.length !== 4) {
    return { problem: 'Credential must be <access key>/<day>/<region>/<service>/sdk_request' }
  }
  return { claim: { kind: 'scoped', ...claim, day, region, service } }
}

function brokenRule(request: SignedRequest, claim: SignatureClaim, now: number): string | undefined {
  const { date, signedHeaders } = claim
  if (new Set(signedHeaders).size !== signedHeaders.length) return 'SignedHeaders must name each header once'
  if (!signedHeaders.includes(DATE_HEADER)) return 'x-sdk-date must be among SignedHeaders'
  if (signedHeaders.some((name) => headerText(request, name) === undefined)) return 'a signed header is missing'
  const time = parseDate(date)
  if (Number.isNaN(time)) return 'X-Sdk-Date must be a UTC time of the form YYYYMMDDTHHMMSSZ'
  if (Math.abs(now - time) > MAX_SKEW_MS) return 'X-Sdk-Date is more than 15 minutes from the current time'
  if (claim.kind === 'scoped' && claim.day !== date.slice(0, 8)) return 'Credential must be of the day of X-Sdk-Date'
  const declared = headerText(request, PAYLOAD_HEADER)
  if (declared === undefined) return undefined
  if (!signedHeaders.includes(PAYLOAD_HEADER)) return 'x-sdk-content-sha256 must be among SignedHeaders'
  if (declared === 'UNSIGNED-PAYLOAD' && request.body.length === 0) return undefined
  // Compared without a body too: else a captured request could be sent again with its body cut off.
  if (declared.toLowerCase() === hash('sha256', request.body, 'hex')) return undefined
  return 'X-Sdk-Content-Sha256 must be the SHA-256 of the body, or UNSIGNED-PAYLOAD if there is none'
}

/** Milliseconds since the epoch, or NaN; also where Date would take 30 February for 2 March, or 24:00 for 00:00. */
function parseDate(text: string): number {
  if (!DATE.test(text)) return Number.NaN
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 11)}:${text.slice(11, 13)}:${text.slice(13)}`
  const time = new Date(iso)
  return time.getUTCDate() === Number(text.slice(6, 8)) ? time.getTime() : Number.NaN
}

/** Undefined if there is no such header. `constructor` is a valid header name, hence hasOwn. */
function headerText({ headers }: SignedRequest, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return value === undefined || typeof value === 'string' ? value : value.join(',')
}

function assemble(request: SignedRequest, claim: SignatureClaim, query: string, payload: string): string {
  const path = encode(decode(request.url.split('?', 1)[0] ?? ''), RESERVED_IN_PATH)
  const slash = path.endsWith('/') ? '' : '/'
  const [blanks, fill] = claim.kind === 'simple' ? [OUTER_BLANKS, ''] : [BLANKS, ' ']
  let block = ''
  for (const name of claim.signedHeaders)
    block += `${name}:${(headerText(request, name) ?? '').replace(blanks, fill)}\n`
  return [request.method.toUpperCase(), path + slash, query, block, claim.signedHeaders.join(';'), payload].join('\n')
}

/** Names and values, decoded, in the order sent. */
function queryPairs(url: string): [name: string, value: string][] {
  const mark = url.indexOf('?')
  // Go clients send a blank as `+`; no client sends a plus sign that is not encoded.
  const query = mark < 0 ? '' : url.slice(mark + 1).replaceAll('+', ' ')
  return Array.from(query.matchAll(PAIR), ([, name = '', value = '']) => [decode(name), decode(value)])
}

function canonicalQuery(url: string, kind: SignatureClaim['kind']): string {
  const pairs = queryPairs(url)
  // Sorted before encoding, as the SDKs do: `a:` comes after `a1`, although `a%3A` comes before it.
  if (kind === 'simple') return joinPairs(pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1])))
  // gophertelekomcloud takes the first value of a name only, and sorts after encoding, ignoring case.
  const first = [...new Map(pairs.reverse())]
  return joinPairs(first.sort((a, b) => compare(encode(a[0]).toLowerCase(), encode(b[0]).toLowerCase())))
}

function joinPairs(pairs: [name: string, value: string][]): string {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** A `%` without two hex digits is read literally, so nothing is malformed and every target has one reading. */
function decode(text: string): string {
  return text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function encode(bytes: string, reserved = RESERVED): string {
  return bytes.replace(reserved, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

function hmac(key: string | Buffer, text: string): Buffer {
  // A KeyObject, because createHmac takes 16 us with a Buffer and 4 us with this (measured, Node 24).
  const secret = typeof key === 'string' ? key : createSecretKey(key)
  return createHmac('sha256', secret).update(text, 'latin1').digest()
}
