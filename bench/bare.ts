/**
 * Process entry: the least that answers HTTP on Node, to measure the service against. Answers every request with the
 * bytes it was last told, after reading the request's body. Says its port first, and `set` whenever it was told.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface BareAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

let answer: BareAnswer = { status: 204, type: 'text/plain', body: '' }
let length = 0

const server = createServer((request, response) => {
  const reply = (): void => {
    response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': length })
    response.end(answer.body)
  }
  if (request.method === 'GET') reply()
  else request.once('end', reply).resume()
})

process.on('message', (told: BareAnswer) => {
  answer = told
  length = Buffer.byteLength(told.body)
  process.send?.('set')
})

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
