/** Signs on text, not bytes, so that it shares no mistake with src/identity/signature.ts; and judges what that says. */
import { createHash, createHmac } from 'node:crypto'
import { readClaim, type SignatureClaim, type SignedRequest, verifySignature } from '../../src/identity/signature.ts'

export const SECRET = 'sëcret key'
export const DATE = '20240229T235500Z'
export const NOW = Date.UTC(2024, 1, 29, 23, 55)

/** `accepted`, `wrong signature`, or the problem. */
export function judge(request: SignedRequest, now = NOW, secret = SECRET): string {
  const outcome = readClaim(request, now)
  if ('problem' in outcome) return outcome.problem
  return verifySignature(request, outcome.claim, secret) ? 'accepted' : 'wrong signature'
}

export function claimOf(request: SignedRequest, now = NOW): SignatureClaim {
  const outcome = readClaim(request, now)
  if ('problem' in outcome) throw new Error(outcome.problem)
  return outcome.claim
}

export interface Recipe {
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

export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
export const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
export const strict = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
export const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
/** As node:http shows what a client sent as UTF-8. */
export const asReceived = (text: string) => Buffer.from(text).toString('latin1')
export const pairsText = (pairs: Recipe['query']) =>
  pairs.map(([name, value]) => `${strict(name)}=${strict(value)}`).join('&')

export function queryText(form: 1 | 2, query: Recipe['query']): string {
  if (form === 1) return pairsText([...query].sort((a, b) => bytewise(a[0], b[0]) || bytewise(a[1], b[1])))
  const firsts = query.filter(([name], at) => query.findIndex((other) => other[0] === name) === at)
  return pairsText(firsts.sort((a, b) => bytewise(strict(a[0]).toLowerCase(), strict(b[0]).toLowerCase())))
}

/** The canonical request and the signed request of a recipe; what it leaves out is an ordinary GET. */
export function cook(recipe: Partial<Recipe>): { canonical: string; request: SignedRequest } {
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

export const sign = (recipe: Partial<Recipe>) => cook(recipe).request
export const withHeaders = (request: SignedRequest, headers: SignedRequest['headers']): SignedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
})
export const rewrite = (request: SignedRequest, from: string | RegExp, to: string) =>
  withHeaders(request, { authorization: String(request.headers.authorization).replace(from, to) })
export const bytes = (text: string) => new Uint8Array(Buffer.from(text))

/** An ordinary signed GET in each form. */
export const plain = sign({})
export const scoped = sign({ form: 2 })
