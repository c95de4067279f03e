/** The real program from its first line to its last: how it starts, how it refuses to, and how it stops. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type Program, readVariables, startProgram, temporaryFolder } from '../support/program.ts'
import { logIn, type Person, readOpenrc, send } from '../support/service.ts'

const PEOPLE = ['alice', 'bob', 'admin']

const VARIABLES = `
  OS_AUTH_URL OS_USERNAME OS_PASSWORD OS_PROJECT_NAME OS_PROJECT_ID OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME
  OS_DOMAIN_NAME OS_IDENTITY_API_VERSION OS_REGION_NAME OS_ACCESS_KEY OS_SECRET_KEY HUAWEICLOUD_SDK_AK
  HUAWEICLOUD_SDK_SK HUAWEICLOUD_SDK_PROJECT_ID CAUSEWAY_URL`

test('the first start writes three openrc files that only their owner can read, with every variable', async () => {
  using folder = temporaryFolder()
  await using program = await startProgram(join(folder.path, 'made/by/itself'), { CAUSEWAY_REGION: 'eu-x' })
  const data = join(folder.path, 'made/by/itself')
  assert.match(program.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(modeOf(data), '700')
  for (const name of PEOPLE) {
    assert.equal(modeOf(join(data, `${name}.openrc`)), '600')
    const variables = readVariables(data, name)
    assert.deepEqual(Object.keys(variables).sort(), VARIABLES.trim().split(/\s+/).sort())
    assert.deepEqual(
      Object.entries(variables).filter(([, value]) => value === ''),
      [],
    )
    assert.equal(variables.OS_AUTH_URL, `${program.url}/v3`)
    assert.equal(variables.CAUSEWAY_URL, program.url)
    assert.equal(variables.OS_USERNAME, name)
    assert.equal(variables.OS_PROJECT_NAME, 'eu-x')
    assert.equal(variables.OS_REGION_NAME, 'eu-x')
    assert.equal(variables.OS_IDENTITY_API_VERSION, '3')
    assert.equal(variables.HUAWEICLOUD_SDK_SK, variables.OS_SECRET_KEY)
    await logIn(program.url, readOpenrc(data, name))
  }
  assert.equal(modeOf(join(data, 'causeway.sqlite')), '600')
})

test('a start on another port rewrites the addresses in the openrc files, and nothing else in them', async () => {
  using folder = temporaryFolder()
  const first = await startProgram(folder.path)
  const before = PEOPLE.map((name) => readVariables(folder.path, name))
  await first.stop()
  // Holds the port, so that the second start must get another.
  await using _taken = await holdPort(Number(new URL(first.url).port))
  await using second = await startProgram(folder.path)
  assert.notEqual(second.url, first.url)
  PEOPLE.forEach((name, index) => {
    const addresses = { OS_AUTH_URL: `${second.url}/v3`, CAUSEWAY_URL: second.url }
    assert.deepEqual({ ...readVariables(folder.path, name) }, { ...before[index], ...addresses })
    assert.equal(modeOf(join(folder.path, `${name}.openrc`)), '600')
  })
  await logIn(second.url, readOpenrc(folder.path, 'alice'))
})

test('a second process on the same folder ends with 1, names the first, and changes nothing', async () => {
  using folder = temporaryFolder()
  await using program = await startProgram(folder.path)
  const before = contentsOf(folder.path)
  await assertNoStart(folder.path, {}, `in use by another Causeway process (pid ${program.pid})`)
  assert.deepEqual(contentsOf(folder.path), before)
  await logIn(program.url, readOpenrc(folder.path, 'alice'))
})

test('a start after SIGKILL needs nobody to clean up', async () => {
  using folder = temporaryFolder()
  const killed = await startProgram(folder.path)
  const alice = await logIn(killed.url, readOpenrc(folder.path, 'alice'))
  const id = await makeVpc(killed, alice, 'kept')
  assert.deepEqual(await killed.stop('SIGKILL'), { code: null, signal: 'SIGKILL' })
  await using program = await startProgram(folder.path)
  assert.equal(program.log().includes('"level":50'), false)
  assert.deepEqual(await vpcsOf(program, alice), [id])
})

test('SIGTERM lets a request that is under way finish, takes no new one, and ends with 0', async () => {
  using folder = temporaryFolder()
  const program = await startProgram(folder.path)
  const alice = await logIn(program.url, readOpenrc(folder.path, 'alice'))
  const slow = await startSlowRequest(program, alice)
  process.kill(program.pid, 'SIGTERM')
  while (await isListening(program)) {
    // Until the stopping has begun.
  }
  // npm and a terminal may both pass a signal on; the second must not cut anything off.
  process.kill(program.pid, 'SIGTERM')
  process.kill(program.pid, 'SIGINT')
  const answer = await slow.finish()
  assert.match(answer, /^HTTP\/1\.1 200 /)
  const answered = performance.now()
  assert.deepEqual(await program.stop(), { code: 0, signal: null })
  // Well below the ten seconds after which connections are cut off: nothing kept it waiting.
  assert.ok(performance.now() - answered < 5_000, 'it waited for a connection that nobody used')

  await using again = await startProgram(folder.path)
  assert.equal((await vpcsOf(again, alice)).length, 1)
})

test('SIGINT ends an idle service with 0', async () => {
  using folder = temporaryFolder()
  const program = await startProgram(folder.path)
  assert.deepEqual(await program.stop('SIGINT'), { code: 0, signal: null })
})

test('a start that cannot be says why in one line, and ends with 1', async (context) => {
  await context.test('a port that is taken', async () => {
    using folder = temporaryFolder()
    await using taken = await holdPort(0)
    const address = `127.0.0.1:${taken.port}`
    await assertNoStart(folder.path, { CAUSEWAY_LISTEN: address }, `address already in use ${address}`)
    // And it is not left half made: the next start is a whole one.
    await using program = await startProgram(folder.path)
    await logIn(program.url, readOpenrc(folder.path, 'alice'))
  })

  await context.test('a setting that is none', async () => {
    using folder = temporaryFolder()
    await assertNoStart(folder.path, { CAUSEWAY_LISTN: 'x' }, 'CAUSEWAY_LISTN is no setting')
    assert.deepEqual(readdirSync(folder.path), [])
  })

  await context.test('a data folder that cannot be written', async () => {
    using folder = temporaryFolder()
    // Nobody can make a file there, not even root.
    await assertNoStart('/proc/self', {}, 'the data folder /proc/self cannot be written: unable to open database file')
    const file = join(folder.path, 'a-file')
    writeFileSync(file, '')
    await assertNoStart(file, {}, file)
    await assertNoStart(join(file, 'below'), {}, file)
  })

  await context.test('a lock that is broken is not said to be held by somebody', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'lock.sqlite'), 'not a database, but long enough to be taken for a broken one')
    await assertNoStart(folder.path, {}, `the data folder ${folder.path} cannot be written: file is not a database`)
  })

  await context.test('a database from a newer program', async () => {
    using folder = temporaryFolder()
    mkdirSync(folder.path, { recursive: true })
    const db = new DatabaseSync(join(folder.path, 'causeway.sqlite'))
    db.exec('pragma user_version = 999')
    db.close()
    await assertNoStart(folder.path, {}, 'the database has schema 999')
  })
})

/** One line on standard error with this in it, no `ready`, and exit code 1. */
async function assertNoStart(folder: string, settings: Record<string, string>, expected: string): Promise<void> {
  const outcome = await startProgram(folder, settings).then(
    (program) => program.stop('SIGKILL').then(() => 'it started'),
    (error: Error) => error.message,
  )
  const [how = '', ...log] = outcome.trimEnd().split('\n')
  assert.match(how, /"code":1,/)
  const said = log.filter((line) => !line.startsWith('{'))
  assert.equal(said.length, 1, outcome)
  assert.ok(said[0]?.startsWith('causeway: ') && said[0].includes(expected), outcome)
}

