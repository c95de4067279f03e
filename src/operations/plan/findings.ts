/** How the parts of a plan are found: each check by itself, so that one does not hide the next. */
import type { PeeringId } from '../../rules/ids.ts'
import { type Finding, refused, warning } from '../../rules/plan.ts'
import { Refusal } from '../../rules/refusal.ts'
import { overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { livePeers } from '../vpcs/live-peers.ts'

/** What a check gives, or the refusal that it throws, as a finding. */
export async function attempt<T>(
  check: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly findings: readonly [] } | { readonly findings: readonly [Finding] }> {
  try {
    return { value: await check(), findings: [] }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { findings: [refused(error)] }
  }
}

/**
 * Peers of `own`, a VPC that the caller may know, whose blocks overlap those of `other`: packets for both would have
 * one destination. Which blocks they are, only the peers may know.
 */
export async function overlapsWithPeers(
  tx: ReadTransaction,
  context: Context,
  own: Vpc,
  other: Vpc,
  except?: PeeringId,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const { peering, peer } of livePeers(tx, context, own.id)) {
    if (peering.id === except || peer === undefined || peer.id === other.id) continue
    if (overlapOf(peer, other) === undefined) continue
    const message = `The other VPC overlaps the one that VPC ${own.id} is peered with by ${peering.id}.`
    findings.push(warning('peer_overlap', message, [{ type: 'peering', id: peering.id }]))
  }
  return findings
}

/** The first two IPv4 blocks that overlap; the far one is told only to who may know it. */
export function overlapOfBlocks(near: Vpc, far: Vpc, tellsFar: boolean): readonly Finding[] {
  const overlap = overlapOf(near, far)
  if (overlap === undefined) return []
  const other = tellsFar ? ` (${overlap[1]})` : ''
  const message = `The CIDR block ${overlap[0]} overlaps one of the other VPC${other}.`
  return [warning('cidr_overlap', message, [{ type: 'vpc', id: near.id }])]
}

/** Of IPv6 only the subnets have blocks. `near` is the VPC whose blocks the caller may know. */
export async function overlapOfSubnets(tx: ReadTransaction, near: Vpc, far: Vpc): Promise<readonly Finding[]> {
  const blocksOf = async ({ id }: Vpc) =>
    (await tx.subnetsOfVpc(id)).flatMap(({ id, v6 }) => (v6 ? [{ id, ...v6 }] : []))
  const theirs = new Set((await blocksOf(far)).map(({ cidr }) => cidr))
  return (await blocksOf(near))
    .filter(({ cidr }) => theirs.has(cidr))
    .map(({ id, cidr }) =>
      warning('ipv6_overlap', `The IPv6 block ${cidr} is one of the other VPC too.`, [{ type: 'subnet', id }]),
    )
}
