import { type Caller, mayKnow } from './access.ts'
import type { PeeringId } from './ids.ts'
import type { Peering } from './peering.ts'
import type { SideName } from './protection.ts'

/** How far the network is in doing what the service has promised, told for each side of a peering. */
export const READINESS_STATES = ['SYNCED', 'APPLYING', 'DEGRADED'] as const

/**
 * - `SYNCED`: the side's router is as it ought to be.
 * - `APPLYING`: there is a change that the network has not seen yet.
 * - `DEGRADED`: the last try failed; it is tried again.
 */
export type ReadinessState = (typeof READINESS_STATES)[number]

export interface Readiness {
  readonly state: ReadinessState
  /** Of the intent: moves with every change of the VPC's network. */
  readonly generation: number
  /** The newest one that the network was made equal to, or tried to be. */
  readonly observedGeneration: number
  /** Milliseconds since the epoch, UTC: since when the state is what it is. */
  readonly since: number
  /** Why it is DEGRADED. */
  readonly lastError: string | undefined
}

/** Something in a VPC's router that is not as it ought to be, and why. */
export interface Fault {
  readonly kind: 'router' | 'subnet' | 'table' | 'peering' | 'port'
  readonly id: string
  /** One sentence for the operator. */
  readonly message: string
}

/** A look at a VPC's router, with the try to make it what it ought to be. */
export interface Look {
  readonly generation: number
  /** When it ended, in milliseconds since the epoch, UTC. */
  readonly at: number
  readonly faults: readonly Fault[]
}

/** What the looks at one generation of a VPC's network have come to, the last one of them foremost. */
export interface Observed {
  readonly generation: number
  /** Of the last look. */
  readonly faults: readonly Fault[]
  /** For every peering but those that have, or had, a fault of their own. */
  readonly common: Verdict
  readonly own: ReadonlyMap<string, Verdict>
}

interface Verdict {
  readonly since: number
  /** Undefined: all is well. */
  readonly error: string | undefined
}

/** What is known of a VPC's router after another look at it. */
export function observe(before: Observed | undefined, { generation, at, faults }: Look): Observed {
  // Between two generations it was APPLYING: what begins with the new one, begins now.
  const known = before?.generation === generation ? before : undefined
  const verdict = (last: Verdict | undefined, error: string | undefined): Verdict => {
    const isSame = last !== undefined && (last.error === undefined) === (error === undefined)
    return { since: isSame ? last.since : at, error }
  }
  const shared = faults.find(({ kind }) => kind !== 'peering' && kind !== 'port')?.message
  const faultOf = new Map(faults.filter(({ kind }) => kind === 'peering').map(({ id, message }) => [id, message]))
  const own = new Map<string, Verdict>()
  for (const id of new Set([...(known?.own.keys() ?? []), ...faultOf.keys()])) {
    own.set(id, verdict(known?.own.get(id) ?? known?.common, faultOf.get(id) ?? shared))
  }
  return { generation, faults, common: verdict(known?.common, shared), own }
}

/**
 * How far one side of a peering is. What is wrong with the whole router, a subnet or a table of it, is wrong for each
 * of its peerings; what is wrong with another peering is not (P9), nor what is wrong with a port, which only its own
 * workload feels. Without a peering it is the router's own.
 *
 * `wanted` is the generation of the VPC's network, `changedAt` the instant since which the network has not seen it.
 */
export function readinessOf(
  peeringId: PeeringId | undefined,
  wanted: number,
  observed: Observed | undefined,
  changedAt: number,
): Readiness {
  if (observed === undefined || observed.generation < wanted) {
    const observedGeneration = observed?.generation ?? 0
    return { state: 'APPLYING', generation: wanted, observedGeneration, since: changedAt, lastError: undefined }
  }
  const own = peeringId === undefined ? undefined : observed.own.get(peeringId)
  const { since, error } = own ?? observed.common
  const state = error === undefined ? 'SYNCED' : 'DEGRADED'
  // The intent may have moved on between the two readings, and has been seen since.
  const { generation } = observed
  return { state, generation, observedGeneration: generation, since, lastError: error }
}

/** What is in the way of a port, if anything is. */
export function faultOfPort(
  faults: readonly Fault[],
  port: { readonly id: string; readonly subnetId: string },
): Fault | undefined {
  return faults.find(({ kind, id }) => kind === 'router' || id === port.id || id === port.subnetId)
}

/**
 * How far one port is: its own fault, one of its subnet or one of the whole router is in its way, and nothing else is.
 * `wanted` and `changedAt` as above.
 */
export function portReadinessOf(
  port: { readonly id: string; readonly subnetId: string },
  wanted: number,
  observed: Observed | undefined,
  changedAt: number,
): Readiness {
  const common = readinessOf(undefined, wanted, observed, changedAt)
  if (common.state === 'APPLYING') return common
  const lastError = faultOfPort(observed?.faults ?? [], port)?.message
  return { ...common, state: lastError === undefined ? 'SYNCED' : 'DEGRADED', lastError }
}

export type Sides<T> = Readonly<Record<SideName, T>>

/** Why a side is DEGRADED is for those who may know that side. */
export function asSeenBy(caller: Caller, peering: Peering, readiness: Sides<Readiness>): Sides<Readiness> {
  const of = (side: SideName): Readiness =>
    mayKnow(caller, peering[side].projectId) ? readiness[side] : { ...readiness[side], lastError: undefined }
  return { requester: of('requester'), accepter: of('accepter') }
}

export function isSynced({ requester, accepter }: Sides<Readiness>): boolean {
  return requester.state === 'SYNCED' && accepter.state === 'SYNCED'
}

/** What a peering has carried since its link was made. */
export interface PeeringTraffic {
  readonly toAccepter: Traffic
  readonly toRequester: Traffic
}

export interface Traffic {
  readonly packets: number
  /** With their Ethernet headers. */
  readonly bytes: number
}
