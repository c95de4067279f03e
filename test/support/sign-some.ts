/** Signs some of a request's headers, as each client chooses its own; form 1. */
import { createHash, createHmac } from 'node:crypto'

/**
 * `headers` are sent, with the signature's own; of them, and of `host` and `x-sdk-date`, only `signed` are covered.
 * `now` is milliseconds since the epoch, UTC.
 */
export function signSome(
  { method, url, body }: { method: string; url: string; body: string },
  { access, secret, now }: { access: string; secret: string; now: number },
  headers: Readonly<Record<string, string>>,
  signed: readonly string[],
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const values: Readonly<Record<string, string>> = { ...headers, host, 'x-sdk-date': date }
  const names = signed.join(';')
  const lines = signed.map((name) => `${name}:${values[name]}\n`).join('')
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const canonical = [method, `${pathname}/`, query.join('&'), lines, names, sha256(body)].join('\n')
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`
  const signature = createHmac('sha256', secret).update(toSign).digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=${names}, Signature=${signature}`
  return { ...headers, 'x-sdk-date': date, authorization }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
