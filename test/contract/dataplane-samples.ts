/** Two VPCs that the contract of data planes is tried with, and what is asked about them. */
import type { RouterReport, Workload } from '../../src/dataplane/dataplane.ts'
import type { PeeringId } from '../../src/rules/ids.ts'
import { addPort, intentOf, peer, type TestVpc, testVpc } from '../support/intents.ts'
import type { TestDataplane } from './dataplanes.ts'

/** Two VPCs with a workload each, peered and routed. */
export interface Pair {
  readonly a: TestVpc
  readonly b: TestVpc
  readonly inA: Workload
  readonly inB: Workload
  readonly peeringId: PeeringId
}

/** Bytes of a packet that fills a link. */
export const FULL = 1500

export const BOTH = [true, true]
export const NEITHER = [false, false]

export function pairOf(net: TestDataplane): Pair {
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [net.workload(), net.workload()]
  addPort(a, inA)
  addPort(b, inB)
  return { a, b, inA, inB, peeringId: peer(a, b) }
}

/** Whether a workload reaches the one in a VPC, by IPv4 and by IPv6. */
export async function reach(
  net: TestDataplane,
  from: Workload,
  number: number,
  bytes = 84,
): Promise<readonly boolean[]> {
  return [await net.ping(from, `10.${number}.0.10`, bytes), await net.ping(from, `fd00:${number}::10`, bytes)]
}

export function apply(net: TestDataplane, ...vpcs: readonly TestVpc[]): Promise<readonly RouterReport[]> {
  return net.dataplane.apply(vpcs.map((vpc) => intentOf(vpc)))
}

export function changes(reports: readonly RouterReport[]): number {
  return reports.reduce((sum, report) => sum + report.changes, 0)
}

export function without(vpc: TestVpc, id: PeeringId): void {
  vpc.peerings = vpc.peerings.filter((peering) => peering.id !== id)
  vpc.routes = vpc.routes.filter(({ peeringId }) => peeringId !== id)
}
