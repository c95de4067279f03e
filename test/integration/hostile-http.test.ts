/** Requests that are broken below JSON: an answer of ours for each, in time, and the next one is served. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { exchange, type RawAnswer, request } from '../support/raw.ts'
import { startTestService, type TestService } from '../support/service.ts'

const MIB = 1024 * 1024

suite('hostile requests', () => {
  let service: TestService
  let token: Record<string, string>
  before(async () => {
    service = await startTestService()
    token = { 'x-auth-token': service.alice.token }
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    assert.deepEqual(
      service.log.filter((line) => line.includes('internal error')),
      [],
    )
  })

  /** The answers, each whole and in our form; afterwards nothing is changed and the service goes on. */
  async function answersTo(bytes: string | Uint8Array, hangUp = false): Promise<readonly RawAnswer[]> {
    const before = dump(service.folder)
    const answers = await exchange(service.url, bytes, hangUp)
    for (const { status, headers, body } of answers) {
      assert.ok(status < 500, body)
      assert.match(headers['x-request-id'] ?? '', /^[0-9a-f]{32}$/)
      if (status >= 400 && body !== '') assert.equal(JSON.parse(body).request_id, headers['x-request-id'])
    }
    assert.deepEqual(dump(service.folder), before)
    assert.equal((await service.ask(undefined, 'GET', '/healthz')).status, 200)
    return answers
  }

  async function assertStatuses(
    cases: Readonly<Record<string, readonly [number, string | Uint8Array]>>,
    hangUp = false,
  ) {
    for (const [name, [status, bytes]] of Object.entries(cases)) {
      const answers = await answersTo(bytes, hangUp)
      assert.deepEqual(
        answers.map((answer) => answer.status),
        [status],
        name,
      )
    }
  }

  /** A POST with headers as they are given; the body is not counted. */
  const post = (lines: string, body: string) =>
    `POST ${PEERINGS} HTTP/1.1\r\nhost: x\r\nx-auth-token: ${service.alice.token}\r\n${lines}\r\n\r\n${body}`

  test('what is not HTTP/1 is 400', async () => {
    await assertStatuses({
      garbage: [400, 'garbage\r\n\r\n'],
      'a TLS hello': [400, Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
      'the preface of HTTP/2': [400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      'a version to come': [400, 'GET /v3 HTTP/3.0\r\nhost: x\r\n\r\n'],
      'a method that nobody knows': [400, request('FROBNICATE', '/v3', {})],
      'lines without a carriage return': [400, 'GET /v3 HTTP/1.1\nhost: x\n\n'],
      'a blank before the colon': [400, 'GET /v3 HTTP/1.1\r\nhost : x\r\n\r\n'],
      'a folded header': [400, 'GET /v3 HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n'],
      'a NUL in a header': [400, request('GET', '/v3', { a: 'b\0c' })],
      'a control character in a header': [400, request('GET', '/v3', { a: 'b\u0001c' })],
      'a blank in the path': [400, request('GET', '/v3 /x', {})],
      'letters beyond ASCII in the path': [400, Buffer.from(request('GET', '/v3/é', {}))],
      'no Host': [400, 'GET /v3 HTTP/1.1\r\nconnection: close\r\n\r\n'],
    })
  })

  test('a request whose end can be read in two ways is refused, and what hides in it is not served', async () => {
    const hidden = 'GET /v3 HTTP/1.1\r\nhost: x\r\n\r\n'
    await assertStatuses({
      'Content-Length and then Transfer-Encoding': [
        400,
        post('content-length: 5\r\ntransfer-encoding: chunked', `0\r\n\r\n${hidden}`),
      ],
      'Transfer-Encoding and then Content-Length': [
        400,
        post('transfer-encoding: chunked\r\ncontent-length: 5', `0\r\n\r\n${hidden}`),
      ],
      'two lengths': [400, post('content-length: 0\r\ncontent-length: 40', hidden)],
      'two lengths in one header': [400, post('content-length: 0, 40', hidden)],
      'a length with a sign': [400, post('content-length: +2', '{}')],
      'a length below zero': [400, post('content-length: -1', '{}')],
      'a length in hex': [400, post('content-length: 0x2', '{}')],
      'a length beyond all numbers': [400, post('content-length: 99999999999999999999', '{}')],
      'an encoding that nobody knows': [400, post('transfer-encoding: xchunked', '0\r\n\r\n')],
      'chunked, but not last': [400, post('transfer-encoding: chunked, gzip', '0\r\n\r\n')],
      'chunked in disguise': [400, post('transfer-encoding:\x0bchunked', '0\r\n\r\n')],
      'a chunk of no number': [400, post('transfer-encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n')],
      'a chunk longer than it says': [400, post('transfer-encoding: chunked', '1\r\n{}\r\n0\r\n\r\n')],
    })
  })

  test('a body that is shorter than it says, from a client that hangs up, is no fault of ours and changes nothing', async () => {
    const { alice } = service
    const whole = JSON.stringify({ vpc: { name: 'half' } })
    const head = `POST /v1/${alice.projectId}/vpcs HTTP/1.1\r\nhost: x\r\nx-auth-token: ${alice.token}\r\n`
    const json = 'content-type: application/json\r\n'
    await assertStatuses(
      {
        'a length of one more': [400, `${head}${json}content-length: ${whole.length + 1}\r\n\r\n${whole}`],
        'a chunk that breaks off': [400, `${head}${json}transfer-encoding: chunked\r\n\r\n99\r\n${whole}`],
        'no last chunk': [400, `${head}${json}transfer-encoding: chunked\r\n\r\n16\r\n${whole.padEnd(22)}\r\n`],
        'half a head': [400, head.slice(0, 40)],
      },
      true,
    )
    assert.deepEqual(await answersTo('', true), [])
  })

  test('chunked bodies are read like others, with extensions and trailers, up to the same size', async () => {
    const { alice } = service
    const head = `PUT /v1/${alice.projectId}/vpcs/x HTTP/1.1\r\nhost: x\r\nx-auth-token: ${alice.token}\r\n`
    const chunked = `${head}content-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`
    const bytes = [...'{"vpc":{"name":"b"}}'].map((letter) => `1;why=not\r\n${letter}\r\n`).join('')
    await assertStatuses({
      'byte by byte': [404, `${chunked}${bytes}0\r\nx-trailer: 1\r\n\r\n`],
      'an empty one': [400, `${chunked}0\r\n\r\n`],
      'one byte too many': [413, `${chunked}${(MIB + 1).toString(16)}\r\n${'x'.repeat(MIB + 1)}\r\n0\r\n\r\n`],
      'a length of a terabyte': [413, post('content-type: application/json\r\ncontent-length: 1000000000000', '{}')],
    })
  })

  test('paths of every length and spelling are 400, 404 or 431', async () => {
    const get = (path: string) => request('GET', path, token)
    await assertStatuses({
      'a name of 1,024 letters': [404, get(`${PEERINGS}/${'x'.repeat(1024)}`)],
      'a name of 1,025 letters': [404, get(`${PEERINGS}/${'x'.repeat(1025)}`)],
      'a name of 15,000 letters': [404, get(`${PEERINGS}/${'x'.repeat(15_000)}`)],
      'a project of 15,000 letters': [404, get(`/v1/${'x'.repeat(15_000)}/vpcs`)],
      'a name of 20,000 letters': [431, get(`${PEERINGS}/${'x'.repeat(20_000)}`)],
      'five thousand parts': [404, get(`/v1${'/x'.repeat(5_000)}`)],
      'a lone percent sign': [400, get(`${PEERINGS}/%`)],
      'no hex digits': [400, get(`${PEERINGS}/%zz`)],
      'bytes that are no UTF-8': [400, get(`${PEERINGS}/%ff%fe`)],
      'a NUL': [404, get(`${PEERINGS}/%00`)],
      'a line break': [404, get(`${PEERINGS}/%0d%0aset-cookie:x`)],
      'an encoded slash': [404, get(`${PEERINGS}/%2faccept`)],
      dots: [404, get('/v1/../v3')],
      'encoded dots': [400, get(`/v1/%2e%2e/vpcs`)],
      'a double slash': [404, get('//v3')],
      'a parameter in the path': [404, get('/v3;x=1')],
      '__proto__ for a project': [400, get('/v1/__proto__/vpcs')],
      'a star': [404, request('OPTIONS', '*', token)],
      'an absolute address': [200, get('http://elsewhere.example/v3')],
    })
  })

  test('a query is read leniently, and a parameter given twice is 400 where one is meant', async () => {
    const get = (query: string) => request('GET', `${PEERINGS}?${query}`, token)
    const { projectId } = service.alice
    await assertStatuses({
      'percent signs': [200, get('name=%zz&%=%&=&&%00=%ff')],
      'ten thousand ampersands': [200, get('&'.repeat(10_000))],
      'two thousand parameters': [200, get(Array.from({ length: 2_000 }, (_, at) => at).join('=&'))],
      'names of every object': [200, get('__proto__=1&constructor=2&toString=3&__proto__[x]=4')],
      'NUL and line breaks': [200, get('name=%00%0d%0a&status=%00')],
      'a quote for the database': [200, get("name=x'%20or%201=1--&id=%22;drop%20table%20peering")],
      'a limit twice': [400, get('limit=1&limit=2')],
      'an id twice': [400, get('id=a&id=b')],
      'a limit below zero': [400, get('limit=-1')],
      'a limit with a fraction': [400, get('limit=1.5')],
      'a limit beyond all numbers': [200, get(`limit=${'9'.repeat(400)}`)],
      'a limit in other digits': [400, get('limit=%D9%A1')],
      'a marker that is none': [400, get('marker=%00')],
      'a filter twice, where that means either': [200, request('GET', `/v3/${projectId}/vpc/vpcs?id=a&id=b`, token)],
      'a filter two thousand times': [
        200,
        request('GET', `/v3/${projectId}/vpc/vpcs?${'name=x&'.repeat(2_000)}`, token),
      ],
    })
  })

  test('headers in excess are 431, and odd ones do no harm', async () => {
    const get = (headers: Record<string, string>) => request('GET', '/v3/regions', { ...token, ...headers })
    await assertStatuses({
      'one of 17,000 letters': [431, get({ 'x-long': 'x'.repeat(17_000) })],
      'a token of 17,000 letters': [431, get({ 'x-auth-token': 'x'.repeat(17_000) })],
      'a token of 15,000 letters': [401, get({ 'x-auth-token': 'x'.repeat(15_000) })],
      'five thousand of them': [431, `GET /v3 HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`],
      'two tokens': [401, get({ 'X-Auth-Token': service.alice.token })],
      'names of every object': [200, get({ __proto__x: '1', constructor: '2', 'has-own-property': '3' })],
      'an expectation that nobody can meet': [200, get({ expect: 'miracles' })],
      'a wish for another protocol': [200, get({ connection: 'upgrade, close', upgrade: 'websocket' })],
      'a Host that is none': [200, get({ host: '<script>"[' })],
      'an id of its own': [200, get({ 'x-request-id': 'mine', 'request-id': 'mine' })],
      'a method in disguise': [200, get({ 'x-http-method-override': 'DELETE' })],
    })
  })

  test('links are made whatever the Host says', async () => {
    const { alice } = service
    const [a, b, c] = [
      await service.makeVpc(alice, 'a'),
      await service.makeVpc(alice, 'b'),
      await service.makeVpc(alice, 'c'),
    ]
    for (const to of [b, c]) assert.equal((await service.ask(alice, 'POST', PEERINGS, peeringBody(a, to))).status, 201)
    for (const host of ['[', 'a b', 'x:99999', '', '@', '%', 'é', '?#', '../..']) {
      const [answer] = await answersTo(request('GET', `${PEERINGS}?limit=1`, { ...token, host }))
      assert.equal(answer?.status, 200, host)
      assert.equal(JSON.parse(answer.body).peerings_links.length, 1, host)
    }
    const [old] = await answersTo(`GET ${PEERINGS}?limit=1 HTTP/1.0\r\nx-auth-token: ${alice.token}\r\n\r\n`)
    assert.equal(old?.status, 200)
  })

  test('HTTP/1.0 is answered, and the connection closed', async () => {
    const [answer, ...more] = await answersTo('GET /v3 HTTP/1.0\r\nhost: x\r\n\r\n')
    assert.deepEqual([answer?.status, answer?.headers.connection, more.length], [200, 'close', 0])
  })

  test('methods that a path does not take are 405, with or without a body', async () => {
    for (const method of [
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PATCH',
      'DELETE',
      'PROPFIND',
      'LOCK',
      'QUERY',
      'M-SEARCH',
      'PURGE',
    ]) {
      for (const body of ['', '{}', 'x'.repeat(100_000)]) {
        const [answer] = await answersTo(request(method, PEERINGS, token, body))
        assert.deepEqual([method, answer?.status, answer?.headers.allow], [method, 405, 'GET, POST'])
      }
    }
    // Nobody is to be connected through us; Node closes the connection without a word.
    assert.deepEqual(await answersTo(request('CONNECT', 'elsewhere.example:443', {})), [])
  })

  test('garbage behind a request, or many at once, stops nothing', async () => {
    const keep = request('GET', '/healthz', { connection: 'keep-alive' })
    const pipelined = await answersTo(keep.repeat(100) + request('GET', '/healthz', {}))
    assert.deepEqual(
      pipelined.map(({ status }) => status),
      Array(101).fill(200),
    )
    assert.equal(new Set(pipelined.map(({ headers }) => headers['x-request-id'])).size, 101)
    // What is behind ends the connection, with an answer of its own or with none.
    const answers = await answersTo(`${keep}\x00\x01 garbage\r\n\r\n`)
    assert.equal(answers.at(-1)?.status, 400)
  })
})
