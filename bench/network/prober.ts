/**
 * Process entry: workloads that ask each other. It has sockets in many namespaces; a question that reaches one of them
 * is answered. While a stream runs a question is sent every millisecond. Times are milliseconds of the monotonic clock,
 * which all processes of a host share.
 */
import { createSocket, type Socket } from 'node:dgram'
import { bind, socket as openSocket } from '../../src/dataplane/netns/kernel/libc.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'

export type ProberCommand =
  /** A workload in the namespace at a path, known by it. */
  | { readonly do: 'open'; readonly path: string }
  | { readonly do: 'start'; readonly from: string; readonly to: string }
  /** Waits for the first answer to the stream; when it came. */
  | { readonly do: 'first' }
  /** Ends the stream once no answer has come for so many milliseconds; when the last one came, or null: none did. */
  | { readonly do: 'quiet'; readonly ms: number }

/** Each is answered by one, in order. */
export type ProberReply = number | null

const EVERY_MS = 1
const PORT = 7007
const AF_INET = 2
const SOCK_DGRAM = 2
const [QUESTION, ANSWER] = [Buffer.from('question'), Buffer.from('answer')]

interface Stream {
  readonly timer: NodeJS.Timeout
  readonly first: Promise<number>
  readonly startedAt: number
  last: number | undefined
}

const sockets = new Map<string, Socket>()
let stream: Stream | undefined
let heard = (_at: number): void => {}

process.on('message', async (command: ProberCommand) => process.send?.(await perform(command)))

async function perform(command: ProberCommand): Promise<ProberReply> {
  switch (command.do) {
    case 'open':
      sockets.set(command.path, open(command.path))
      return null
    case 'start':
      stream = start(command.from, command.to)
      return null
    case 'first':
      return (await stream?.first) ?? null
    case 'quiet':
      return quiet(command.ms)
  }
}

function open(path: string): Socket {
  const socket = createSocket('udp4')
  socket.on('message', (message, { address, port }) => {
    if (message.equals(QUESTION)) socket.send(ANSWER, port, address, ignore)
    else heard(now())
  })
  socket.bind({ fd: within(path, openHere) })
  return socket
}

function openHere(): number {
  const fd = openSocket(AF_INET, SOCK_DGRAM, 0)
  // struct sockaddr_in: any address.
  const address = Buffer.alloc(16)
  address.writeUInt16LE(AF_INET, 0)
  address.writeUInt16BE(PORT, 2)
  bind(fd, address)
  return fd
}

function start(from: string, to: string): Stream {
  const socket = sockets.get(from)
  if (socket === undefined) throw new Error(`there is no workload at ${from}`)
  const { promise, resolve } = Promise.withResolvers<number>()
  const timer = setInterval(() => socket.send(QUESTION, PORT, to, ignore), EVERY_MS)
  const started: Stream = { timer, first: promise, startedAt: now(), last: undefined }
  heard = (at) => {
    started.last = at
    resolve(at)
  }
  return started
}

function quiet(ms: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>()
  const look = setInterval(() => {
    if (stream === undefined || now() - (stream.last ?? stream.startedAt) < ms) return
    clearInterval(look)
    clearInterval(stream.timer)
    resolve(stream.last ?? null)
  }, EVERY_MS)
  return promise
}

/** One that cannot be sent is one that nobody answers: that there is no way is what most of them find. */
function ignore(): void {}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
