/** VPCs of which each is peered with nearly all others: so many peerings need few VPCs, and each has many of them. */
import type { IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { intentOf, peer, type TestVpc, testVpc } from '../../test/support/intents.ts'

/** Two VPCs by their place in the mesh; the first one asks. */
export type Pair = readonly [number, number]

/** The first so many pairs of as few VPCs as have them. */
export function pairsOf(count: number): readonly Pair[] {
  const pairs: Pair[] = []
  for (let second = 1; pairs.length < count; second += 1) {
    for (let first = 0; first < second && pairs.length < count; first += 1) pairs.push([first, second])
  }
  return pairs
}

export function sizeOf(pairs: readonly Pair[]): number {
  return Math.max(...pairs.flat()) + 1
}

/** VPCs with a subnet of both families each, and routes both ways over each of so many peerings. */
export function meshOf(peerings: number): readonly TestVpc[] {
  const pairs = pairsOf(peerings)
  const vpcs = Array.from({ length: sizeOf(pairs) }, (_, number) => testVpc(number))
  for (const [first, second] of pairs) peer(vpcs[first] as TestVpc, vpcs[second] as TestVpc)
  return vpcs
}

export function intentsOf(vpcs: readonly TestVpc[]): readonly IntendedRouter[] {
  return vpcs.map((vpc) => intentOf(vpc))
}

/** The same routers without any peering. */
export function apart(vpcs: readonly TestVpc[]): readonly IntendedRouter[] {
  return vpcs.map((vpc) => intentOf({ ...vpc, peerings: [], routes: [] }))
}
