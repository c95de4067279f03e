import { LRUCache } from 'lru-cache'
import type { VpcId } from '../../rules/ids.ts'
import type { Vpc } from '../../rules/vpc.ts'
import type { WriteTransaction } from '../store.ts'

/** VPCs kept, some 500 bytes each. */
const KEPT_VPCS = 10_000

export interface VpcMemory {
  readonly tx: WriteTransaction
  /** To be called whenever something written is undone. */
  forget(): void
}

/**
 * The VPCs that the writer has read. Nobody else changes them, and every create of a peering asks for two: reading them
 * anew took a sixth of its time.
 */
export function rememberVpcs(tx: WriteTransaction): VpcMemory {
  const known = new LRUCache<VpcId, Vpc>({ max: KEPT_VPCS })
  return {
    tx: {
      ...tx,
      vpc(id) {
        const kept = known.get(id)
        if (kept !== undefined) return kept
        const found = tx.vpc(id) as Vpc | undefined
        if (found !== undefined) known.set(id, found)
        return found
      },
      updateVpc(vpc) {
        known.delete(vpc.id)
        return tx.updateVpc(vpc)
      },
      deleteVpc(vpc) {
        known.delete(vpc.id)
        return tx.deleteVpc(vpc)
      },
    },
    forget: () => known.clear(),
  }
}
