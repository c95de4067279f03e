import type { SubnetId, VpcId } from '../../rules/ids.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { Tag } from '../../rules/tag.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { loadSubnet } from '../subnets/load-subnet.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'

/** What carries tags. */
export type TaggedId = { readonly kind: 'vpc'; readonly id: VpcId } | { readonly kind: 'subnet'; readonly id: SubnetId }
type Tagged = { readonly kind: 'vpc'; readonly resource: Vpc } | { readonly kind: 'subnet'; readonly resource: Subnet }

/** The resource, or *not found* in its own words. */
export async function loadTagged(tx: ReadTransaction, context: Context, { kind, id }: TaggedId): Promise<Tagged> {
  return kind === 'vpc'
    ? { kind, resource: await loadVpc(tx, context, id) }
    : { kind, resource: await loadSubnet(tx, context, id) }
}

/** Gives a resource these tags; where it has them already nothing is written, and its `updated_at` stays. */
export async function saveTags(
  tx: WriteTransaction,
  { now }: Context,
  { kind, resource }: Tagged,
  tags: readonly Tag[],
): Promise<void> {
  const before = resource.tags
  const same =
    tags.length === before.length &&
    tags.every(({ key, value }, index) => before[index]?.key === key && before[index]?.value === value)
  if (same) return
  if (kind === 'vpc') await tx.updateVpc({ ...resource, tags, updatedAt: now })
  else await tx.updateSubnet({ ...resource, tags, updatedAt: now })
}
