/**
 * A raw socket for ICMP or ICMPv6, which belongs to the network namespace that the thread is in when it is opened, and
 * may be used from anywhere. It never waits.
 */
import { closeSync } from 'node:fs'
import koffi from 'koffi'
import { parseAddress, spellAddress } from '../../../rules/address.ts'
import { bind, SystemError, setOption, socket } from '../kernel/libc.ts'

export interface IcmpSocket extends Disposable {
  /** The checksum is filled in. Throws a SystemError, of code `EMSGSIZE` where it does not fit the device. */
  send(message: Uint8Array, to: string): void
  /** Undefined: there is nothing now. */
  receive(): IcmpMessage | undefined
}

export interface IcmpMessage {
  readonly from: string
  /** From its type on, without the IP header. */
  readonly bytes: Buffer
}

/** From the headers of Linux: socket types and options, the same on all its 64-bit platforms that Node runs on. */
const SOCK_RAW = 3
const SOCK_NONBLOCK = 0x800
const SOCK_CLOEXEC = 0x8_0000
const MSG_DONTWAIT = 0x40
/**
 * `option` is IP_MTU_DISCOVER and its like. The value IP_PMTUDISC_PROBE forbids fragments (for IPv4 it sets the
 * don't-fragment bit), and does not listen to what was learned of the path before: the packet itself is the question.
 */
const FAMILIES = {
  4: { domain: 2, protocol: 1, level: 0, option: 10 },
  6: { domain: 10, protocol: 58, level: 41, option: 23 },
} as const
const PMTUDISC_PROBE = 3
const MAX_PACKET = 65_535

const libc = koffi.load('libc.so.6')
const call = {
  sendto: libc.func('long sendto(int fd, const void *m, size_t length, int flags, const void *to, uint32_t size)'),
  recvfrom: libc.func('long recvfrom(int fd, void *m, size_t length, int flags, void *from, void *size)'),
}

/**
 * Sends from `address`, which way the namespace's routes say: bound to a device, Linux would take every address for a
 * neighbour where there is no route. Throws a SystemError where no device has the address.
 */
export function openIcmpSocket(address: string): IcmpSocket {
  const family = familyOf(address)
  const { domain, protocol, level, option } = FAMILIES[family]
  const fd = socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)
  try {
    bind(fd, socketAddress(address))
    setOption(fd, level, option, PMTUDISC_PROBE)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  const packet = Buffer.alloc(MAX_PACKET)
  return {
    send: (message, to) => {
      const target = socketAddress(to)
      const bytes = family === 4 ? withChecksum(message) : message
      checked('sendto', call.sendto(fd, bytes, bytes.length, MSG_DONTWAIT, target, target.length))
    },
    receive: () => receive(fd, family, packet),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/** The kernel computes it for ICMPv6 alone. RFC 1071. */
function withChecksum(message: Uint8Array): Uint8Array {
  const bytes = Buffer.from(message)
  bytes.writeUInt16BE(0, 2)
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  bytes.writeUInt16BE(~sum & 0xffff, 2)
  return bytes
}

/** A raw IPv4 socket gives the IP header too, an IPv6 one does not. */
function receive(fd: number, family: 4 | 6, packet: Buffer): IcmpMessage | undefined {
  const from = Buffer.alloc(28)
  const length = Number(call.recvfrom(fd, packet, packet.length, MSG_DONTWAIT, from, new Uint32Array([from.length])))
  if (length < 0) {
    const error = new SystemError('recvfrom', koffi.errno())
    if (error.code === 'EAGAIN') return undefined
    throw error
  }
  const header = family === 4 ? ((packet[0] ?? 0) & 0xf) * 4 : 0
  return { from: senderOf(from, family), bytes: Buffer.from(packet.subarray(header, length)) }
}

/** struct sockaddr_in, or sockaddr_in6. */
function socketAddress(address: string): Buffer {
  const family = familyOf(address)
  const number = parseAddress(address)
  if (number === undefined) throw new Error(`${address} is no address`)
  const digits = Buffer.from(number.toString(16).padStart(32, '0'), 'hex')
  const result = Buffer.alloc(family === 4 ? 16 : 28)
  result.writeUInt16LE(FAMILIES[family].domain, 0)
  if (family === 4) digits.copy(result, 4, 12)
  else digits.copy(result, 8)
  return result
}

function senderOf(from: Buffer, family: 4 | 6): string {
  if (family === 4) return [...from.subarray(4, 8)].join('.')
  return spellAddress(BigInt(`0x${from.toString('hex', 8, 24)}`))
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

function checked(what: string, result: number | bigint): void {
  if (result < 0) throw new SystemError(what, koffi.errno())
}
