/**
 * 500 and 503: faults of ours, provoked for real. What is inside goes to the log and never to the client; and a service
 * that cannot write, or is stopping, says so and changes nothing.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { parseAnswers } from '../support/raw.ts'
import { type Answer, logIn, readOpenrc, send, startTestService, type TestService } from '../support/service.ts'

suite('a fault of ours', () => {
  let service: TestService
  let vpc: string
  before(async () => {
    service = await startTestService()
    vpc = await service.makeVpc(service.alice, 'corrupt')
  })
  after(() => service[Symbol.asyncDispose]())

  /** Writes into the file behind the back of the service. */
  function corrupt(sql: string, ...values: (string | number | bigint)[]): void {
    const db = new DatabaseSync(join(service.folder, 'causeway.sqlite'))
    assert.equal(Number(db.prepare(sql).run(...values).changes), 1)
    db.close()
  }

  /** 500 in the form of the family, no word of what is inside; and all of it in one line of the log, by the id. */
  function assertHidden(
    { status, headers, body }: Answer,
    family: (code: string, message: string) => object,
    cause: RegExp,
  ) {
    const { request_id, ...rest } = body
    const message = `An internal error occurred. The log has it under request id ${request_id}.`
    assert.equal(status, 500)
    assert.deepEqual(rest, { ...family('APIGW.0500', message), error_code: 'APIGW.0500', error_msg: message })
    assert.equal(headers.get('x-request-id'), request_id)
    const lines = service.log.filter((line) => line.includes(request_id) && line.includes('"internal error"'))
    assert.equal(lines.length, 1)
    const { level, requestId, method, url, err } = JSON.parse(lines[0] ?? '')
    assert.deepEqual([level, requestId], [50, request_id])
    assert.ok(method.length > 2 && url.startsWith('/'))
    assert.match(`${err.type} ${err.message}`, cause)
    assert.match(err.stack, /\/src\/\w+\//)
  }

  test('a VPC whose secondary blocks are no list is 500 on v3, and the other calls go on', async () => {
    const { alice, ask } = service
    corrupt("update vpc set extend_cidrs = '{}' where id = ?", vpc)
    const path = `/v3/${alice.projectId}/vpc/vpcs`
    assertHidden(await ask(alice, 'GET', `${path}/${vpc}`), () => ({}), /TypeError .*iterable/)
    assertHidden(await ask(alice, 'GET', path), () => ({}), /TypeError .*iterable/)
    assert.equal((await ask(alice, 'GET', `/v1/${alice.projectId}/vpcs/${vpc}`)).status, 200)
  })

  test('a fault in the thread that writes is 500 too, and leaves nothing behind', async () => {
    const { alice, ask } = service
    corrupt("update vpc set extend_cidrs = '{}' where id = ?", vpc)
    const before = dump(service.folder)
    const body = { vpc: { extend_cidrs: ['23.8.0.0/16'] } }
    const answer = await ask(alice, 'PUT', `/v3/${alice.projectId}/vpc/vpcs/${vpc}/add-extend-cidr`, body)
    assertHidden(answer, () => ({}), /Error .*iterable/)
    assert.deepEqual(dump(service.folder), before)
    assert.equal((await ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc: {} })).status, 200)
  })

  test('v1, Neutron, Keystone and our own paths each say it in their own form', async () => {
    const { alice, bob, admin, ask } = service
    const dated = await service.makeVpc(alice, 'dated')
    // Later than any Date can be.
    corrupt('update vpc set created_at = 9000000000000000 where id = ?', dated)
    const v1 = await ask(alice, 'GET', `/v1/${alice.projectId}/vpcs/${dated}`)
    assertHidden(v1, (code, message) => ({ code, message }), /RangeError Invalid time value/)
    const [from, to] = [await service.makeVpc(alice, 'from'), await service.makeVpc(bob, 'to')]
    const made = await ask(alice, 'POST', PEERINGS, peeringBody(from, to, bob.projectId))
    const { id } = made.body.peering
    corrupt('update peering set updated_at = 9000000000000000 where id = ?', id)
    const detail = ''
    const type = 'InternalServerError'
    for (const path of [`${PEERINGS}/${id}`, PEERINGS]) {
      const neutron = await ask(bob, 'GET', path)
      assertHidden(neutron, (_, message) => ({ NeutronError: { type, message, detail } }), /RangeError/)
    }
    corrupt('update access_key set created_at = 9000000000000000 where access = ?', bob.accessKey)
    const keystone = await ask(bob, 'GET', '/v3.0/OS-CREDENTIAL/credentials')
    const title = 'Internal Server Error'
    assertHidden(keystone, (_, message) => ({ error: { code: 500, message, title } }), /RangeError/)
    const insert = "insert into quota_limit values (?, 'vpc', ?)"
    corrupt(insert, bob.projectId, 2n ** 60n)
    const ours = await ask(admin, 'GET', `/causeway/v1/projects/${bob.projectId}/quotas`)
    assertHidden(ours, () => ({}), /ERR_OUT_OF_RANGE|RangeError/)
  })
})

