import type { AcceptanceRule } from '../../rules/acceptance.ts'
import type { VpcId } from '../../rules/ids.ts'
import { reading } from '../operation.ts'
import { loadAnyVpc } from './load-vpc.ts'

/** What a VPC's owner has decided beforehand; for the owner, and an admin. */
export const showAcceptance = reading<VpcId, readonly AcceptanceRule[]>(
  'showAcceptance',
  async (tx, context, id) => (await loadAnyVpc(tx, context, id)).acceptance,
)
