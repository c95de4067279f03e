/** The process that sends questions from workload to workload, as the bench tells it to. */
import { reply, startOwn } from '../processes.ts'
import type { ProberCommand, ProberReply } from './prober.ts'

export interface Prober extends Disposable {
  /** `path`: of a workload's namespace. */
  open(path: string): Promise<void>
  /** Sends a question every millisecond; `to`: the address of another workload. */
  start(from: string, to: string): Promise<void>
  /** When the first answer came. */
  first(): Promise<number>
  /** Waits until no answer has come for so long, and ends the stream; when the last one came, null where none did. */
  quiet(ms: number): Promise<number | null>
}

export function startProber(): Prober {
  const child = startOwn('network/prober.ts')
  const tell = async (command: ProberCommand) => {
    child.send(command)
    return (await reply(child)) as ProberReply
  }
  return {
    open: async (path) => void (await tell({ do: 'open', path })),
    start: async (from, to) => void (await tell({ do: 'start', from, to })),
    async first() {
      const at = await tell({ do: 'first' })
      if (at === null) throw new Error('there is no stream')
      return at
    },
    quiet: (ms) => tell({ do: 'quiet', ms }),
    [Symbol.dispose]: () => void child.kill(),
  }
}

/** Milliseconds of the clock that the prober tells its times by. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
