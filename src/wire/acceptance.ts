/** Ours: what a VPC's owner decides beforehand about requests of others, under `/causeway/v1`. */
import { ACTIONS, type AcceptanceRule, MAX_RULES } from '../rules/acceptance.ts'
import { type Static, Type } from './schema.ts'

const RuleShape = Type.Object({
  tenant_id: Type.Optional(Type.String({ description: "The requester's project; absent: any." })),
  cidr: Type.Optional(
    Type.String({ description: "Every IPv4 block of the requester's VPC must lie in it; absent: any." }),
  ),
  action: Type.Enum([...ACTIONS]),
})

export const AcceptanceAnswer = Type.Object({
  acceptance: Type.Object({
    rules: Type.Array(RuleShape, { description: 'The first that fits decides; where none does, the owner is asked.' }),
  }),
})

export const SetAcceptanceRequest = Type.Object({
  acceptance: Type.Object({ rules: Type.Array(RuleShape, { maxItems: MAX_RULES }) }),
})

export function spellAcceptance(rules: readonly AcceptanceRule[]): Static<typeof AcceptanceAnswer> {
  return {
    acceptance: {
      rules: rules.map(({ tenantId, cidr, action }) => ({
        ...(tenantId !== undefined && { tenant_id: tenantId }),
        ...(cidr !== undefined && { cidr }),
        action,
      })),
    },
  }
}
