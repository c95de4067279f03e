/** Bytes on a socket, for requests that no HTTP client would send, and the answers that came back before it closed. */
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Beyond this many milliseconds the service hangs: nothing here takes it a tenth of that. */
const HANGS_AFTER_MS = 5_000

/**
 * Sends the bytes and reads until the service closes the connection, so ask for `Connection: close`. With `hangUp` the
 * sending side is closed at once, as by a client that dies.
 */
export async function exchange(url: string, bytes: string | Uint8Array, hangUp = false): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A service that has answered may close while we still send; what it said is what counts.
  socket.on('error', () => {})
  const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)))
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  if (hangUp) socket.end()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, HANGS_AFTER_MS, false)
  })
  const inTime = await Promise.race([closed, late])
  clearTimeout(timer)
  socket.destroy()
  const text = Buffer.concat(chunks).toString('latin1')
  if (!inTime) throw new Error(`the service hangs; so far it said: ${text.slice(0, 500)}`)
  return parseAnswers(text)
}

/** Throws where the bytes are not whole answers one after the other. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]
    if (end === -1 || status === undefined) throw new Error(`not an answer: ${rest.slice(0, 200)}`)
    const pairs = lines.map((line) => /^([^:]+): ?(.*)$/.exec(line)?.slice(1) ?? ['', ''])
    const headers = Object.fromEntries(pairs.map(([name = '', value]) => [name.toLowerCase(), value ?? '']))
    rest = rest.slice(end + 4)
    if (status === '100') continue
    const length = Number(headers['content-length'] ?? 0)
    answers.push({ status: Number(status), headers, body: rest.slice(0, length) })
    rest = rest.slice(length)
  }
  return answers
}

/** One request as text; `Connection: close` and a right Content-Length unless `headers` says otherwise. */
export function request(method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const all = {
    host: 'localhost',
    connection: 'close',
    ...(body !== '' && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body, 'latin1')),
    }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
