/**
 * Process entry: the load. One request under way per connection, never pipelined, written and read on raw sockets, so
 * that the client takes little of the machine it shares with the server.
 *
 * Why not autocannon 9: measured side by side against bare.ts (Node 24, two cores, medians of 5 windows), it was busy
 * for 0.90 of the time at 47 k/s where this is for 0.69, and at one connection it let 16.7 k/s through where this let
 * 21.5 k/s.
 */
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'

/** One window of load. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** The status that every answer must have; any other ends the run. */
  readonly status: number
  /** Whole requests as they go over the wire, taken in turn. */
  readonly requests: readonly string[]
  /** Each request may be sent once only: to run out of them ends the run. Else they start over. */
  readonly once: boolean
}

export interface LoadResult {
  /** Answers a second. */
  readonly rate: number
  /** All of them good. */
  readonly answers: number
  /** Latency in milliseconds. */
  readonly p50: number
  readonly p99: number
  /** The part of the window in which this process was busy; near 1 the client is what is measured. */
  readonly busy: number
}

export type LoadReply = { readonly result: LoadResult } | { readonly problem: string }

process.on('message', (load: Load) => {
  run(load).then(
    (result) => process.send?.({ result } satisfies LoadReply),
    (error) => process.send?.({ problem: String(error) } satisfies LoadReply),
  )
})

async function run(load: Load): Promise<LoadResult> {
  const latencies: number[] = []
  const next = requestsOf(load)
  const clients = await Promise.all(Array.from({ length: load.connections }, () => openClient(load.port, load.status)))
  const idle = performance.eventLoopUtilization()
  const begin = performance.now()
  const end = begin + load.seconds * 1000
  const work = clients.map(async ({ ask }) => {
    for (let start = begin; start < end; ) {
      await ask(next())
      const now = performance.now()
      latencies.push(now - start)
      start = now
    }
  })
  await Promise.all(work)
  // Until the last answer is in: to cut off what is under way would take a tenth of the slowest rates away.
  const seconds = (performance.now() - begin) / 1000
  const busy = performance.eventLoopUtilization(idle).utilization
  for (const client of clients) client.close()
  latencies.sort((a, b) => a - b)
  const at = (part: number): number => latencies[Math.floor(part * latencies.length)] ?? Number.NaN
  const answers = latencies.length
  return { rate: answers / seconds, answers, p50: at(0.5), p99: at(0.99), busy }
}

function requestsOf({ requests, once }: Load): () => string {
  let taken = 0
  return () => {
    if (once && taken === requests.length) throw new Error('all requests that may be sent once only have been sent')
    const request = requests[taken % requests.length]
    if (request === undefined) throw new Error('there are no requests')
    taken += 1
    return request
  }
}

interface Client {
  /** Resolves when the whole answer is in. */
  ask(request: string): Promise<void>
  close(): void
}

const HEAD = /^HTTP\/1\.1 (\d{3}) .*\r\ncontent-length: (\d+)\r\n/is

function openClient(port: number, status: number): Promise<Client> {
  // Read into again and again, so that an answer costs no allocation.
  const buffer = Buffer.allocUnsafe(64 * 1024)
  return new Promise((opened, failed) => {
    /** Bytes of the answer that are still to come; undefined while its head is awaited. */
    let missing: number | undefined
    let done: () => void = () => {}
    let fail: (error: Error) => void = failed
    const onBytes = (length: number): boolean => {
      if (missing === undefined) {
        const end = buffer.indexOf('\r\n\r\n') + 4
        const head = buffer.toString('latin1', 0, end)
        const [, code, bodyLength] = HEAD.exec(head) ?? []
        // A head in two pieces would be read wrongly; on the loopback none is, and here it would be told.
        if (end < 4 || end > length || Number(code) !== status || bodyLength === undefined) {
          fail(new Error(`expected ${status}, got: ${buffer.toString('latin1', 0, Math.min(length, 2_000))}`))
          return false
        }
        missing = end + Number(bodyLength)
      }
      missing -= length
      if (missing > 0) return true
      if (missing < 0) fail(new Error('the answer is longer than its content-length'))
      else done()
      missing = undefined
      return true
    }
    const socket = connect({
      ...{ port, host: '127.0.0.1', noDelay: true },
      onread: { buffer, callback: onBytes },
    })
    socket.once('error', (error) => fail(error))
    socket.once('close', () => fail(new Error('the server closed the connection')))
    socket.once('connect', () =>
      opened({
        ask: (request) =>
          new Promise((resolve, reject) => {
            done = resolve
            fail = reject
            socket.write(request, 'latin1')
          }),
        close: () => socket.destroy(),
      }),
    )
  })
}
