/** Signs as the official Node SDK does (form 1); apart from src/identity/signature.ts, so that it can disagree. */
import { createHash, createHmac } from 'node:crypto'

export interface SigningKey {
  readonly access: string
  readonly secret: string
  readonly projectId: string
  /** Milliseconds since the epoch, UTC. */
  readonly now: number
}

export function signHeaders(
  { method, url, body }: { method: string; url: string; body: string },
  { access, secret, projectId, now }: SigningKey,
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = { 'content-type': 'application/json', host, 'x-project-id': projectId, 'x-sdk-date': date }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const path = pathname.split('/').map((part) => encode(decodeURIComponent(part)))
  const canonical = [method, `${path.join('/')}/`, query.join('&'), lines.join(''), names, sha256(body)].join('\n')
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`
  const signature = createHmac('sha256', secret).update(toSign).digest('hex')
  const { host: _, ...sent } = headers
  return { ...sent, authorization: `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=${names}, Signature=${signature}` }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
