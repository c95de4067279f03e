/** WIRE 4.5 and 4.6 over HTTP: what a signature covers, for how long, and in which forms. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { exchange, request } from '../support/raw.ts'
import { type Answer, send, startTestService, type TestService } from '../support/service.ts'
import { type SigningStyle, signHeaders } from '../support/sign.ts'

const SKEW_MS = 15 * 60 * 1000

for (const form of ['simple', 'scoped'] as const) {
  suite(`a signature of the ${form} form`, () => {
    let service: TestService
    let path: string
    before(async () => {
      // On a full second, because that is as fine as X-Sdk-Date is.
      service = await startTestService({ startAt: Date.parse('2026-03-04T12:00:00Z') })
      path = `/v1/${service.alice.projectId}/vpcs`
    })
    after(() => service[Symbol.asyncDispose]())

    type Signing = SigningStyle & { method?: string; path?: string; body?: string; at?: number; secret?: string }
    const sign = (signing: Signing = {}) => {
      const { accessKey: access, secretKey, projectId } = service.alice
      const { method = 'GET', body = '', at = service.clock.now(), secret = secretKey, headers = {} } = signing
      const url = `${service.url}${signing.path ?? path}`
      return signHeaders({ method, url, body }, { access, secret, projectId, now: at }, { form, headers })
    }
    const ask = (headers: Record<string, string>, method = 'GET', target = path, body?: string): Promise<Answer> =>
      send(service.url, method, target, body, headers)

    test('is good for 15 minutes either way, and not a second longer', async () => {
      const now = service.clock.now()
      const status = async (at: number) => (await ask(sign({ at }))).status
      assert.equal(await status(now - SKEW_MS), 200)
      assert.equal(await status(now + SKEW_MS), 200)
      for (const at of [now - SKEW_MS - 1000, now + SKEW_MS + 1000]) {
        const { status, body } = await ask(sign({ at }))
        assert.deepEqual([status, body.code], [401, 'VPC.0008'])
        assert.match(body.message, /15 minutes/)
      }
      service.clock.advance(1)
      assert.equal(await status(now - SKEW_MS), 401)
    })

    test('covers every byte of the body', async () => {
      const body = '{"vpc":{"name":"signed","cidr":"10.0.0.0/16"}}'
      const headers = sign({ method: 'POST', body })
      const before = dump(service.folder)
      for (let at = 0; at < body.length; at += 1) {
        const changed = body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1)
        assert.equal((await ask(headers, 'POST', path, changed)).status, 401, changed)
      }
      for (const changed of [`${body} `, ` ${body}`, body.slice(0, -1), undefined]) {
        assert.equal((await ask(headers, 'POST', path, changed)).status, 401, changed)
      }
      assert.deepEqual(dump(service.folder), before)
      assert.equal((await ask(headers, 'POST', path, body)).status, 200)
    })

    test('covers method, path, query and every header that it names', async () => {
      const target = `${path}?limit=1&marker=0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10`
      const headers = sign({ path: target, headers: { 'x-language': 'en-us' } })
      assert.equal((await ask(headers, 'GET', target)).status, 200)
      const marker = target.slice(-36)
      const targets = [
        target.replace('limit=1', 'limit=2'),
        target.replace('limit=1', 'limits=1'),
        `${target}0`,
        `${target}&id=${marker}`,
        `${path}?limit=1`,
        path,
        target.replace('/vpcs?', `/vpcs/${marker}?`),
      ]
      for (const changed of targets) assert.equal((await ask(headers, 'GET', changed)).status, 401, changed)
      assert.equal((await ask(headers, 'DELETE', `${path}/${marker}`)).status, 401)
      assert.equal((await ask(headers, 'POST', target, '')).status, 401)
      const { 'x-language': _, ...without } = headers
      assert.equal((await ask(without, 'GET', target)).status, 401)
      for (const name of ['x-language', 'content-type', 'x-sdk-date', 'x-project-id']) {
        const value = headers[name] ?? ''
        const changed = name === 'x-sdk-date' ? value.replace('00Z', '01Z') : `${value}0`
        assert.equal((await ask({ ...headers, [name]: changed }, 'GET', target)).status, 401, name)
      }
      const { host: signedHost } = new URL(service.url)
      const [answer] = await exchange(service.url, request('GET', target, { ...headers, host: signedHost }))
      assert.equal(answer?.status, 200)
      const [elsewhere] = await exchange(service.url, request('GET', target, { ...headers, host: 'evil.example' }))
      assert.equal(elsewhere?.status, 401)
    })

    test('is what the right key made: another secret, or one changed digit, is 401 in one text', async () => {
      const right = sign()
      const authorization = right.authorization ?? ''
      const unknown = authorization.replace(service.alice.accessKey, 'A'.repeat(20))
      const flipped = authorization.slice(0, -1) + (authorization.endsWith('0') ? '1' : '0')
      const texts = new Set<string>()
      for (const headers of [sign({ secret: service.bob.secretKey }), { ...right, authorization: unknown }]) {
        texts.add((await ask(headers)).body.message)
      }
      texts.add((await ask({ ...right, authorization: flipped })).body.message)
      assert.equal(texts.size, 1)
      for (const cut of [authorization.slice(0, -1), `${authorization}0`, authorization.toUpperCase(), 'x', '']) {
        assert.equal((await ask({ ...right, authorization: cut })).status, 401, cut)
      }
      assert.equal((await ask(right)).status, 200)
    })

    test('may carry the hash of the body in a header, which must then be signed and be that of the body', async () => {
      const body = '{"vpc":{"name":"hashed"}}'
      const hash = createHash('sha256').update(body).digest('hex')
      const hashed = (value: string) => sign({ method: 'POST', body, headers: { 'x-sdk-content-sha256': value } })
      const wrong = createHash('sha256').update('').digest('hex')
      for (const value of [wrong, 'UNSIGNED-PAYLOAD', '']) {
        assert.equal((await ask(hashed(value), 'POST', path, body)).status, 401, value)
      }
      const unsigned = { ...sign({ method: 'POST', body }), 'x-sdk-content-sha256': hash }
      assert.equal((await ask(unsigned, 'POST', path, body)).status, 401)
      assert.equal((await ask(hashed(hash), 'POST', path, '{"vpc":{"name":"other"}}')).status, 401)
      assert.equal((await ask(hashed(hash), 'POST', path, body)).status, 200)
      const bodiless = sign({ headers: { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' } })
      assert.equal((await ask(bodiless)).status, 200)
    })

    test('covers the `{}` that the Node SDK sends with a GET', async () => {
      const target = '/v3/projects?name=region-1'
      const { host } = new URL(service.url)
      const headers = { ...sign({ path: target, body: '{}' }), host }
      const statusOf = async (body: string) => {
        const [answer] = await exchange(service.url, request('GET', target, headers, body))
        return answer?.status
      }
      assert.equal(await statusOf('{}'), 200)
      assert.equal(await statusOf('{ }'), 401)
      assert.equal(await statusOf(''), 401)
    })

    test('is the same with and without a slash at the end of the path, however the path is encoded', async () => {
      const headers = sign()
      assert.equal((await ask(headers, 'GET', `${path}/`)).status, 200)
      // The project's id begins with a 0, for it begins with the time.
      assert.equal((await ask(headers, 'GET', path.replace('/v1/0', '/v1/%30'))).status, 200)
      const query = `${path}?enterprise_project_id=a%20b%2Fc%C3%BC~`
      assert.equal((await ask(sign({ path: query }), 'GET', query.replace('%2F', '/').replace('~', '%7E'))).status, 200)
    })

    test('is not looked at where there is a token, which then decides', async () => {
      const bad = await ask({ ...sign(), 'x-auth-token': 'x' })
      assert.equal(bad.status, 401)
      assert.equal((await ask({ ...sign({ secret: 'x' }), 'x-auth-token': service.alice.token })).status, 200)
    })

    test('of another algorithm is 401, naming the one that is taken', async () => {
      const right = sign()
      for (const algorithm of ['SDK-HMAC-SM3', 'V11-HMAC-SHA256', 'SDK-ECDSA-P256-SHA256', 'Basic', 'Bearer']) {
        const authorization = (right.authorization ?? '').replace('SDK-HMAC-SHA256', algorithm)
        const { status, body } = await ask({ ...right, authorization })
        assert.equal(status, 401)
        assert.match(body.message, /SDK-HMAC-SHA256/)
      }
    })
  })
}
