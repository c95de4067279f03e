/** Addresses and blocks as the kernel takes them: bytes, and a prefix length. */
import { isIPv4 } from 'node:net'
import { parseAddress6 } from '../../../rules/cidr6.ts'

/** From linux/socket.h. */
export const AF_INET = 2
export const AF_INET6 = 10

export interface Block {
  readonly family: typeof AF_INET | typeof AF_INET6
  /** 4 or 16. */
  readonly bytes: Buffer
  readonly prefix: number
  /** Says which block it is, whatever the spelling: `0a010000/24`. */
  readonly key: string
}

/** Throws where the text is not a block. Host bits that are set stay set: such as an interface's address has them. */
export function parseBlock(text: string): Block {
  const slash = text.indexOf('/')
  const prefix = text.slice(slash + 1)
  const address = slash < 0 ? undefined : addressBytes(text.slice(0, slash))
  if (address === undefined || !/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > 8 * address.length) {
    throw new Error(`${JSON.stringify(text)} is not a block such as 10.0.0.0/8`)
  }
  return blockOf(address, Number(prefix))
}

/** Throws where the text is not an address. */
export function parseHost(text: string, prefix?: number): Block {
  const address = addressBytes(text)
  if (address === undefined) throw new Error(`${JSON.stringify(text)} is not an address`)
  return blockOf(address, prefix ?? 8 * address.length)
}

export function blockOf(bytes: Buffer, prefix: number): Block {
  return {
    family: bytes.length === 4 ? AF_INET : AF_INET6,
    bytes,
    prefix,
    key: blockKey(bytes, 0, bytes.length, prefix),
  }
}

/** `key` of the block whose address lies between two offsets; of everything the kernel gives no address at all. */
export function blockKey(bytes: Buffer, start: number, end: number, prefix: number): string {
  return prefix === 0 ? '/0' : `${bytes.toString('hex', start, end)}/${prefix}`
}

export function macBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(':', ''), 'hex')
}

export function macAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('hex', start, end).replace(/..(?=.)/g, '$&:')
}

function addressBytes(text: string): Buffer | undefined {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number))
  const number = parseAddress6(text)
  return number === undefined ? undefined : Buffer.from(number.toString(16).padStart(32, '0'), 'hex')
}
