/** Echoes of ICMP and ICMPv6, and what comes back for them. Bytes only: nothing here sends. RFC 792, 4443. */
import { spellAddress } from '../../../rules/address.ts'
import type { ProbeResult } from '../../../rules/probe.ts'

export type IpFamily = 4 | 6

/** Bytes of the IP header that goes before the message. */
export const IP_HEADER: Readonly<Record<IpFamily, number>> = { 4: 20, 6: 40 }
/** Bytes of an echo without its payload. */
export const ECHO_HEADER = 8

const TYPES = {
  4: { request: 8, reply: 0 },
  6: { request: 128, reply: 129 },
} as const
const PROTOCOL: Readonly<Record<IpFamily, number>> = { 4: 1, 6: 58 }

/** `payload` tells it from others' echoes; so do `identifier` and `sequence`, 16 bits each, all that errors quote. */
export function echoRequest(family: IpFamily, identifier: number, sequence: number, payload: Uint8Array): Buffer {
  const message = Buffer.alloc(ECHO_HEADER + payload.length)
  message.writeUInt8(TYPES[family].request, 0)
  message.writeUInt16BE(identifier, 4)
  message.writeUInt16BE(sequence, 6)
  message.set(payload, ECHO_HEADER)
  return message
}

/** What a message from `from` says of the request that was sent `to`; undefined: it speaks of something else. */
export function verdictOf(
  family: IpFamily,
  request: Buffer,
  to: string,
  from: string,
  message: Buffer,
): Pick<ProbeResult, 'outcome' | 'detail'> | undefined {
  if (message.length < ECHO_HEADER) return undefined
  if (message[0] === TYPES[family].reply) {
    const isOurs = from === to && message.subarray(4).equals(request.subarray(4))
    return isOurs ? { outcome: 'answered', detail: 'an echo came back' } : undefined
  }
  const said = family === 4 ? errorOf4(message) : errorOf6(message)
  if (said === undefined || !quotes(family, message.subarray(8), request, to)) return undefined
  return { outcome: said.outcome, detail: `${from} says: ${said.text}` }
}

/** Whether an error is about the request: it quotes the packet from its IP header on, at least to `sequence`. */
function quotes(family: IpFamily, quoted: Buffer, request: Buffer, to: string): boolean {
  const header = family === 4 ? ((quoted[0] ?? 0) & 0xf) * 4 : IP_HEADER[6]
  if (quoted.length < header + ECHO_HEADER || header < IP_HEADER[family]) return false
  const protocol = family === 4 ? quoted[9] : quoted[6]
  const echo = quoted.subarray(header, header + ECHO_HEADER)
  const isRequest = echo[0] === request[0] && echo.subarray(4).equals(request.subarray(4, ECHO_HEADER))
  return protocol === PROTOCOL[family] && destinationOf(family, quoted) === to && isRequest
}

function destinationOf(family: IpFamily, packet: Buffer): string {
  if (family === 4) return [...packet.subarray(16, 20)].join('.')
  return spellAddress(BigInt(`0x${packet.toString('hex', 24, 40)}`))
}

interface Said {
  readonly outcome: 'refused' | 'too_big'
  readonly text: string
}

function errorOf4(message: Buffer): Said | undefined {
  const [type, code = 0] = message
  if (type === 3 && code === 4) return tooBig(message.readUInt16BE(6))
  if (type === 3) return refused(UNREACHABLE_4[code] ?? `destination unreachable (code ${code})`)
  return otherError(code, type === 11, type === 12)
}

function errorOf6(message: Buffer): Said | undefined {
  const [type, code = 0] = message
  if (type === 2) return tooBig(message.readUInt32BE(4))
  if (type === 1) return refused(UNREACHABLE_6[code] ?? `destination unreachable (code ${code})`)
  return otherError(code, type === 3, type === 4)
}

function otherError(code: number, isTime: boolean, isParameter: boolean): Said | undefined {
  if (isTime) return refused(code === 0 ? 'time exceeded: too many routers on the way' : 'reassembly time exceeded')
  return isParameter ? refused(`parameter problem (code ${code})`) : undefined
}

function refused(text: string): Said {
  return { outcome: 'refused', text }
}

function tooBig(mtu: number): Said {
  return { outcome: 'too_big', text: `packet too big, the next link takes ${mtu} bytes` }
}

const UNREACHABLE_4: Readonly<Record<number, string>> = {
  0: 'net unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  5: 'source route failed',
  6: 'net unknown',
  7: 'host unknown',
  9: 'net prohibited',
  10: 'host prohibited',
  13: 'prohibited by a filter',
}

const UNREACHABLE_6: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'prohibited by a filter',
  2: 'beyond the scope of the source address',
  3: 'address unreachable',
  4: 'port unreachable',
  5: 'source address prohibited by a policy',
  6: 'route rejected',
}