suite('a service that cannot do its work', () => {
  test('a service that is stopping is not ready: 503, while a write that is under way is done', async () => {
    const service = await startTestService()
    const { alice } = service
    const ready = slowRequest(service.url, 'GET /readyz', {}, '{}')
    const body = '{"vpc":{"name":"last"}}'
    const write = slowRequest(service.url, `POST /v1/${alice.projectId}/vpcs`, { 'x-auth-token': alice.token }, body)
    await Promise.all([ready.sent, write.sent])
    // Both requests are being read, for a third that came after them is answered.
    await service.ask(undefined, 'GET', '/healthz')
    const stopped = service[Symbol.asyncDispose]()
    const [refused, done] = await Promise.all([ready.finish(), write.finish()])
    await stopped
    assert.equal(done?.status, 200)
    assert.equal(refused?.status, 503)
    assert.equal(refused.headers['retry-after'], '1')
    const { request_id, ...rest } = JSON.parse(refused.body)
    assert.equal(refused.headers['x-request-id'], request_id)
    assert.deepEqual(rest, { error_code: 'APIGW.0204', error_msg: 'The service is shutting down.' })
  })

  const canLimit = spawnSync('prlimit', ['--version']).status === 0
  test('with a full disk a write is 503, nothing is changed, reads go on, and writes too once there is room', {
    skip: canLimit ? false : 'prlimit (Debian: util-linux) is needed to keep files from growing',
  }, async () => {
    using folder = temporaryFolder()
    await using program = await startProgram(folder.path)
    const alice = await logIn(program.url, readOpenrc(folder.path, 'alice'))
    const admin = await logIn(program.url, readOpenrc(folder.path, 'admin'))
    const ask = (who: typeof alice, method: string, path: string, body?: unknown) =>
      send(program.url, method, path, body, { 'x-auth-token': who.token })
    const newVpc = () => ask(alice, 'POST', `/v1/${alice.projectId}/vpcs`, { vpc: {} })
    const [from, to] = [(await newVpc()).body.vpc.id, (await newVpc()).body.vpc.id]
    const before = dump(folder.path)
    // The kernel then refuses every write of the process to a file, as it does on a full disk.
    limitFiles(program.pid, '0')
    const message = 'The service cannot write right now. Nothing was changed; try again.'
    const added = { error_code: 'APIGW.0204', error_msg: message }
    const writes: [Promise<Answer>, object][] = [
      [newVpc(), { code: 'APIGW.0204', message, ...added }],
      [ask(alice, 'POST', PEERINGS, peeringBody(from, to)), added],
      [
        ask(admin, 'POST', '/v3/domains', { domain: { name: 'full' } }),
        { error: { code: 503, message, title: 'Service Unavailable' }, ...added },
      ],
    ]
    for (const [asked, expected] of writes) {
      const { status, headers, body } = await asked
      const { request_id, ...rest } = body
      assert.deepEqual([status, rest], [503, expected])
      assert.equal(headers.get('retry-after'), '1')
      assert.equal(headers.get('x-request-id'), request_id)
      assert.match(program.log(), new RegExp(`${request_id}.*"code":"unavailable","reason":"[^"]+"`))
    }
    assert.equal((await ask(alice, 'GET', `/v1/${alice.projectId}/vpcs`)).body.vpcs.length, 2)
    limitFiles(program.pid, 'unlimited')
    assert.deepEqual(dump(folder.path), before)
    assert.equal((await newVpc()).status, 200)
    assert.equal((await ask(alice, 'POST', PEERINGS, peeringBody(from, to))).status, 201)
  })
})

/** The soft limit only, so that it can be raised again. */
function limitFiles(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** A request whose head is sent at once, and whose body when it is finished. */
function slowRequest(url: string, line: string, headers: Readonly<Record<string, string>>, body: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const all = { host: 'x', 'content-type': 'application/json', 'content-length': String(body.length), ...headers }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const sent = new Promise<void>((resolve) => socket.write(`${line} HTTP/1.1\r\n${head.join('')}\r\n`, () => resolve()))
  return {
    sent,
    async finish() {
      socket.write(body)
      await closed
      return parseAnswers(text)[0]
    },
  }
}
