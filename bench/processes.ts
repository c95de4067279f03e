/** The processes of a run, each apart from this one: the program, the bare server, the load. All end with this one. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import type { BareAnswer } from './bare.ts'
import type { Load, LoadReply, LoadResult } from './load.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')
/** Milliseconds of a clock tick in /proc; 100 a second on every Linux that Node runs on. */
const TICK_MS = 10

export interface Program extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** From the spawn to the line that says it is ready, in milliseconds. */
  readonly wallMs: number
  /** All threads, until then, in milliseconds; NaN where there is no /proc. */
  readonly cpuMs: number
  /** Resident now, in MiB; NaN where there is no /proc. */
  memory(): number
}

/**
 * The real program with its defaults, but for some `settings`; data, log and compile cache lie in the folder. Disposing
 * is a clean stop.
 */
export async function startProgram(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Program> {
  mkdirSync(folder, { recursive: true })
  const log = openSync(join(folder, 'log'), 'a')
  const start = performance.now()
  const child = spawn(process.execPath, [MAIN], {
    // Nothing from our own environment; the compile cache as `npm start` has it, but in the folder.
    env: {
      CAUSEWAY_LISTEN: '127.0.0.1:0',
      CAUSEWAY_DATA: dataIn(folder),
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      ...settings,
    },
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const { stdout } = child
  if (stdout === null) throw new Error('the program has no standard output')
  endWithUs(child)
  const exit = new Promise<string>((done) => child.once('exit', (code, signal) => done(`${code ?? signal}`)))
  const ready = new Promise<string>((done) => createInterface({ input: stdout }).once('line', done))
  const line = await Promise.race([ready, exit])
  const wallMs = performance.now() - start
  const url = /^ready (http:\S+)$/.exec(line)?.[1]
  if (url === undefined) throw new Error(`no start: ${line}\n${readFileSync(join(folder, 'log'), 'utf8')}`)
  return {
    ...{ url, port: Number(new URL(url).port), wallMs, cpuMs: cpuOf(child) },
    memory: () => memoryOf(child),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const how = await exit
      if (how !== '0') throw new Error(`the program ended with ${how}\n${readFileSync(join(folder, 'log'), 'utf8')}`)
    },
  }
}

export function dataIn(folder: string): string {
  return join(folder, 'data')
}

export interface Bare extends Disposable {
  readonly port: number
  /** Sets what it answers from now on. */
  tell(answer: BareAnswer): Promise<void>
}

export async function startBare(): Promise<Bare> {
  const child = startOwn('bare.ts')
  const port = (await reply(child)) as number
  return {
    port,
    async tell(answer) {
      child.send(answer)
      await reply(child)
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}

export interface Loader extends Disposable {
  /** Runs one window; throws where an answer was not the expected one. */
  run(load: Load): Promise<LoadResult>
}

export function startLoader(): Loader {
  const child = startOwn('load.ts')
  return {
    async run(load) {
      child.send(load)
      const answer = (await reply(child)) as LoadReply
      if ('problem' in answer) throw new Error(answer.problem)
      return answer.result
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}

export function startOwn(file: string): ChildProcess {
  const child = fork(join(import.meta.dirname, file), { env: {} })
  endWithUs(child)
  return child
}

export function reply(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message)
    })
  })
}

/** A child of ours never outlives us, and is dead before what it works on is removed. */
export function endWithUs(child: ChildProcess): void {
  const end = () => void child.kill('SIGKILL')
  process.prependOnceListener('exit', end)
  child.once('exit', () => process.off('exit', end))
}

function cpuOf({ pid }: ChildProcess): number {
  // The name in the second field may contain blanks; the fields are counted after it: 14 is user time, 15 system time.
  const fields = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function memoryOf({ pid }: ChildProcess): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1]) / 1024
}

function readProc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
