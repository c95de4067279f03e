/**
 * The data plane of one Linux host: a network namespace for each VPC's router, and a veth for each peering. Nothing is
 * loaded but here, in a thread of its own.
 */
import { Worker } from 'node:worker_threads'
import type { Dataplane } from '../dataplane.ts'
import type { Call, CallName, Calls, FromWorker, ToWorker, WorkerData } from './calls.ts'

/** `instance`: 8 lower-case hex digits; two services on one host have different ones, and never touch each other's. */
export interface NetnsOptions {
  readonly instance: string
}

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

/**
 * Rejects with one sentence where the machine does not have what it takes. When it is closed the network stays as it
 * is, and goes on forwarding. A thread that has died takes what was asked of it along; the next call begins another
 * one, which finds in the kernel all there is to know.
 */
export async function openNetns({ instance }: NetnsOptions): Promise<Dataplane> {
  if (!/^[0-9a-f]{8}$/.test(instance)) throw new Error(`${JSON.stringify(instance)} is not 8 hex digits`)
  let isClosed = false
  let conversation: Promise<Conversation> | undefined
  const start = (): Promise<Conversation> => {
    const started = converse(instance, () => {
      if (conversation === started) conversation = undefined
    })
    conversation = started
    return started
  }
  const ask: Ask = async (name, argument) => {
    if (isClosed) throw new Error('the netns driver is closed')
    return (await (conversation ?? start())).ask(name, argument)
  }
  await start()
  return {
    apply: (routers) => (routers.length === 0 ? Promise.resolve([]) : ask('apply', routers)),
    present: () => ask('present', undefined),
    counters: () => ask('counters', undefined),
    probe: (probe) => ask('probe', probe),
    async [Symbol.asyncDispose]() {
      isClosed = true
      await (await conversation)?.close()
    },
  }
}

type Ask = <Name extends CallName>(name: Name, argument: Calls[Name]['argument']) => Promise<Calls[Name]['value']>

interface Conversation {
  readonly ask: Ask
  close(): Promise<void>
}

/** With a thread of its own, as soon as that is ready; `died` is called when nothing more can be asked of it. */
async function converse(instance: string, died: () => void): Promise<Conversation> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { instance } satisfies WorkerData,
    // Node would warn of each socket that is closed: it has not opened it.
    trackUnmanagedFds: false,
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const waiting = new Map<number, Waiting>()
  let number = 0
  let end: Error | undefined
  const giveUp = (error: Error) => {
    end ??= error
    for (const { reject } of waiting.values()) reject(end)
    waiting.clear()
    died()
  }
  worker.on('error', (cause) => giveUp(new Error('the thread of the netns driver has died', { cause })))
  worker.on('exit', () => giveUp(new Error('the thread of the netns driver has ended')))
  await isReady(worker, ended).catch((error) => {
    died()
    throw error
  })
  worker.on('message', (message: FromWorker) => {
    if (message === 'ready' || 'unable' in message) return
    const one = waiting.get(message.number)
    waiting.delete(message.number)
    if ('error' in message) one?.reject(message.error)
    else one?.resolve(message.value)
  })
  const send = (message: ToWorker) => worker.postMessage(message)
  return {
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) return reject(end)
        number++
        waiting.set(number, { resolve: resolve as Waiting['resolve'], reject })
        send({ number, name, argument } as Call)
      }),
    async close() {
      send('close')
      await ended
    },
  }
}

async function isReady(worker: Worker, ended: Promise<unknown>): Promise<void> {
  // Whichever comes first: what a thread says before it ends may be heard in the very turn in which it ends.
  const first = await new Promise<FromWorker | undefined>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
    worker.once('exit', () => resolve(undefined))
  })
  if (first === 'ready') return
  await ended
  const isUnable = typeof first === 'object' && 'unable' in first
  throw new Error(isUnable ? first.unable : 'the thread of the netns driver has ended before it began')
}
