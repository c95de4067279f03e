import type { VpcId } from '../../rules/ids.ts'
import type { Tag } from '../../rules/tag.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { ReadTransaction, WriteTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'
import { loadVpc } from '../vpcs/load-vpc.ts'

/** What carries tags. */
export type TaggedId = { readonly kind: 'vpc'; readonly id: VpcId }
type Tagged = { readonly kind: 'vpc'; readonly resource: Vpc }

/** The resource, or *not found* in its own words. */
export async function loadTagged(tx: ReadTransaction, context: Context, { kind, id }: TaggedId): Promise<Tagged> {
  return { kind, resource: await loadVpc(tx, context, id) }
}

/** Gives a resource these tags; where it has them already nothing is written, and its `updated_at` stays. */
export async function saveTags(
  tx: WriteTransaction,
  { now }: Context,
  { resource }: Tagged,
  tags: readonly Tag[],
): Promise<void> {
  const same =
    tags.length === resource.tags.length &&
    tags.every(({ key, value }, index) => resource.tags[index]?.key === key && resource.tags[index]?.value === value)
  if (!same) await tx.updateVpc({ ...resource, tags, updatedAt: now })
}
