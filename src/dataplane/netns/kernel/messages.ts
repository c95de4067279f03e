/**
 * How netlink spells messages and attributes (RFC 3549, linux/netlink.h): in the byte order of the machine, which is
 * little-endian wherever Node runs on Linux, each padded to 4 bytes.
 */

/** Bytes of the header of a message. */
export const HEADER = 16
const NESTED = 0x8000
const TYPE = 0x3fff

/** Writes messages one behind the other into a buffer that is used again and again. */
export class MessageWriter {
  readonly bytes: Buffer
  length = 0
  #start = 0

  constructor(size: number) {
    this.bytes = Buffer.alloc(size)
  }

  /** Opens a message; everything up to `end` is its body. */
  begin(type: number, flags: number, sequence: number): void {
    this.#start = this.length
    const { bytes } = this
    bytes.writeUInt16LE(type, this.length + 4)
    bytes.writeUInt16LE(flags, this.length + 6)
    bytes.writeUInt32LE(sequence, this.length + 8)
    bytes.writeUInt32LE(0, this.length + 12)
    this.length += HEADER
  }

  end(): void {
    this.bytes.writeUInt32LE(this.length - this.#start, this.#start)
  }

  /** Sets flags of the message that was ended last. */
  addFlags(flags: number): void {
    this.bytes.writeUInt16LE(this.bytes.readUInt16LE(this.#start + 6) | flags, this.#start + 6)
  }

  /** The fixed part of a body: struct ifinfomsg and so on, whose fields the callers spell. */
  struct(...words: readonly number[]): void {
    for (const word of words) {
      this.bytes.writeUInt32LE(word >>> 0, this.length)
      this.length += 4
    }
  }

  u8(type: number, value: number): void {
    this.#attribute(type, 1)
    this.bytes[this.length] = value
    this.#pad(1)
  }

  u32(type: number, value: number): void {
    this.#attribute(type, 4)
    this.bytes.writeUInt32LE(value >>> 0, this.length)
    this.length += 4
  }

  raw(type: number, value: Uint8Array): void {
    this.#attribute(type, value.length)
    this.bytes.set(value, this.length)
    this.#pad(value.length)
  }

  text(type: number, value: string): void {
    const size = Buffer.byteLength(value) + 1
    this.#attribute(type, size)
    this.bytes.write(value, this.length)
    this.bytes[this.length + size - 1] = 0
    this.#pad(size)
  }

  /** Opens an attribute of attributes; to be closed with what it gives. */
  open(type: number): number {
    this.#attribute(type | NESTED, 0)
    return this.length - 4
  }

  close(opened: number): void {
    this.bytes.writeUInt16LE(this.length - opened, opened)
  }

  #attribute(type: number, size: number): void {
    this.bytes.writeUInt16LE(4 + size, this.length)
    this.bytes.writeUInt16LE(type, this.length + 2)
    this.length += 4
  }

  #pad(size: number): void {
    this.bytes.fill(0, this.length + size, this.length + aligned(size))
    this.length += aligned(size)
  }
}

/** Calls `visit` with the type of each attribute between two offsets, and where its value begins and ends. */
export function eachAttribute(
  bytes: Buffer,
  from: number,
  to: number,
  visit: (type: number, start: number, end: number) => void,
): void {
  for (let at = from; at + 4 <= to; ) {
    const length = bytes.readUInt16LE(at)
    if (length < 4) return
    visit(bytes.readUInt16LE(at + 2) & TYPE, at + 4, at + length)
    at += aligned(length)
  }
}

/** A text that ends with a zero. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, bytes[end - 1] === 0 ? end - 1 : end)
}

export function aligned(size: number): number {
  return (size + 3) & ~3
}
