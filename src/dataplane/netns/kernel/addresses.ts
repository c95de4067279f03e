/** Addresses of devices, and neighbours that are known for good (linux/if_addr.h, linux/neighbour.h). */

import { PROTOCOL } from '../names.ts'
import { AF_INET6, type Block, blockOf, macAt, macBytes } from './blocks.ts'
import { eachAttribute, type MessageWriter } from './messages.ts'
import { F_CREATE, F_REPLACE, type Netlink, type Request } from './netlink.ts'

const NEWADDR = 20
const DELADDR = 21
const GETADDR = 22
const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4, MULTICAST: 7, FLAGS: 8, PROTO: 11 } as const
/** Usable at once: nobody else in the subnet has it, because the service gives each address once. */
const IFA_F_NODAD = 2
const NO_ADDRESS = Buffer.alloc(0)

const GETMULTICAST = 58

const NEWNEIGH = 28
const GETNEIGH = 30
const NDA_DST = 1
const NDA_LLADDR = 2
const NUD_STALE = 0x04
const NUD_PERMANENT = 0x80

export interface Address {
  /** Index of its device. */
  readonly device: number
  readonly block: Block
  /** Only what we have added may be removed. */
  readonly isOurs: boolean
}

export interface Neighbour {
  readonly device: number
  /** Hex digits. */
  readonly address: string
  readonly mac: string
  readonly isPermanent: boolean
}

export function addAddress(device: number, block: Block): Request {
  return { type: NEWADDR, flags: F_CREATE | F_REPLACE, write: (to) => writeAddress(to, device, block) }
}

export function removeAddress(device: number, block: Block): Request {
  return { type: DELADDR, flags: 0, write: (to) => writeAddress(to, device, block) }
}

/** Of one device, or with 0 of all. Throws where there are more than `most`, and leaves the socket of no more use. */
export function allAddresses(netlink: Netlink, device: number, most = Number.POSITIVE_INFINITY): readonly Address[] {
  const addresses: Address[] = []
  const read = (bytes: Buffer, start: number, end: number) => {
    if (addresses.length >= most) throw new Error(`it has more than ${most} addresses`)
    const index = bytes.readUInt32LE(start + 4)
    const prefix = bytes[start + 1] ?? 0
    let address: Buffer = NO_ADDRESS
    let protocol = 0
    eachAttribute(bytes, start + 8, end, (type, from, to) => {
      // IPv4 has both, and IFA_ADDRESS is the other end's where there is one; IPv6 has IFA_ADDRESS alone.
      const isIt = type === IFA.LOCAL || (type === IFA.ADDRESS && address === NO_ADDRESS)
      if (isIt) address = Buffer.from(bytes.subarray(from, to))
      else if (type === IFA.PROTO) protocol = bytes[from] ?? 0
    })
    addresses.push({ device: index, block: blockOf(address, prefix), isOurs: protocol === PROTOCOL })
  }
  const write = (to: MessageWriter) => to.struct(0, device)
  netlink.dump({ type: GETADDR, flags: 0, write }, read, () => addresses.splice(0))
  return addresses
}

/** IPv6 groups that a device is in, in hex digits. */
export function multicastGroups(netlink: Netlink, device: number): ReadonlySet<string> {
  const groups = new Set<string>()
  const read = (bytes: Buffer, start: number, end: number) => {
    eachAttribute(bytes, start + 8, end, (type, from, to) => {
      if (type === IFA.MULTICAST) groups.add(bytes.toString('hex', from, to))
    })
  }
  const write = (to: MessageWriter) => to.struct(AF_INET6, device)
  netlink.dump({ type: GETMULTICAST, flags: 0, write }, read)
  return groups
}

/** A neighbour that need not be asked for, now or ever. */
export function setNeighbour(device: number, address: Block, mac: string): Request {
  return neighbour(device, address, mac, NUD_PERMANENT)
}

/** Says where a neighbour is, until it is seen to be elsewhere: a packet that waits for an answer goes at once. */
export function suggestNeighbour(device: number, address: Block, mac: string): Request {
  return neighbour(device, address, mac, NUD_STALE)
}

function neighbour(device: number, address: Block, mac: string, state: number): Request {
  const write = (to: MessageWriter) => {
    to.struct(address.family, device, state)
    to.raw(NDA_DST, address.bytes)
    to.raw(NDA_LLADDR, macBytes(mac))
  }
  return { type: NEWNEIGH, flags: F_CREATE | F_REPLACE, write }
}

/** IPv6 only. */
export function allNeighbours(netlink: Netlink): readonly Neighbour[] {
  const neighbours: Neighbour[] = []
  const read = (bytes: Buffer, start: number, end: number) => {
    let address = ''
    let mac = ''
    eachAttribute(bytes, start + 12, end, (type, from, to) => {
      if (type === NDA_DST) address = bytes.toString('hex', from, to)
      if (type === NDA_LLADDR) mac = macAt(bytes, from, to)
    })
    const isPermanent = (bytes.readUInt16LE(start + 8) & NUD_PERMANENT) !== 0
    neighbours.push({ device: bytes.readInt32LE(start + 4), address, mac, isPermanent })
  }
  const write = (to: MessageWriter) => to.struct(AF_INET6, 0, 0)
  netlink.dump({ type: GETNEIGH, flags: 0, write }, read, () => neighbours.splice(0))
  return neighbours
}

/** struct ifaddrmsg: family, prefix length, flags, scope; index. */
function writeAddress(to: MessageWriter, device: number, { family, bytes, prefix }: Block): void {
  to.struct(family | (prefix << 8), device)
  to.raw(IFA.LOCAL, bytes)
  to.raw(IFA.ADDRESS, bytes)
  to.u8(IFA.PROTO, PROTOCOL)
  if (family === AF_INET6) to.u32(IFA.FLAGS, IFA_F_NODAD)
  else if (prefix < 31) to.raw(IFA.BROADCAST, broadcastOf(bytes, prefix))
}

function broadcastOf(bytes: Buffer, prefix: number): Buffer {
  const broadcast = Buffer.alloc(4)
  broadcast.writeUInt32BE((bytes.readUInt32BE(0) | (2 ** (32 - prefix) - 1)) >>> 0)
  return broadcast
}
