/** `npm run demo` as people run it: what it shows, that it is true, and that nothing of it is left, however it ends. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { WriteStream } from 'node:tty'
import { createLines } from '../../scripts/demo/lines.ts'
import { environment, temporaryFolder } from '../support/program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DEMO = join(ROOT, 'scripts/demo/demo.ts')
/** nobody: somebody who may do nothing in particular. */
const NOBODY = 65_534
/** What is looked for here on the machine, by others than the demo, takes a moment. */
const WITHIN_MS = 10_000

const ESCAPE = '\u001b'

const PEOPLE = {
  root: { isThere: process.getuid?.() === 0, ids: {} },
  'an ordinary user': {
    isThere: process.getuid?.() !== 0 || canRead(NOBODY),
    ids: process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {},
  },
} as const

for (const [who, { isThere, ids }] of Object.entries(PEOPLE)) {
  const skip = isThere ? false : `here nobody who is ${who} can read ${ROOT}, or become it`

  test(`the demo shows all that it should to ${who}, and leaves nothing behind`, { skip }, async () => {
    const { code, out, error } = await start(ids).end()
    assert.equal(code, 0, `${out}\n${error}`)
    assertTold(out)
    assert.match(out, /✔ apples {3}pings with real packets, by ping$/m)
  })

  test(`a Ctrl-C in the middle stops the demo of ${who}, which leaves nothing behind`, { skip }, async () => {
    const demo = start(ids)
    await demo.said(/bob {6}accepts: ACTIVE/)
    demo.interrupt()
    const { code, out } = await demo.end()
    assert.equal(code, 130, out)
    assert.match(out, /\n\nStopped\. The service is stopped too, and everything that was made is gone\.\n$/)
  })

  test(`where namespaces are not to be had, ${who} is told what is missing and how to get it`, { skip }, async () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o755)
    const none = await start(ids, folder.path).end()
    assert.deepEqual([none.code, none.out], [1, ''])
    assert.match(none.error, /^The demo needs the program unshare: apt-get install util-linux\.\n$/)
    const refuses = join(folder.path, 'unshare')
    writeFileSync(refuses, '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n')
    chmodSync(refuses, 0o755)
    const refused = await start(ids, folder.path).end()
    assert.deepEqual([refused.code, refused.out], [1, ''])
    const [what = '', how = '', ...more] = refused.error.trimEnd().split('\n')
    const says = `The demo needs namespaces of its own, and ${who} may not make them here: unshare: unshare failed: `
    assert.equal(what, `${says}Operation not permitted`)
    assert.match(how, /docker run --privileged|sysctl \S+=\d+|as root/)
    assert.deepEqual(more, [])
  })
}

const { root } = PEOPLE
const skip = root.isThere || PEOPLE['an ordinary user'].isThere ? false : 'nobody can run it here'

