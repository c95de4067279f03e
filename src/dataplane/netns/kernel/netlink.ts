/**
 * A conversation with the kernel about the network (rtnetlink(7)), of the namespace that the thread is in when it is
 * opened. Every request is answered before a call returns.
 */
import { closeSync } from 'node:fs'
import { getSystemErrorMessage, getSystemErrorName } from 'node:util'
import { bind, readOption64, receive, send, setOption, socket } from './libc.ts'
import { aligned, eachAttribute, HEADER, MessageWriter, textAt } from './messages.ts'

const AF_NETLINK = 16
const SOCK_RAW_CLOEXEC = 3 | 0o2_000_000
const SOL_SOCKET = 1
const SO_NETNS_COOKIE = 71
const SOL_NETLINK = 270
/** Errors do not repeat the request; they have a text; dumps filter by what is in their request. */
const CAP_ACK = 10
const EXT_ACK = 11
const GET_STRICT_CHK = 12

const F_REQUEST = 1
const F_ACK = 4
const F_DUMP = 0x300
/** Of a dump: something changed meanwhile, and some of it may be missing. */
const F_DUMP_INTR = 0x10
/** Of an answer: attributes follow. */
const F_ACK_TLVS = 0x200
export const F_REPLACE = 0x100
export const F_EXCL = 0x200
export const F_CREATE = 0x400

const ERROR = 2
const DONE = 3
/** Attribute of an error: its text. */
const ERROR_TEXT = 1

/** The kernel sends at most 32 KiB of a dump at once. */
const RECEIVE_BYTES = 64 * 1024
/** Requests are sent when there are this many bytes of them; the longest request is far shorter than what is left. */
const SEND_BYTES = 32 * 1024
const WRITER_BYTES = 64 * 1024
/** And when there are so many: an answer to each fits the socket's buffer, of 208 KiB where the host says nothing. */
const SEND_REQUESTS = 128
/** A dump that is interrupted each time is one of a network that never stands still. */
const MAX_DUMPS = 10

/** One thing to be done, or asked. */
export interface Request {
  readonly type: number
  /** Beside those that every request has. */
  readonly flags: number
  readonly write: (to: MessageWriter) => void
}

/** The body of an answer lies between the offsets; it is gone when the reader returns. */
export type Reader = (bytes: Buffer, start: number, end: number) => void

export interface Netlink extends Disposable {
  /** Of its namespace, and never of another one, until the host starts anew; undefined before Linux 5.14. */
  namespaceCookie(): bigint | undefined
  /** Does all of it, in order, also what comes after one that fails; for each what went wrong, if anything did. */
  run(requests: readonly Request[]): readonly (NetlinkError | undefined)[]
  /** Does all of it, and throws the first of what went wrong. */
  must(...requests: readonly Request[]): void
  /** Asks for one thing. Throws `NetlinkError`, with `ENODEV` and the like where it is not there. */
  get(request: Request, read: Reader): void
  /** Asks for all of a kind; `reset` forgets what was read where it has to begin anew. */
  dump(request: Request, read: Reader, reset?: () => void): void
}

/** What the kernel said no with: its own text where it has one. `code`: such as `EEXIST`. */
export class NetlinkError extends Error {
  readonly code: string

  constructor(errno: number, text: string | undefined) {
    const message = getSystemErrorMessage(-errno)
    super(text === undefined || text === '' ? message : `${message}: ${text.replace(/\.$/, '')}`)
    this.name = 'NetlinkError'
    this.code = getSystemErrorName(-errno)
  }
}

/** Of the thread, whose calls do not interleave. */
const out = new MessageWriter(WRITER_BYTES)
const received = Buffer.alloc(RECEIVE_BYTES)
let sequence = 0

