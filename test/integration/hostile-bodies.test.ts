/** Bodies that no honest client sends: a clear 400, never a 500, and nothing is changed. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { type BodyCall, callsWithBody, pathsIn, withValue } from '../support/bodies.ts'
import { type Dump, dump } from '../support/dump.ts'
import { PEERINGS } from '../support/peerings.ts'
import { type Answer, startTestService, type TestService } from '../support/service.ts'

/** Almost what is let in: 1 MiB with room for the rest of the body. */
const LARGE = 1024 * 1024 - 2048

suite('hostile bodies', () => {
  let service: TestService
  let calls: readonly BodyCall[]
  before(async () => {
    service = await startTestService()
    calls = await callsWithBody(service)
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    // Whatever was sent, nothing of ours broke.
    assert.deepEqual(
      service.log.filter((line) => line.includes('internal error')),
      [],
    )
  })

  /** What is stored, as far as known: a refusal leaves it as it is, anything else is looked at anew. */
  let stored: Dump | undefined

  /** Sends a body to a call; what is refused must have changed nothing. */
  async function sendTo({ who, method, path, route }: BodyCall, body: unknown, what: string): Promise<Answer> {
    stored ??= dump(service.folder)
    const answer = await service.ask(who, method, path, body)
    assert.ok(answer.status < 500, `${route}: ${answer.status} to ${what}`)
    if (answer.status >= 400) assert.deepEqual(dump(service.folder), stored, `${route}: ${what}`)
    else stored = undefined
    return answer
  }

  const utf8 = (text: string) => Buffer.from(text)
  /** Each with words that the message must have. The member `M` stands for the one that the call wants. */
  const REFUSED: Readonly<Record<string, readonly [(text: string) => string | Uint8Array, RegExp]>> = {
    'nothing but blanks': [() => ' \n', /not valid JSON/],
    'an unfinished object': [(text) => text.slice(0, -1), /not valid JSON/],
    'something after the object': [(text) => `${text}x`, /not valid JSON/],
    'two objects': [(text) => text + text, /not valid JSON/],
    'single quotes': [(text) => text.replaceAll('"', "'"), /not valid JSON/],
    'a comma at the end': [(text) => `${text.slice(0, -1)},}`, /not valid JSON/],
    'a comment': [(text) => `/* */${text}`, /not valid JSON/],
    NaN: [() => '{"M":NaN}', /not valid JSON/],
    'a control character in a string': [() => '{"M":"\u0000"}', /not valid JSON/],
    null: [() => 'null', /must be object/],
    'an array for the object': [(text) => `[${text}]`, /must be object/],
    'a string': [(text) => JSON.stringify(text), /must be object/],
    'a number': [() => '1e999', /must be object/],
    // A body that is no envelope is refused for the members that it lacks.
    'an array for the member': [() => '{"M":[]}', /must be (object|boolean|string)|is required/],
    'null for the member': [() => '{"M":null}', /must be (object|boolean|string)|is required/],
    'an empty object': [() => '{}', /is required/],
    'a member twice': [(text) => `{"a":1,"a":1,${text.slice(1)}`, /'a' twice/],
    'a member twice, once in disguise': [(text) => `{"a":1,"\\u0061":1,${text.slice(1)}`, /'a' twice/],
    'a member twice, deep inside': [(text) => `{"x":[{"y":{"a":1,"b":2,"a":3}}],${text.slice(1)}`, /'a' twice/],
    __proto__: [(text) => `{"__proto__":{"admin":true},${text.slice(1)}`, /'__proto__'/],
    '__proto__ in disguise': [(text) => `{"\\u005f_proto__":{},${text.slice(1)}`, /'__proto__'/],
    '__proto__ deep inside': [(text) => `{"x":[{"__proto__":1}],${text.slice(1)}`, /'__proto__'/],
    '33 levels': [(text) => `{"x":${'['.repeat(32)}${']'.repeat(32)},${text.slice(1)}`, /deeper than 32/],
    'bytes that are not UTF-8': [(text) => Buffer.concat([utf8(text), Buffer.from([0xff])]), /not valid UTF-8/],
    'UTF-8 of half a surrogate': [() => Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not valid UTF-8/],
    'UTF-8 that is too long for its letter': [() => Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /not valid UTF-8/],
    'UTF-16': [(text) => Buffer.from(`\ufeff${text}`, 'utf16le'), /not valid UTF-8/],
  }

  test('every call refuses what is not JSON, or not JSON that has one reading, saying why', async () => {
    for (const call of calls) {
      const member = Object.keys(call.body).at(-1) ?? ''
      for (const [what, [spoil, message]] of Object.entries(REFUSED)) {
        const spoilt = spoil(JSON.stringify(call.body))
        const body = typeof spoilt === 'string' ? spoilt.replaceAll('"M"', `"${member}"`) : spoilt
        const answer = await sendTo(call, body, what)
        assert.equal(answer.status, 400, `${call.route}: ${what}`)
        assert.match(answer.body.error_msg, message, `${call.route}: ${what}`)
        assert.ok(answer.body.error_msg.length < 1000, `${call.route}: ${what}`)
      }
    }
  })

  test('however deep a body is, it is refused and nothing overflows', async () => {
    const deep: readonly [string, RegExp][] = [
      ['['.repeat(500_000), /not valid JSON/],
      ['['.repeat(500_000) + ']'.repeat(500_000), /deeper than 32/],
      [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /deeper than 32/],
    ]
    const [call] = calls
    assert.ok(call)
    for (const [body, message] of deep) {
      const answer = await sendTo(call, body, body.slice(0, 20))
      assert.equal(answer.status, 400)
      assert.match(answer.body.error_msg, message)
    }
  })

  test('members that nobody knows, whatever their name, are ignored and reach no prototype', async () => {
    const odd =
      '"constructor":{"prototype":{"admin":true}},"toString":1,"hasOwnProperty":null,"":2,"a.b":[{}],"$ref":"#"'
    for (const call of calls) {
      const text = JSON.stringify(call.body)
      const plain = await service.ask(call.who, call.method, call.path, text)
      stored = undefined
      const inside = text.replace(/^(\{"\w+":\{)/, `$1${odd},`)
      for (const body of [`{${odd},${text.slice(1)}`, inside]) {
        const answer = await sendTo(call, body, body)
        // What the plain one has made is taken now.
        const taken =
          answer.status === 409 ||
          /is taken by|access keys already|overlaps|has a route to/.test(answer.body?.error_msg)
        assert.ok(answer.status === plain.status || taken, `${call.route}: ${plain.status}, then ${answer.status}`)
      }
    }
    assert.equal(({} as { admin?: unknown }).admin, undefined)
    assert.equal({}.toString(), '[object Object]')
  })

  test('each member of each body, given each wrong value: 400 where openapi.json does not allow it', async () => {
    const ajv = new Ajv({ strict: false })
    const values = [
      null,
      true,
      0,
      -1,
      1.5,
      1e300,
      2 ** 53,
      '',
      ' ',
      'x'.repeat(300),
      '\u0000',
      '\ud800',
      [],
      [null],
      {},
      [[]],
    ]
    let asked = 0
    for (const call of calls) {
      const allows = ajv.compile(call.schema)
      for (const path of pathsIn(call.body)) {
        for (const value of values) {
          const body = withValue(call.body, path, value)
          const { status } = await sendTo(call, body, JSON.stringify(body).slice(0, 300))
          if (!allows(body)) assert.equal(status, 400, `${call.route}: ${JSON.stringify(body)}`)
          asked += 1
        }
      }
    }
    assert.ok(asked > 500)
  })

  test('strings of a mebibyte, and lists of a hundred thousand, are refused or kept, and soon', async () => {
    const long = 'x'.repeat(LARGE)
    const MANY: Readonly<Record<string, readonly unknown[]>> = {
      tags: Array.from({ length: 60_000 }, (_, at) => `${at}*x`),
      extend_cidrs: Array.from({ length: 50_000 }, (_, at) => `23.${at >> 12}.${(at >> 4) & 255}.${(at & 15) << 4}/28`),
    }
    const started = process.cpuUsage()
    for (const call of calls) {
      for (const path of pathsIn(call.body)) {
        const name = path.at(-1) ?? ''
        const tags = name === 'tags' && !call.path.startsWith('/v1/')
        const much = tags ? MANY.tags?.slice(30_000).map((key) => ({ key })) : (MANY[name] ?? long)
        const { status, body } = await sendTo(call, withValue(call.body, path, much), `much in ${path.join('.')}`)
        // A login ignores a name beside an id, and a token beside a password.
        if (call.route !== 'POST /v3/auth/tokens') assert.ok(status >= 400, `${call.route} ${name}: ${status}`)
        // For what it is, and not for something else that may be wrong by now.
        if (name in MANY) assert.match(body.error_msg, /at most \d|has no secondary/, `${call.route} ${name}`)
      }
    }
    // Ten times what it takes; work that grows with the square of the list would take minutes.
    const { user, system } = process.cpuUsage(started)
    assert.ok(user + system < 20_000_000, `${(user + system) / 1e6} s of a core`)
  })

  test('names with characters that break logs and terminals are refused', async () => {
    const call = calls.find(({ route }) => route === 'POST /v2.0/vpc/peerings')
    assert.ok(call)
    for (const name of ['a\u0000', '\u001b[2J', 'a\u0085b', '\u007f', '\ud83d', '\ude00\ud83d', 'a\r\nb', '\t']) {
      const answer = await sendTo(call, withValue(call.body, ['peering', 'name'], name), JSON.stringify(name))
      assert.equal(answer.status, 400, JSON.stringify(name))
    }
  })

  test('a body on a call that takes none is tolerated, whatever it is', async () => {
    const { alice, ask } = service
    for (const body of ['{}', '{"a":', '[', Buffer.from([0xff, 0]), 'x'.repeat(LARGE)]) {
      assert.equal((await ask(alice, 'DELETE', `${PEERINGS}/nothing`, body)).status, 404)
      assert.equal((await ask(alice, 'PUT', `${PEERINGS}/nothing/accept`, body)).status, 404)
      assert.equal((await ask(alice, 'PUT', `${PEERINGS}/nothing/reject`, body)).status, 404)
      const vpc = await service.makeVpc(alice, '')
      assert.equal((await ask(alice, 'DELETE', `/v1/${alice.projectId}/vpcs/${vpc}`, body)).status, 204)
    }
  })
})
