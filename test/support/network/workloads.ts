/** Workloads: a namespace each, with a program in it that sends and answers what the test says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { CommandName, Commands, Told } from './agent-commands.ts'
import { makeNamespace, removeNamespace } from './namespaces.ts'

const AGENT = join(import.meta.dirname, 'agent.ts')

export interface Workload extends AsyncDisposable {
  /** Of its namespace. */
  readonly netns: string
  tell<Name extends CommandName>(name: Name, input: Input<Name>): Promise<Output<Name>>
}

type Input<Name extends CommandName> = Parameters<Commands[Name]>[0]
type Output<Name extends CommandName> = Awaited<ReturnType<Commands[Name]>>
interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

export async function startWorkload(): Promise<Workload> {
  const netns = makeNamespace()
  const child = spawn('nsenter', [`--net=/run/netns/${netns}`, process.execPath, AGENT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'close')
  const waiting = new Map<number, Waiting>()
  const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error }: Told = JSON.parse(line)
    if (error === undefined) waiting.get(id)?.resolve(result as never)
    else waiting.get(id)?.reject(new Error(`${netns}: ${error}`))
    waiting.delete(id)
  })
  let isGone = false
  gone.then(() => {
    isGone = true
    for (const { reject } of waiting.values()) reject(new Error(`the program in ${netns} has ended`))
  })
  await ready
  let last = 0
  return {
    netns,
    tell<Name extends CommandName>(name: Name, input: Input<Name>) {
      last += 1
      const id = last
      return new Promise<Output<Name>>((resolve, reject) => {
        if (isGone) return reject(new Error(`the program in ${netns} has ended`))
        waiting.set(id, { resolve, reject })
        child.stdin.write(`${JSON.stringify({ id, name, input })}\n`)
      })
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await gone
      removeNamespace(netns)
    },
  }
}

export async function startWorkloads(number: number): Promise<readonly Workload[]> {
  return Promise.all(Array.from({ length: number }, startWorkload))
}
