import type { AcceptanceRule } from '../../rules/acceptance.ts'
import type { VpcId } from '../../rules/ids.ts'
import { writing } from '../operation.ts'
import { loadAnyVpc } from './load-vpc.ts'

export interface NewAcceptance {
  readonly id: VpcId
  readonly rules: readonly AcceptanceRule[]
}

/** Replaces the rules, for the requests that come from now on: those that wait go on waiting for an answer. */
export const setAcceptance = writing<NewAcceptance, readonly AcceptanceRule[]>(
  'setAcceptance',
  async (tx, context, { id, rules }) => {
    const vpc = await loadAnyVpc(tx, context, id)
    await tx.updateVpc({ ...vpc, acceptance: rules })
    return rules
  },
)
