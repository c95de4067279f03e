/**
 * A piece of the host's network for one test: namespaces with random names, and an instance of its own. All of it is
 * removed when it is disposed, also where the test failed.
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readdirSync, statSync } from 'node:fs'
import { removeNamespace } from '../../src/dataplane/netns/kernel/namespaces.ts'
import type { VpcId } from '../../src/rules/ids.ts'

/** With the Debian packages that have them. */
const PROGRAMS = { ip: 'iproute2', nft: 'nftables', ping: 'iputils-ping', nsenter: 'util-linux' } as const

/** Why tests of the network cannot run here, or false. Under CI=true it is false, and they fail. */
export const skipNetwork: string | false = process.env.CI !== 'true' && problemHere()
if (skipNetwork !== false) console.warn(`!! SKIPPING the tests of the network: ${skipNetwork}`)

export interface TestHost extends Disposable {
  /** 8 hex digits, for a driver. */
  readonly instance: string
  /** Makes a namespace for a workload; its path. */
  workload(): string
  /** Makes a namespace without a home for anybody; its path. */
  router(vpcId: VpcId): string
  /** Runs a program in a namespace; what it wrote. Throws where it fails. */
  run(path: string, program: string, ...args: readonly string[]): string
  /** Whether an answer comes to one packet; `bytes` of it, with its IP header, never fragmented. */
  ping(path: string, to: string, bytes?: number): Promise<boolean>
  /** Removes a namespace of this test before its end. */
  remove(path: string): void
  /** Starts a process in a namespace, which stays until the end of the test; its id. */
  enter(path: string): number
  /** Leaves its name without it, as somebody does who is killed when making it. */
  touch(path: string): void
}

/** Seconds that an answer may take: it comes in less than a millisecond, or it never comes. */
const PATIENCE = '1'
const HEADERS = { 4: 28, 6: 48 } as const

export function openTestHost(): TestHost {
  const instance = randomBytes(4).toString('hex')
  const made: string[] = []
  const inside: ChildProcess[] = []
  const remove = (name: string) => execFileSync('ip', ['netns', 'del', name])
  return {
    instance,
    workload() {
      const name = `cwtest-${instance}-${made.length}`
      execFileSync('ip', ['netns', 'add', name])
      made.push(name)
      return `/run/netns/${name}`
    },
    router: (vpcId) => `/run/netns/cw-${instance}-${vpcId}`,
    run: (path, program, ...args) =>
      execFileSync('nsenter', [`--net=${path}`, program, ...args], { encoding: 'utf8', stdio: 'pipe' }),
    ping(path, to, bytes = 84) {
      const size = bytes - HEADERS[to.includes(':') ? 6 : 4]
      const args = ['-n', '-q', '-c', '1', '-W', PATIENCE, '-M', 'do', '-s', String(size), to]
      return new Promise((resolve) =>
        execFile('nsenter', [`--net=${path}`, 'ping', ...args], (error) => resolve(!error)),
      )
    },
    remove: (path) => remove(nameOf(path)),
    enter(path) {
      const child = spawn('nsenter', [`--net=${path}`, 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] })
      inside.push(child)
      const there = statSync(path).ino
      while (statSync(`/proc/${child.pid}/ns/net`).ino !== there) spawnSync('true')
      return child.pid ?? 0
    },
    touch: (path) => closeSync(openSync(path, 'a')),
    [Symbol.dispose]() {
      for (const child of inside) child.kill('SIGKILL')
      const left = namesInRun().filter((name) => made.includes(name) || name.startsWith(`cw-${instance}-`))
      // Also those that are a name and nothing more, which ip would not remove.
      for (const name of left) removeNamespace(name)
    },
  }
}

function namesInRun(): readonly string[] {
  return readdirSync('/run/netns')
}

function nameOf(path: string): string {
  return path.slice('/run/netns/'.length)
}

function problemHere(): string | false {
  const missing = Object.entries(PROGRAMS).filter(([program]) => spawnSync(program, ['-V']).error !== undefined)
  if (missing.length > 0) return `apt-get install ${missing.map(([, debian]) => debian).join(' ')}`
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  return spawnSync('unshare', ['--net', 'true']).status !== 0 && 'network namespaces cannot be made here'
}
