/** The README's own command. What a supervisor starts and signals is npm, not the service. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { environment, temporaryFolder } from '../support/program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** The time that a shutdown gives to requests under way, twice; here there are none. */
const STOPPED_WITHIN_MS = 20_000

test('a SIGTERM to `npm start` stops the service too, and not npm alone', async () => {
  using folder = temporaryFolder()
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...environment(), CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_DATA: folder.path, CAUSEWAY_LOG: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing outlives a failure.
    detached: true,
  })
  using _group = group(npm)
  let log = ''
  npm.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const url = await addressOf(npm)
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  // The pipes close when the last process that holds them ends, and the service is one.
  const closed = once(npm, 'close', { signal: AbortSignal.timeout(STOPPED_WITHIN_MS) })
  npm.kill('SIGTERM')
  await closed
  assert.match(log, /"msg":"stopping"/)
  await assert.rejects(fetch(`${url}/healthz`))
})

async function addressOf(npm: ChildProcess): Promise<string> {
  let said = ''
  for await (const text of npm.stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    said += text
    const url = /^ready (http:\/\/\S+)$/m.exec(said)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`ended before it was ready: ${said}`)
}

function group({ pid }: ChildProcess): Disposable {
  return {
    [Symbol.dispose]() {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL')
      } catch {
        // Nothing of it was left, as it should be.
      }
    },
  }
}
