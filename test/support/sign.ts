/** Signs as the official clients do; apart from src/identity/signature.ts, so that it can disagree. */
import { createHash, createHmac } from 'node:crypto'

export interface SigningKey {
  readonly access: string
  readonly secret: string
  /** Undefined: no X-Project-Id, neither sent nor signed. */
  readonly projectId: string | undefined
  /** Milliseconds since the epoch, UTC. */
  readonly now: number
}

export interface SigningStyle {
  /** `scoped` is what gophertelekomcloud sends (form 2); `simple`, the SDKs' own (form 1), unless given. */
  readonly form?: 'simple' | 'scoped'
  /** More headers to sign and send, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>
}

export function signHeaders(
  { method, url, body }: { method: string; url: string; body: string },
  { access, secret, projectId, now }: SigningKey,
  { form = 'simple', headers = {} }: SigningStyle = {},
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const all: Readonly<Record<string, string>> = {
    ...{ 'content-type': 'application/json', host, 'x-sdk-date': date },
    ...(projectId !== undefined && { 'x-project-id': projectId }),
    ...headers,
  }
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value}\n`)
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const path = pathname.split('/').map((part) => encode(decodeURIComponent(part)))
  const payload = headers['x-sdk-content-sha256'] ?? sha256(body)
  const canonical = [method, `${path.join('/')}/`, query.join('&'), lines.join(''), names, payload].join('\n')
  // Region and service are empty, as gophertelekomcloud sends them.
  const scope = [date.slice(0, 8), '', '', 'sdk_request']
  const scopeLine = form === 'scoped' ? `${scope.join('/')}\n` : ''
  const toSign = `SDK-HMAC-SHA256\n${date}\n${scopeLine}${sha256(canonical)}`
  const key = form === 'scoped' ? scope.reduce<string | Buffer>(hmac, `SDK${secret}`) : secret
  const who = form === 'scoped' ? `Credential=${access}/${scope.join('/')}` : `Access=${access}`
  const authorization = `SDK-HMAC-SHA256 ${who}, SignedHeaders=${names}, Signature=${hmac(key, toSign).toString('hex')}`
  const { host: _, ...sent } = all
  return { ...sent, authorization }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
