/** A disk that takes no more, for the data and for the log: the service goes on reading, says so, and recovers. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { environment, temporaryFolder } from '../support/program.ts'
import { logIn, readOpenrc, send } from '../support/service.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')
const noLimits = spawnSync('prlimit', ['--version']).error ? 'prlimit (util-linux) is not here' : false

test('on a full disk writes are refused with 503, reads go on, and later everything does', {
  skip: noLimits,
}, async (context) => {
  using folder = temporaryFolder()
  const log = join(folder.path, 'log')
  const descriptor = openSync(log, 'a')
  const child = spawn(process.execPath, [MAIN], {
    env: { ...environment(), CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_DATA: folder.path, CAUSEWAY_LOG: 'debug' },
    stdio: ['ignore', 'pipe', descriptor],
  })
  closeSync(descriptor)
  context.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  assert.ok(child.stdout)
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = line.trim().replace('ready ', '')
  const alice = await logIn(url, readOpenrc(folder.path, 'alice'))
  const path = `/v1/${alice.projectId}/vpcs`
  const ask = (method: string, body?: unknown) => send(url, method, path, body, { 'x-auth-token': alice.token })
  const make = (name: string) => ask('POST', { vpc: { name } })
  assert.equal((await make('before')).status, 200)

  // The kernel then refuses every write to a file with EFBIG; a full disk says ENOSPC.
  assert.equal(spawnSync('prlimit', ['-p', `${child.pid}`, '--fsize=0:unlimited']).status, 0)
  const before = readFileSync(log, 'utf8')
  for (const answer of await Promise.all([make('a'), make('b'), make('c')])) {
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '1')
    assert.match(answer.body.error_msg, /Nothing was changed; try again\./)
  }
  assert.deepEqual(namesIn(await ask('GET')), ['before'])
  assert.equal(readFileSync(log, 'utf8'), before)

  assert.equal(spawnSync('prlimit', ['-p', `${child.pid}`, '--fsize=unlimited:unlimited']).status, 0)
  assert.equal((await make('after')).status, 200)
  assert.deepEqual(namesIn(await ask('GET')), ['after', 'before'])
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
  // The lines of that time were kept: what went wrong can be read.
  assert.match(readFileSync(log, 'utf8').slice(before.length), /"code":"unavailable","reason":"disk I\/O error"/)
})

function namesIn({ body }: Awaited<ReturnType<typeof send>>): readonly string[] {
  return body.vpcs.map(({ name }: { name: string }) => name).sort()
}