/** `protocol`: another than routing, from linux/netlink.h. */
export function openNetlink(protocol = 0): Netlink {
  const fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol)
  const address = Buffer.alloc(12)
  address.writeUInt16LE(AF_NETLINK, 0)
  bind(fd, address)
  for (const option of [CAP_ACK, EXT_ACK, GET_STRICT_CHK]) setOption(fd, SOL_NETLINK, option, 1)
  return {
    namespaceCookie: () => readOption64(fd, SOL_SOCKET, SO_NETNS_COOKIE),
    run: (requests) => run(fd, requests),
    must: (...requests) => {
      const error = run(fd, requests).find((each) => each !== undefined)
      if (error !== undefined) throw error
    },
    get: (request, read) => get(fd, request, read),
    dump: (request, read, reset) => dump(fd, request, read, reset),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/**
 * Only the last of those that are sent together asks for an answer when it is done: the others answer where they fail.
 * All may fail, and the answers are read only after that: one that finds no room in the socket's buffer is lost.
 */
function run(fd: number, requests: readonly Request[]): readonly (NetlinkError | undefined)[] {
  const errors = new Array<NetlinkError | undefined>(requests.length)
  for (let next = 0; next < requests.length; ) {
    const first = next
    const firstSequence = sequence + 1
    out.length = 0
    for (; next < requests.length && next - first < SEND_REQUESTS && out.length < SEND_BYTES; next++) {
      writeRequest(requests[next] as Request, 0)
    }
    out.addFlags(F_ACK)
    send(fd, out.bytes, out.length)
    const last = sequence
    for (let isDone = false; !isDone; ) {
      eachAnswer(fd, (type, _flags, of, start, end) => {
        if (type !== ERROR) return
        errors[first + of - firstSequence] = errorAt(start, end)
        if (of === last) isDone = true
      })
    }
  }
  return errors
}

function get(fd: number, request: Request, read: Reader): void {
  out.length = 0
  writeRequest(request, F_ACK)
  send(fd, out.bytes, out.length)
  let error: NetlinkError | undefined
  for (let isDone = false; !isDone; ) {
    eachAnswer(fd, (type, _flags, _of, start, end) => {
      if (type !== ERROR) read(received, start, end)
      else {
        isDone = true
        error = errorAt(start, end)
      }
    })
  }
  if (error !== undefined) throw error
}

function dump(fd: number, request: Request, read: Reader, reset: () => void = () => {}): void {
  for (let tries = 0; tries < MAX_DUMPS; tries++) {
    if (dumpOnce(fd, request, read)) return
    reset()
  }
  throw new Error(`the network changed during each of ${MAX_DUMPS} readings`)
}

/** Whether it is whole. */
function dumpOnce(fd: number, request: Request, read: Reader): boolean {
  out.length = 0
  writeRequest(request, F_DUMP)
  send(fd, out.bytes, out.length)
  let isWhole = true
  let error: NetlinkError | undefined
  for (let isDone = false; !isDone; ) {
    eachAnswer(fd, (type, flags, _of, start, end) => {
      if ((flags & F_DUMP_INTR) !== 0) isWhole = false
      if (type !== ERROR && type !== DONE) read(received, start, end)
      else {
        isDone = true
        error = errorAt(start, end)
      }
    })
  }
  if (error !== undefined) throw error
  return isWhole
}

function writeRequest({ type, flags, write }: Request, more: number): void {
  sequence = (sequence + 1) >>> 0
  out.begin(type, F_REQUEST | flags | more, sequence)
  write(out)
  out.end()
}

function eachAnswer(
  fd: number,
  visit: (type: number, flags: number, sequence: number, start: number, end: number) => void,
): void {
  const size = receive(fd, received)
  for (let at = 0; at + HEADER <= size; ) {
    const length = received.readUInt32LE(at)
    const type = received.readUInt16LE(at + 4)
    answerFlags = received.readUInt16LE(at + 6)
    visit(type, answerFlags, received.readUInt32LE(at + 8), at + HEADER, at + length)
    at += aligned(length)
  }
}

/** Of the answer that is being read. */
let answerFlags = 0

/** Of an error or the end of a dump; both begin with the number of an error, negative, or 0. */
function errorAt(start: number, end: number): NetlinkError | undefined {
  const errno = -received.readInt32LE(start)
  if (errno === 0) return undefined
  let text: string | undefined
  if ((answerFlags & F_ACK_TLVS) !== 0) {
    eachAttribute(received, start + 4 + HEADER, end, (type, from, to) => {
      if (type === ERROR_TEXT) text = textAt(received, from, to)
    })
  }
  return new NetlinkError(errno, text)
}
