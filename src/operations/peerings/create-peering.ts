import { decide } from '../../rules/acceptance.ts'
import { actingProject } from '../../rules/access.ts'
import type { PeeringId, ProjectId, VpcId } from '../../rules/ids.ts'
import { type Peering, statusAt, step } from '../../rules/peering.ts'
import { Refusal } from '../../rules/refusal.ts'
import { firstStatus } from '../../rules/status.ts'
import { blocksOf, overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts'
import { type Context, writing } from '../operation.ts'
import { actor, sides, writeExpiry } from './change-peering.ts'
import { makeRoom, refuseOverQuota } from './refuse-over-quota.ts'

/** The two ends as the caller names them. */
export interface NewSides {
  readonly requestVpcId: VpcId
  /** What the caller says of itself; undefined where it says nothing. */
  readonly requestProjectId: ProjectId | undefined
  readonly acceptVpcId: VpcId
  /** Undefined: the caller's own project. */
  readonly acceptProjectId: ProjectId | undefined
}

export interface NewPeering extends NewSides {
  readonly name: string
  readonly description: string
}

/**
 * ACTIVE at once inside one project, else a request that waits for the accepter.  The order of the checks is public.
 * Nobody can have asked for automatic routes by it yet, so there is nothing to make of them.
 */
export const createPeering = writing<NewPeering, Peering>('createPeering', async (tx, context, input) => {
  const { requestVpc, acceptVpc } = await loadVpcs(tx, context, input)
  await refuseSecond(tx, context, requestVpc, acceptVpc)
  refuseOverlap(context, requestVpc, acceptVpc)
  await refuseOverQuota(tx, context, requestVpc.projectId)

  const status = firstStatus(requestVpc.projectId === acceptVpc.projectId)
  const peering: Peering = {
    id: context.newId as PeeringId,
    name: input.name,
    description: input.description,
    status,
    requester: { vpcId: requestVpc.id, projectId: requestVpc.projectId },
    accepter: { vpcId: acceptVpc.id, projectId: acceptVpc.projectId },
    createdAt: context.now,
    updatedAt: context.now,
  }
  await tx.insertPeering(peering)
  await tx.insertEvent({
    ...actor(context),
    ...sides(peering),
    ...{ at: context.now, verb: 'create', from: undefined, to: status, why: 'request' },
  })
  return status === 'ACTIVE' ? peering : answerBeforehand(tx, context, peering, requestVpc, acceptVpc)
})

/** The accepter's rules may have decided already. What they accept beyond the accepter's quota waits for an answer. */
async function answerBeforehand(
  tx: WriteTransaction,
  context: Context,
  peering: Peering,
  requestVpc: Vpc,
  acceptVpc: Vpc,
): Promise<Peering> {
  const { projectId } = requestVpc
  const action = decide(acceptVpc.acceptance, { projectId, blocks: blocksOf(requestVpc) })
  if (action === 'ask') return peering
  if (action === 'accept' && !(await makeRoom(tx, context, acceptVpc.projectId))) return peering
  const after = step(peering, action, context.now)
  await tx.updatePeering(peering, after)
  await tx.insertEvent({
    ...sides(after),
    ...{ at: context.now, verb: action, from: peering.status, to: after.status, why: 'acceptance_rule' },
    // Of the accepter's project, and no user of it: the rule did it.
    ...{ userId: undefined, projectId: acceptVpc.projectId, requestId: context.requestId },
  })
  return after
}

export async function loadVpcs(
  tx: ReadTransaction,
  { caller }: Context,
  { requestVpcId, requestProjectId, acceptVpcId, acceptProjectId }: NewSides,
): Promise<{ requestVpc: Vpc; acceptVpc: Vpc }> {
  const own = actingProject(caller)
  // An admin may ask on behalf of the project that it names.
  const requester = requestProjectId ?? own
  if (requester !== own && !caller.admin) {
    throw new Refusal(
      'request_tenant_incorrect',
      'Invalid input for operation: Request VPC id or tenant id is incorrect.',
    )
  }
  const requestVpc = await tx.vpc(requestVpcId)
  if (requestVpc?.projectId !== requester) {
    throw new Refusal('request_vpc_not_found', `Router ${requestVpcId} could not be found`, { vpcId: requestVpcId })
  }
  const acceptVpc = await tx.vpc(acceptVpcId)
  if (acceptVpc === undefined || acceptVpc.projectId !== (acceptProjectId ?? requester)) {
    // One answer for "no such VPC" and "somebody else's", so that this is no oracle. The text is the clouds' own.
    throw new Refusal('accept_vpc_incorrect', 'Invalid input for operation: Accept VPC id or tenant id is incorrect.')
  }
  if (requestVpc.id === acceptVpc.id) {
    throw new Refusal('self_peering', 'Invalid input for operation: a VPC cannot be peered with itself.')
  }
  return { requestVpc, acceptVpc }
}

/** P1. The loser is told the winner's id; it may know it, for its own VPC is one of the two. */
export async function refuseSecond(tx: WriteTransaction, context: Context, one: Vpc, other: Vpc): Promise<void> {
  const live = await tx.livePeeringBetween(one.id, other.id)
  if (live === undefined) return
  if (statusAt(live, context.now, context.policy.pendingTtlMs) === 'EXPIRED') {
    await writeExpiry(tx, context, live)
    return
  }
  throw new Refusal('peering_exists', `A peering between these VPCs already exists: ${live.id}`, { peeringId: live.id })
}

export function refuseOverlap({ policy }: Context, one: Vpc, other: Vpc): void {
  const overlap = policy.strictCidr ? overlapOf(one, other) : undefined
  if (overlap === undefined) return
  // Which block of the other VPC it is, only its own project may know.
  throw new Refusal('peering_cidr_overlap', `The CIDR block ${overlap[0]} overlaps one of the other VPC.`)
}
