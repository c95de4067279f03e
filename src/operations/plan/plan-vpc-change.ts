import type { VpcId } from '../../rules/ids.ts'
import { type Finding, type Plan, refused, warning } from '../../rules/plan.ts'
import { overlapOf, type Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'
import { changeExtendCidrs, type ExtendCidrChange, extendedVpc } from '../vpcs/change-extend-cidrs.ts'
import { deleteVpc } from '../vpcs/delete-vpc.ts'
import { livePeers } from '../vpcs/live-peers.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'
import { routedBlocks } from '../vpcs/refuse-routed-blocks.ts'
import { updatedVpc, updateVpc, type VpcChange } from '../vpcs/update-vpc.ts'
import { type AutomaticPlan, planAutomatic } from './automatic.ts'
import { tryOut } from './dry-run.ts'
import { attempt } from './findings.ts'

/** What another primary block, name or description of a VPC would meet. */
export const planUpdateVpc = reading<VpcChange, Plan>('planUpdateVpc', (tx, context, input) =>
  planBlocks(
    tx,
    context,
    input.id,
    () => tryOut(tx, context, updateVpc, input),
    (vpc) => updatedVpc(vpc, input, context.now),
  ),
)

/** What more or fewer secondary blocks would meet. */
export const planExtendCidrs = reading<ExtendCidrChange, Plan>('planExtendCidrs', (tx, context, input) =>
  planBlocks(
    tx,
    context,
    input.id,
    () => tryOut(tx, context, changeExtendCidrs, input),
    (vpc) => extendedVpc(vpc, input, context.now),
  ),
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
  afterOf: (before: Vpc) => Vpc,
): Promise<Plan> {
  const before = await loadVpc(tx, context, id)
  const changed = await attempt(change)
  const after = await attempt(() => afterOf(before))
  const routed = 'value' in after ? await allRouted(tx, before, after.value) : []
  // The change stops at its first refusal, which may be one of these.
  const others = changed.findings.filter(({ code }) => code !== 'vpc_block_routed')
  if (!('value' in changed)) return { findings: [...others, ...routed], removes: [], status: undefined }
  const automatic = await followersOf(tx, context, changed.value)
  const overlaps = await newOverlaps(tx, context, before, changed.value)
  return { findings: [...overlaps, ...automatic.findings], removes: automatic.removes, status: undefined }
}

/** What would become of the automatic routes that lead to the VPC. */
async function followersOf(tx: ReadTransaction, context: Context, after: Vpc): Promise<AutomaticPlan> {
  const as: ReadTransaction = { ...tx, vpc: (each) => (each === after.id ? after : tx.vpc(each)) }
  return planAutomatic(tx, as, context, await tx.automaticFollowers(after.id))
}

/** Every peering whose other side has routes to what the VPC would lose, and not only the first. */
async function allRouted(tx: ReadTransaction, before: Vpc, after: Vpc): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const refusal of routedBlocks(tx, before, after)) findings.push(refused(refusal))
  return findings
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
