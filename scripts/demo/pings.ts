/**
 * Real packets out of a workload's namespace: by ping where the machine has it, else by the service's own probe. Times
 * are milliseconds since the epoch, with fractions, as ping itself saw them.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { Person } from './stage.ts'

/** A workload, as somebody sees it who pings from there. */
export interface From {
  /** Name of its namespace. */
  readonly name: string
  readonly owner: Person
  readonly portId: string
}

/** Pings that go on and on. */
export interface Watch extends AsyncDisposable {
  /** When the first answer came; rejects where none came in time. */
  first(): Promise<number>
  /** When the last answer so far came. */
  last(): number | undefined
}

export interface Pings {
  /** For people. */
  readonly by: string
  /** How many of some pings are answered. */
  count(from: From, to: string, pings: number): Promise<number>
  watch(from: From, to: string): Watch
}

/** Between two pings, in milliseconds. */
const EVERY_MS = 5
/** Likewise, of requests for a probe; and how many of them there are at a time. */
const ASK_EVERY_MS = 20
const MAX_UNDER_WAY = 50
/** How long an answer may take that is counted, in seconds; here it takes less than a thousandth of that. */
const WAIT_S = 0.3
/** How long a first answer is waited for. */
const FIRST_WITHIN_MS = 10_000

export function choosePings(signal: AbortSignal): Pings {
  return spawnSync('ping', ['-V']).error === undefined ? programPings(signal) : servicePings(signal)
}

function programPings(signal: AbortSignal): Pings {
  const start = (from: From, args: readonly string[]) =>
    spawn('nsenter', [`--net=/run/netns/${from.name}`, 'ping', '-n', '-D', ...args], {
      ...{ signal, env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] },
    })
  return {
    by: 'ping',
    async count(from, to, pings) {
      const child = start(from, ['-c', String(pings), '-i', String(EVERY_MS / 1000), '-W', String(WAIT_S), to])
      let failure: Error | undefined
      child.on('error', (error) => {
        failure = error
      })
      let said = ''
      for await (const text of child.stdout.setEncoding('utf8')) said += text
      if (failure !== undefined) throw failure
      return Number(/(\d+) received/.exec(said)?.[1] ?? Number.NaN)
    },
    watch(from, to) {
      const answers = new Answers(signal)
      const child = start(from, ['-i', String(EVERY_MS / 1000), to])
      const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
      child.on('error', (error) => answers.fail(error))
      let rest = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const at = /^\[(\d+\.\d+)\] \d+ bytes from /.exec(line)?.[1]
          if (at !== undefined) answers.add(Number(at) * 1000)
        }
      })
      return answers.watch(async () => {
        child.kill()
        await closed
      })
    },
  }
}

/** Slower by the way there and back of a request, and no less real. */
function servicePings(signal: AbortSignal): Pings {
  const probe = async ({ owner, portId }: From, to: string): Promise<boolean> => {
    const question = { from: { port: portId }, to: { address: to }, probe: true }
    const answer = (await owner.ask('POST', '/causeway/v1/explain', question)) as { probe?: { outcome: string } }
    return answer.probe?.outcome === 'answered'
  }
  return {
    by: "the service's own probe (there is no ping here)",
    async count(from, to, pings) {
      const answers = await Promise.all(Array.from({ length: pings }, () => probe(from, to)))
      return answers.filter((isAnswered) => isAnswered).length
    },
    watch(from, to) {
      const answers = new Answers(signal)
      const underWay = new Set<Promise<void>>()
      const one = async () => {
        if (await probe(from, to)) answers.add(performance.timeOrigin + performance.now())
      }
      // One that is lost takes a second to be told so; the next ones must not wait for it.
      const timer = setInterval(() => {
        if (underWay.size >= MAX_UNDER_WAY) return
        const asked = one().catch((error) => answers.fail(error))
        underWay.add(asked)
        asked.finally(() => underWay.delete(asked))
      }, ASK_EVERY_MS)
      return answers.watch(async () => {
        clearInterval(timer)
        await Promise.all(underWay)
      })
    },
  }
}

class Answers {
  readonly #first: Promise<number>
  #resolve: (at: number) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #last: number | undefined

  constructor(signal: AbortSignal) {
    this.#first = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Of whoever asks for it; who does not ask need not know.
    this.#first.catch(() => {})
    signal.addEventListener('abort', () => this.#reject(signal.reason), { once: true })
  }

  add(at: number): void {
    this.#last = at
    this.#resolve(at)
  }

  fail(error: unknown): void {
    this.#reject(error)
  }

  watch(end: () => Promise<void>): Watch {
    return {
      first: () => {
        const late = setTimeout(
          () => this.#reject(new Error(`no ping was answered within ${FIRST_WITHIN_MS / 1000} s`)),
          FIRST_WITHIN_MS,
        )
        return this.#first.finally(() => clearTimeout(late))
      },
      last: () => this.#last,
      [Symbol.asyncDispose]: end,
    }
  }
}
