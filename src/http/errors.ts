/** What is thrown on the way of a request, as the refusal it amounts to. */

import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { Refusal } from '../rules/refusal.ts'
import { SPELLINGS, spellError } from '../wire/refusal.ts'

/** Undefined: a fault of ours. */
export function toRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('body_too_large', 'The body is larger than 1 MiB.')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Refusal('malformed_body', 'Malformed request: the body is not as long as Content-Length says.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('unsupported_media_type', 'The content type must be application/json.')
    case 'FST_ERR_BAD_URL':
      return new Refusal('malformed_body', 'Malformed request: the path is not valid percent-encoding.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal('unknown_path', 'There is no such path: a part of it is longer than any id or name.')
    // Nobody hears this answer; but that a client hung up while it sent its body is no fault of ours.
    case 'ECONNRESET':
      return new Refusal('malformed_body', 'Malformed request: the connection ended before the body did.')
    default:
      return undefined
  }
}

/** Answers what Node's own parser refuses, for which there is no request yet. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  // A client that hung up wants no answer.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const code = isLarge ? 'headers_too_large' : 'malformed_body'
  const message = isLarge ? 'The headers are larger than 16 KiB.' : 'Malformed request: this is not HTTP/1.1.'
  const { status, type } = SPELLINGS[code]
  const requestId = randomUUID().replaceAll('-', '')
  const body = JSON.stringify(spellError('gateway', code, message, requestId))
  const head = [
    `HTTP/1.1 ${status} ${type}`,
    `X-Request-Id: ${requestId}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
