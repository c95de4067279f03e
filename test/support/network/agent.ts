/**
 * What runs in a workload: a program that a test starts in the workload's namespace and tells over standard input, a
 * line of JSON each, what to send. It answers every question that reaches it. Times are nanoseconds of the monotonic
 * clock, which all processes of a host share.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, isIPv6 } from 'node:net'
import { createInterface } from 'node:readline'
import type { Told } from './agent-commands.ts'
import { commands, TCP_PORT, UDP_PORT } from './agent-commands.ts'

/** Nonces of questions that have arrived, and of those of ours that were answered. */
const heard = new Map<string, string>()
const answered = new Set<string>()
const sockets = { v4: await open('udp4'), v6: await open('udp6') }
let streaming: { readonly timer: NodeJS.Timeout; sent: number; readonly name: string } | undefined

createServer({ allowHalfOpen: true }, (socket) => {
  const hash = createHash('sha256')
  socket.on('data', (bytes) => hash.update(bytes))
  socket.on('end', () => socket.end(hash.digest('hex')))
  socket.on('error', () => socket.destroy())
}).listen(TCP_PORT, '::')

const perform = commands({
  async send({ to, nonce, from, size = 0 }) {
    const socket = from === undefined ? socketFor(to) : await open(isIPv6(from) ? 'udp6' : 'udp4', from, 0)
    const error = await sendOn(socket, to, nonce, size)
    if (from !== undefined) socket.close()
    return error ?? null
  },
  async heard() {
    return [...heard]
  },
  async answered() {
    return [...answered]
  },
  async stream({ to, name, everyMs }) {
    const socket = socketFor(to)
    const timer = setInterval(() => {
      if (streaming === undefined) return
      streaming.sent += 1
      // One that cannot be sent is one that nobody answers.
      socket.send(question(`${name}-${streaming.sent}`, 0), UDP_PORT, to, () => {})
    }, everyMs)
    streaming = { timer, sent: 0, name }
    return null
  },
  async sent() {
    return streaming?.sent ?? 0
  },
  async stop() {
    clearInterval(streaming?.timer)
    const sent = streaming?.sent ?? 0
    streaming = undefined
    return sent
  },
  tcp: ({ to, bytes, timeoutMs }) =>
    new Promise((done) => {
      const data = Buffer.alloc(bytes, 'causeway ')
      const expected = createHash('sha256').update(data).digest('hex')
      let told = ''
      const socket = connect({ host: to, port: TCP_PORT, allowHalfOpen: true }, () => {
        socket.setTimeout(0)
        socket.end(data)
      })
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no connection in time')))
      socket.setEncoding('utf8').on('data', (text: string) => {
        told += text
      })
      socket.on('end', () => done(told === expected ? null : `other bytes arrived: ${told}`))
      socket.on('error', (error) => done(error.message))
    }),
  run: ({ program, args }) =>
    new Promise((done) => {
      execFile(program, args, (error, stdout, stderr) => {
        done({ ok: error === null, output: stdout + stderr })
      })
    }),
})

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, name, input } = JSON.parse(line)
    try {
      tell({ id, result: await perform(name, input) })
    } catch (error) {
      tell({ id, error: String(error) })
    }
  })
  // Whoever started it is gone.
  .on('close', () => process.exit())
tell({ id: 0, result: null })

function socketFor(address: string): Socket {
  return isIPv6(address) ? sockets.v6 : sockets.v4
}

async function open(type: 'udp4' | 'udp6', address?: string, port = UDP_PORT): Promise<Socket> {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' })
  socket.on('message', (message, { address: from, port: fromPort }) => {
    const [kind, nonce = '', sentAt = ''] = message.toString('latin1').split(' ')
    if (kind === 'answer') answered.add(nonce)
    if (kind !== 'question') return
    heard.set(nonce, sentAt)
    socket.send(`answer ${nonce} `, fromPort, from, () => {})
  })
  socket.bind({ port, ...(address !== undefined && { address }) })
  await once(socket, 'listening')
  return socket
}

function sendOn(socket: Socket, to: string, nonce: string, size: number): Promise<string | undefined> {
  return new Promise((done) => {
    socket.send(question(nonce, size), UDP_PORT, to, (error) => done(error?.message))
  })
}

/** At least `size` bytes. */
function question(nonce: string, size: number): string {
  return `question ${nonce} ${process.hrtime.bigint()} `.padEnd(size, '.')
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`)
}