async function makeVpc(program: Program, who: Person, name: string): Promise<string> {
  const headers = { 'x-auth-token': who.token }
  const answer = await send(program.url, 'POST', `/v1/${who.projectId}/vpcs`, { vpc: { name } }, headers)
  assert.equal(answer.status, 200)
  return answer.body.vpc.id
}

async function vpcsOf(program: Program, who: Person): Promise<readonly string[]> {
  const headers = { 'x-auth-token': who.token }
  const { body } = await send(program.url, 'GET', `/v1/${who.projectId}/vpcs`, undefined, headers)
  return body.vpcs.map(({ id }: { id: string }) => id)
}

/** Sends half of a create. Resolves when the service has said that it waits for the rest. */
async function startSlowRequest({ url }: Program, who: Person): Promise<{ finish(): Promise<string> }> {
  const body = '{"vpc":{"name":"slow"}}'
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  const head = [
    ...[`POST /v1/${who.projectId}/vpcs HTTP/1.1`, 'host: causeway', `x-auth-token: ${who.token}`],
    ...['content-type: application/json', `content-length: ${body.length}`, 'expect: 100-continue'],
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  assert.match(await heard(socket), /^HTTP\/1\.1 100 /)
  socket.write(body.slice(0, 7))
  return {
    async finish() {
      socket.write(body.slice(7))
      return heard(socket)
    },
  }
}

function heard(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (text) => resolve(String(text)))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was cut off')))
  })
}

function isListening({ url }: Program): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.once('connect', () => socket.end())
    socket.once('close', (failed) => resolve(!failed))
    socket.once('error', () => {})
  })
}

/** A server of our own on a port; 0 picks one. */
async function holdPort(port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { port: address.port, [Symbol.asyncDispose]: close }
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** Names, times of change and bytes of all files; the shared memory of a database is no content. */
function contentsOf(folder: string): unknown {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm'))
  return names.sort().map((name) => {
    const path = join(folder, name)
    return { name, changed: statSync(path).mtimeMs, bytes: readFileSync(path).toString('base64') }
  })
}