test('without ping the packets are those of the service, and just as real', { skip }, async () => {
  using folder = temporaryFolder()
  for (const program of ['unshare', 'nsenter', 'sh', 'mount']) {
    symlinkSync(
      spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim(),
      join(folder.path, program),
    )
  }
  const { code, out, error } = await start({}, folder.path).end()
  assert.equal(code, 0, `${out}\n${error}`)
  assertTold(out)
  assert.match(out, /pings with real packets, by the service's own probe/)
})

test('a demo that is killed leaves nothing behind either', { skip }, async () => {
  const demo = start({})
  await demo.said(/admin {4}attaches pies/)
  demo.kill()
  await demo.nothingLeft()
})

test('there are colours on a terminal, and none with NO_COLOR', () => {
  const shown: string[] = []
  const terminal = Object.assign(Object.create(WriteStream.prototype), {
    isTTY: true,
    getColorDepth: () => (process.env.NO_COLOR === undefined ? 24 : 1),
    write: (text: string) => shown.push(text),
  }) as WriteStream
  const kept = process.env.NO_COLOR
  const draw = () => {
    shown.length = 0
    const lines = createLines(terminal)
    lines.chapter('A chapter')
    lines.done('alice', 'does something', 1234)
    return shown.join('')
  }
  try {
    delete process.env.NO_COLOR
    assert.ok(draw().includes(ESCAPE))
    process.env.NO_COLOR = '1'
    assert.ok(!draw().includes(ESCAPE))
    assert.equal(draw().split('\n')[2], `  ✔ alice    does something${' '.repeat(46)}1234 ms`)
  } finally {
    if (kept === undefined) delete process.env.NO_COLOR
    else process.env.NO_COLOR = kept
  }
})

/** What the demo has to show, in this order; and that each line fits. */
function assertTold(out: string): void {
  const expected = [
    /service {2}is ready, with its data plane/,
    /alice {4}makes VPC orchard/,
    /admin {4}attaches apples: 10\.1\.1\.2 and fd[0-9a-f:]+ /,
    /bob {6}makes VPC bakery/,
    /admin {4}attaches pies: 10\.2\.1\.2 and fd[0-9a-f:]+ /,
    /ping {5}0 of 40 answered, both ways, IPv4 and IPv6/,
    /explain {2}NO_PEERING/,
    /alice {4}asks bob for a peering: PENDING_ACCEPTANCE/,
    /ping {5}0 of 40 answered/,
    /explain {2}PEERING_PENDING/,
    /bob {6}accepts: ACTIVE/,
    /network {2}both routers are SYNCED/,
    /ping {5}0 of 40 answered/,
    /explain {2}NO_ROUTE/,
    /alice {4}routes 10\.2\.1\.0\/24 and fd[0-9a-f:]+\/64/,
    /ping {5}0 of 40 answered/,
    /explain {2}NO_RETURN_ROUTE/,
    /bob {6}routes 10\.1\.1\.0\/24 and fd[0-9a-f:]+\/64/,
    /apples {3}10\.2\.1\.2 answers, .* \d+(\.\d)? ms$/,
    /apples {3}fd[0-9a-f:]+ answers .* \d+(\.\d)? ms$/,
    /apples {3}10 of 10 answered, IPv4 and IPv6/,
    /pies {5}10 of 10 answered, IPv4 and IPv6/,
    /explain {2}reachable/,
    /traffic {2}[1-9]\d+ packets \(\d+ bytes\) to bob, [1-9]\d+ \(\d+ bytes\) back/,
    /bob {6}deletes the peering/,
    /ping {5}0 of 40 answered/,
    /explain {2}NO_PEERING/,
    /admin {4}detaches both/,
    /kernel {3}of the namespaces only those of the workloads are there/,
    /^All \d+ steps did what they should, in \d+\.\d s\.$/,
    /last route -> first ping answered {6}IPv4 \d+(\.\d)? ms, IPv6 \d+(\.\d)? ms$/,
  ]
  const lines = out.split('\n')
  let at = 0
  for (const pattern of expected) {
    const found = lines.findIndex((line, index) => index >= at && pattern.test(line))
    assert.notEqual(found, -1, `no ${pattern} after line ${at}:\n${out}`)
    at = found + 1
  }
  for (const line of lines) assert.ok(line.length <= 80, `too wide: ${line}`)
  // Without a terminal, no colours.
  assert.ok(!out.includes(ESCAPE))
}

interface Running {
  /** Resolves when it has said so. */
  said(pattern: RegExp): Promise<void>
  /** As a terminal does it: to all that run in it. */
  interrupt(): void
  /** The program that was started, and nothing that it has started. */
  kill(): void
  /** Resolves when nothing of it is there any more; fails where something stays. */
  nothingLeft(): Promise<void>
  /** Its end, after which nothing of it is there. */
  end(): Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>
}

/** `path`: the folder that its programs are looked for in; undefined: where they usually are. */
function start(ids: { uid?: number; gid?: number }, path?: string): Running {
  // Everything that it starts inherits this, and so can be found.
  const mark = randomUUID()
  const before = namespaces()
  const child: ChildProcess = spawn(process.execPath, [DEMO], {
    ...{ ...ids, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...environment(), ...(path !== undefined && { PATH: path }), DEMO_MARK: mark },
  })
  const said = { out: '', error: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.error += text
  })
  const closed = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  const nothingLeft = async () => {
    const end = Date.now() + WITHIN_MS
    while (processesWith(mark).length > 0) {
      assert.ok(Date.now() < end, `still there: ${processesWith(mark).join(', ')}`)
      await pause(20)
    }
    const left = namespaces().filter((name) => !before.includes(name) && ['apples', 'pies'].includes(name))
    assert.deepEqual(left, [])
    assert.equal(existsSync('/run/causeway-demo'), false)
  }
  return {
    async said(pattern) {
      while (!pattern.test(said.out)) {
        assert.equal(child.exitCode, null, `it ended before it said ${pattern}: ${said.out}${said.error}`)
        await pause(5)
      }
    },
    interrupt: () => process.kill(-(child.pid as number), 'SIGINT'),
    kill: () => child.kill('SIGKILL'),
    nothingLeft,
    async end() {
      const code = await closed
      await nothingLeft()
      return { code, ...said }
    },
  }
}

/** Of the machine, where the demo must not make any. */
function namespaces(): readonly string[] {
  return existsSync('/run/netns') ? readdirSync('/run/netns') : []
}

function processesWith(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) return []
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`]
      } catch {
        // It has ended meanwhile, or is somebody else's.
        return []
      }
    })
}

function canRead(uid: number): boolean {
  const { status } = spawnSync(process.execPath, ['--check', DEMO], { uid, gid: uid, cwd: '/', stdio: 'ignore' })
  return status === 0
}
