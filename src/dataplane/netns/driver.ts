/**
 * The data plane of one Linux host: a network namespace for each VPC's router, and a veth for each peering. Nothing is
 * loaded but here, in a thread of its own.
 */
import { once } from 'node:events'
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
 * is, and goes on forwarding.
 */
export async function openNetns({ instance }: NetnsOptions): Promise<Dataplane> {
  if (!/^[0-9a-f]{8}$/.test(instance)) throw new Error(`${JSON.stringify(instance)} is not 8 hex digits`)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { instance } satisfies WorkerData,
    // Node would warn of each socket that is closed: it has not opened it.
    trackUnmanagedFds: false,
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const [first] = (await once(worker, 'message')) as [FromWorker]
  if (first !== 'ready') {
    await ended
    throw new Error(
      typeof first === 'object' && 'unable' in first ? first.unable : 'the thread of the driver is confused',
    )
  }
  const { ask, close } = converse(worker, ended)
  return {
    apply: (routers) => (routers.length === 0 ? Promise.resolve([]) : ask('apply', routers)),
    present: () => ask('present', undefined),
    counters: () => ask('counters', undefined),
    probe: (probe) => ask('probe', probe),
    [Symbol.asyncDispose]: close,
  }
}

interface Conversation {
  ask<Name extends CallName>(name: Name, argument: Calls[Name]['argument']): Promise<Calls[Name]['value']>
  close(): Promise<void>
}

function converse(worker: Worker, ended: Promise<unknown>): Conversation {
  const waiting = new Map<number, Waiting>()
  let number = 0
  /** Why nothing can be asked any more. */
  let end: Error | undefined
  const giveUp = (error: Error) => {
    end ??= error
    for (const { reject } of waiting.values()) reject(end)
    waiting.clear()
  }
  worker.on('message', (message: FromWorker) => {
    if (message === 'ready' || 'unable' in message) return
    const one = waiting.get(message.number)
    waiting.delete(message.number)
    if ('error' in message) one?.reject(message.error)
    else one?.resolve(message.value)
  })
  worker.on('error', (cause) => giveUp(new Error('the thread of the netns driver has died', { cause })))
  worker.on('exit', () => giveUp(new Error('the netns driver is closed')))
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
      end ??= new Error('the netns driver is closed')
      send('close')
      await ended
    },
  }
}
