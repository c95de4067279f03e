/** Ethernet frames as an attacker would make them, and a socket that sends and sees them as they are. */
import { closeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import koffi from 'koffi'
import { bind, receive, SystemError, send, socket } from '../../src/dataplane/netns/kernel/libc.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { parseAddress } from '../../src/rules/address.ts'

export const BROADCAST = 'ff:ff:ff:ff:ff:ff'
export const TYPE = { IP4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IP6: 0x86dd } as const

const AF_PACKET = 17
const SOCK_RAW_NONBLOCK = 3 | 0x800
const ETH_P_ALL = 3
/** Milliseconds until what should have come counts as lost. */
const PATIENCE_MS = 5000

const ifNameToIndex = koffi.load('libc.so.6').func('uint32_t if_nametoindex(const char *name)')

export interface FrameSocket extends Disposable {
  send(frame: Buffer): void
  /** All that came since the last time, until one of them has `last` in it; rejects where none does. */
  until(last: Buffer): Promise<readonly Buffer[]>
}

/** On a device in the namespace at `path`. */
export function openFrameSocket(path: string, device: string): FrameSocket {
  const fd = within(path, () => {
    const opened = socket(AF_PACKET, SOCK_RAW_NONBLOCK, 0)
    const address = Buffer.alloc(20)
    address.writeUInt16LE(AF_PACKET, 0)
    address.writeUInt16BE(ETH_P_ALL, 2)
    address.writeInt32LE(ifNameToIndex(device), 4)
    bind(opened, address)
    return opened
  })
  return {
    send: (frame) => send(fd, frame, frame.length),
    until: (last) => framesUntil(fd, last),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

async function framesUntil(fd: number, last: Buffer): Promise<readonly Buffer[]> {
  const frames: Buffer[] = []
  const into = Buffer.alloc(65_536)
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    try {
      const frame = Buffer.from(into.subarray(0, receive(fd, into)))
      frames.push(frame)
      if (frame.includes(last)) return frames
    } catch (error) {
      if (!(error instanceof SystemError && error.code === 'EAGAIN')) throw error
      await setTimeout(1)
    }
  }
  throw new Error('the last frame did not come')
}

export function ethernet(to: string, from: string, type: number, payload: Buffer): Buffer {
  return Buffer.concat([mac(to), mac(from), u16(type), payload])
}

/** Of IPv4 over Ethernet. */
export function arp(operation: number, sender: readonly [string, string], targetIp: string, rest: Buffer): Buffer {
  const [senderMac, senderIp] = sender
  const head = Buffer.concat([u16(1), u16(TYPE.IP4), Buffer.from([6, 4]), u16(operation)])
  return Buffer.concat([head, mac(senderMac), ip4(senderIp), Buffer.alloc(6), ip4(targetIp), rest])
}

export function ipv4(from: string, to: string, protocol: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(20 + payload.length, 2)
  header[8] = 64
  header[9] = protocol
  ip4(from).copy(header, 12)
  ip4(to).copy(header, 16)
  header.writeUInt16BE(checksum(header), 10)
  return Buffer.concat([header, payload])
}

export function ipv6(from: string, to: string, next: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 0x60
  header.writeUInt16BE(payload.length, 4)
  header[6] = next
  header[7] = 255
  return Buffer.concat([header, ip6(from), ip6(to), payload])
}

/** Without a checksum, which IPv4 allows and nobody on the way looks at. */
export function udp(from: number, to: number, payload: Buffer): Buffer {
  return Buffer.concat([u16(from), u16(to), u16(8 + payload.length), u16(0), payload])
}

/** `body`: after the checksum. */
export function icmpv6(type: number, from: string, to: string, body: Buffer): Buffer {
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0]), body])
  const pseudo = Buffer.concat([ip6(from), ip6(to), u16(0), u16(message.length), u16(0), u16(58)])
  message.writeUInt16BE(checksum(Buffer.concat([pseudo, message])), 2)
  return message
}

/** What neighbour solicitations and advertisements, and redirects, have after their checksum. */
export function target(address: string, rest: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(4), ip6(address), rest])
}

export function ip6(address: string): Buffer {
  return Buffer.from((parseAddress(address) ?? 0n).toString(16).padStart(32, '0'), 'hex')
}

function ip4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

export function mac(address: string): Buffer {
  return Buffer.from(address.replaceAll(':', ''), 'hex')
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
