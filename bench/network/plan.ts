/** What is measured of packets, and how often. */
export const NETWORK_NAMES = ['first-packet', 'throughput', 'bulk', 'look'] as const
export type NetworkName = (typeof NETWORK_NAMES)[number]

export interface NetworkPlan {
  /** Peerings that are there before one more is accepted, a line for each. */
  readonly populations: readonly number[]
  /** Turns of each kind, by which it is measured. */
  readonly accepts: number
  /** Peerings that are made at once. */
  readonly bulk: number
  /** Peerings that a full pass looks at. */
  readonly look: number
  /** Of the last two, and of throughput. */
  readonly rounds: number
  /** Of one window of throughput; whole ones, since iperf3 takes no others. */
  readonly seconds: number
}
