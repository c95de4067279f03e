/** What the driver and its thread say to each other. */
import type { VpcId } from '../../rules/ids.ts'
import type { Probe, ProbeResult } from '../../rules/probe.ts'
import type { IntendedRouter, PeeringCounters, RouterReport } from '../dataplane.ts'

export interface WorkerData {
  readonly instance: string
}

/** By the name of each call: what goes to the thread, and what comes back. */
export interface Calls {
  readonly apply: { readonly argument: readonly IntendedRouter[]; readonly value: readonly RouterReport[] }
  readonly present: { readonly argument: undefined; readonly value: readonly VpcId[] }
  readonly counters: { readonly argument: undefined; readonly value: readonly PeeringCounters[] }
  readonly probe: { readonly argument: Probe; readonly value: ProbeResult }
}

export type CallName = keyof Calls

export type Call = {
  readonly [Name in CallName]: {
    readonly number: number
    readonly name: Name
    readonly argument: Calls[Name]['argument']
  }
}[CallName]

/** After `close` the thread ends, once everything is answered that was asked before. */
export type ToWorker = Call | 'close'

/** `ready` comes first; or `unable`, with one sentence for the operator. */
export type FromWorker =
  | 'ready'
  | { readonly unable: string }
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: Error }
