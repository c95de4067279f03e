/** A client of the streams of events (Server-Sent Events) that reads when it is told to. */
import assert from 'node:assert/strict'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { Entry } from './history.ts'

export const EVENTS = '/causeway/v1/events'

export interface Told {
  readonly id: number
  readonly event: string
  /** An entry of a history; or of the last event of a stream its reason, and where to go on. */
  readonly data: Entry & { readonly reason?: string; readonly resume_from?: string }
}

export interface EventStream extends Disposable {
  /** The id of the event that it began after. */
  readonly start: number
  /** Everything told so far. */
  readonly told: readonly Told[]
  /** Signs of life so far. */
  readonly beats: number
  /** Resolves when this many have been told in all. */
  until(count: number): Promise<readonly Told[]>
  /** Resolves at the next sign of life, or when it has ended. */
  beaten(): Promise<void>
  /** Resolves when the service has ended it, or cut it off. */
  readonly ended: Promise<void>
  /** Takes no more bytes off the socket until it is resumed. */
  pause(): void
  resume(): void
}

/** Resolves when the stream is open: what happens from now on is told. */
export async function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  lastEventId?: string | number,
): Promise<EventStream> {
  const all = { ...headers, ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }) }
  const request = get(`${url}${EVENTS}`, { agent: false, headers: all })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers['content-type'], 'text/event-stream')
  const reader = createReader(request, response)
  await reader.started
  return reader
}

function createReader(request: ClientRequest, response: IncomingMessage): EventStream & { started: Promise<unknown> } {
  const told: Told[] = []
  let start = Number.NaN
  let beats = 0
  let rest = ''
  let isOver = false
  const looks = new Set<() => void>()
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isSo() && !isOver) return
        looks.delete(look)
        if (isSo()) resolve()
        else reject(new Error(`the stream ended after ${told.length} events: ${JSON.stringify(told.at(-1))}`))
      }
      looks.add(look)
      look()
    })
  const lookAll = (): void => {
    for (const look of looks) look()
  }
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block === ':') beats += 1
      else if (block.startsWith(':')) start = Number(/^id: (\d+)$/m.exec(block)?.[1])
      else told.push(parse(block))
    }
    lookAll()
  })
  const ended = new Promise<void>((resolve) => {
    response.once('close', () => {
      isOver = true
      lookAll()
      resolve()
    })
  })
  response.on('error', () => {})
  request.on('error', () => {})
  return {
    ...{ told, ended, started: when(() => !Number.isNaN(start)) },
    get start() {
      return start
    },
    get beats() {
      return beats
    },
    until: (count) => when(() => told.length >= count).then(() => told),
    beaten: () => {
      const before = beats
      return when(() => beats > before || isOver)
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    [Symbol.dispose]: () => void request.destroy(),
  }
}

function parse(block: string): Told {
  const fields = Object.fromEntries(block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line)?.slice(1) ?? []))
  return { id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) }
}
