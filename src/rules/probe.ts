/** A question to the network itself: does a packet get there, and an answer back? */
import type { PortId, VpcId } from './ids.ts'

export interface Probe {
  /** Where the packet comes from: a port that is attached, by one of its addresses. */
  readonly vpcId: VpcId
  readonly portId: PortId
  readonly from: string
  /** IPv4 or IPv6 address, of the same family. */
  readonly to: string
  /** Bytes of the packet, with its IP header; it is not to be fragmented. */
  readonly size: number
}

/**
 * - `answered`: an echo came back.
 * - `lost`: none did, and nobody said why.
 * - `refused`: somebody on the way said that it cannot be delivered; `detail` is what was said.
 * - `too_big`: it does not fit a link on the way.
 * - `unavailable`: nothing could be sent; `detail` says why.
 */
export const PROBE_OUTCOMES = ['answered', 'lost', 'refused', 'too_big', 'unavailable'] as const

export interface ProbeResult {
  readonly outcome: (typeof PROBE_OUTCOMES)[number]
  readonly detail: string
  /** Of the answer; undefined: there was none. */
  readonly milliseconds: number | undefined
}
