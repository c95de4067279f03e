/** Requests with exactly these headers, which fetch does not send: it adds its own, and takes no body with a GET. */
import { type IncomingHttpHeaders, request } from 'node:http'
import type { Answer } from './service.ts'
import { assertShape } from './shapes.ts'

/** One request; to `headers` only Host, Connection and Content-Length are added. `body` '' is none. */
export async function sendExactly(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Promise<Answer> {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const { status, received, text } = await new Promise<{ status: number; received: IncomingHttpHeaders; text: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(url)
      // The path on its own, since a URL would tidy it up.
      const sent = request({ hostname, port, method, path, headers: { ...headers, ...length } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, received: response.headers, text })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    },
  )
  const known = Object.entries(received).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const answer = { status, headers: new Headers(known), body: text === '' ? undefined : JSON.parse(text) }
  assertShape(method, path, answer)
  return answer
}
