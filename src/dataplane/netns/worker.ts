/**
 * Thread entry: everything that the driver does in namespaces. System calls on namespaces are synchronous and move the
 * thread that makes them; here they hold up nobody, and no other work of the service can find itself in a router.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { PortId, VpcId } from '../../rules/ids.ts'
import type { Probe, ProbeResult } from '../../rules/probe.ts'
import type { IntendedRouter, Workload } from '../dataplane.ts'
import type { Call, FromWorker, ToWorker, WorkerData } from './calls.ts'
import { peeringCounters } from './counters.ts'
import { applyRouters } from './pass.ts'
import { problemHere } from './preconditions.ts'
import { runProbe } from './probe/probe.ts'
import { presentRouters } from './router/routers.ts'

if (parentPort === null) throw new Error('worker.ts is the entry of a thread')
const port = parentPort
const { instance } = workerData as WorkerData
/** Where ports are attached, as was said last: only probes start from here, and nothing is compared with it. */
const workloads = new Map<VpcId, ReadonlyMap<PortId, Workload>>()
const NOT_ATTACHED: ProbeResult = {
  outcome: 'unavailable',
  detail: 'the port is attached to nothing',
  milliseconds: undefined,
}
/** So many at a time: who asks for probes must not take the thread from the networks of all others. */
const MAX_PROBES = 32
const TOO_MANY: ProbeResult = {
  outcome: 'unavailable',
  detail: `${MAX_PROBES} probes are under way, and no more at a time: ask again`,
  milliseconds: undefined,
}
let probes = 0
/** Calls that are not answered yet. */
let open = 0
let isClosing = false

port.on('message', async (message: ToWorker) => {
  if (message === 'close') isClosing = true
  else {
    open++
    await answer(message)
    open--
  }
  if (isClosing && open === 0) port.close()
})
const problem = problemHere()
say(problem === undefined ? 'ready' : { unable: problem })
if (problem !== undefined) port.close()

async function answer(call: Call): Promise<void> {
  const { number } = call
  try {
    say({ number, value: await perform(call) })
  } catch (error) {
    say({ number, error: error as Error })
  }
}

async function perform(call: Call): Promise<unknown> {
  switch (call.name) {
    case 'apply':
      for (const router of call.argument) remember(router)
      return applyRouters(instance, call.argument)
    case 'present':
      return presentRouters(instance)
    case 'counters':
      return peeringCounters(instance)
    case 'probe':
      return probe(call.argument)
  }
}

async function probe(asked: Probe): Promise<ProbeResult> {
  const workload = workloads.get(asked.vpcId)?.get(asked.portId)
  if (workload === undefined) return NOT_ATTACHED
  if (probes >= MAX_PROBES) return TOO_MANY
  probes++
  try {
    return await runProbe(asked, workload)
  } finally {
    probes--
  }
}

function remember({ vpcId, network }: IntendedRouter): void {
  const attached = network?.ports.flatMap(({ id, workload }) =>
    workload === undefined ? [] : [[id, workload] as const],
  )
  if (attached === undefined || attached.length === 0) workloads.delete(vpcId)
  else workloads.set(vpcId, new Map(attached))
}

function say(message: FromWorker): void {
  port.postMessage(message)
}
