import type { VpcId } from '../../rules/ids.ts'
import { type Finding, type Plan, warning } from '../../rules/plan.ts'
import { overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { changeExtendCidrs, type ExtendCidrChange } from '../vpcs/change-extend-cidrs.ts'
import { deleteVpc } from '../vpcs/delete-vpc.ts'
import { livePeers } from '../vpcs/live-peers.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'
import { updateVpc, type VpcChange } from '../vpcs/update-vpc.ts'
import { planAutomatic } from './automatic.ts'
import { tryOut } from './dry-run.ts'
import { attempt } from './findings.ts'

/** What another primary block, name or description of a VPC would meet. */
export const planUpdateVpc = reading<VpcChange, Plan>('planUpdateVpc', (tx, context, input) =>
  planBlocks(tx, context, input.id, () => tryOut(tx, context, updateVpc, input)),
)

/** What more or fewer secondary blocks would meet. */
export const planExtendCidrs = reading<ExtendCidrChange, Plan>('planExtendCidrs', (tx, context, input) =>
  planBlocks(tx, context, input.id, () => tryOut(tx, context, changeExtendCidrs, input)),
)

/** What a VPC would take along: requests of strangers, and peerings that are over. */
export const planDeleteVpc = reading<VpcId, Plan>('planDeleteVpc', async (tx, context, input) => {
  await loadVpc(tx, context, input)
  const { findings } = await attempt(() => tryOut(tx, context, deleteVpc, input))
  const peerings = findings.length > 0 ? [] : await tx.peeringsOfVpc(input)
  return {
    findings,
    removes: findings.length > 0 ? [] : [{ type: 'vpc', id: input }, ...peerings.map(({ id }) => peeringOf(id))],
    status: undefined,
  }
})

async function planBlocks(
  tx: ReadTransaction,
  context: Context,
  id: VpcId,
  change: () => Vpc | Promise<Vpc>,
): Promise<Plan> {
  const before = await loadVpc(tx, context, id)
  const changed = await attempt(change)
  if (!('value' in changed)) return { findings: changed.findings, removes: [], status: undefined }
  const after = changed.value
  const as: ReadTransaction = { ...tx, vpc: (each) => (each === id ? after : tx.vpc(each)) }
  const automatic = await planAutomatic(tx, as, context, await tx.automaticFollowers(id))
  const overlaps = await newOverlaps(tx, context, before, after)
  return { findings: [...overlaps, ...automatic.findings], removes: automatic.removes, status: undefined }
}

/** Peers that the VPC's blocks would overlap and do not yet; in strict mode that is a refusal already. */
async function newOverlaps(
  tx: ReadTransaction,
  context: Context,
  before: Vpc,
  after: Vpc,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const { peering, peer } of livePeers(tx, context, after.id)) {
    const overlap = peer && overlapOf(before, peer) === undefined ? overlapOf(after, peer) : undefined
    if (overlap === undefined) continue
    const message = `The CIDR block ${overlap[0]} would overlap one of the VPC peered by ${peering.id}.`
    findings.push(warning('cidr_overlap', message, [peeringOf(peering.id)]))
  }
  return findings
}

function peeringOf(id: string) {
  return { type: 'peering' as const, id }
}
