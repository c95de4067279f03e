/** The program as its users start it: a process of its own, on a port that the system picks. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

export interface Program extends AsyncDisposable {
  readonly pid: number
  /** Where it said that it is ready. */
  readonly url: string
  /** Everything on standard error so far: the log. */
  readonly log: () => string
  /** Resolves when the process is gone; stopping one that is gone is no error. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A folder that `using` removes; a program that is killed and started again must find its own. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'causeway-program-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Resolves at the line `ready http://…`; throws, with what the program said, where it ends before that. */
export async function startProgram(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Program> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...environment(), CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_DATA: folder, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const exit = new Promise<Exit>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code, signal }))
  })
  const url = await new Promise<string>((ready, fail) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = /^ready (http:\/\/\S+)\n/m.exec(said)?.[1]
      if (address !== undefined) ready(address)
    })
    exit.then((how) => fail(new Error(`ended before it was ready: ${JSON.stringify(how)}\n${log}`)), fail)
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exit
  }
  return {
    // Proved by the ready line: it has been spawned.
    pid: child.pid as number,
    url,
    log: () => log,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

/** The variables of an openrc file, as a shell that sources it has them. */
export function readVariables(folder: string, name: string): Readonly<Record<string, string>> {
  return parseEnv(readFileSync(join(folder, `${name}.openrc`), 'utf8')) as Record<string, string>
}

/** Without what an openrc file sets and what sets the service up: neither may reach what a test starts. */
export function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(CAUSEWAY|OS|HUAWEICLOUD)_/.test(name))
  return Object.fromEntries(own)
}
