/** The published shape of quotas; and, ours, how an admin sets them under `/causeway/v1`. */
import { RESOURCES, type Resource } from '../rules/quota.ts'
import { Type } from './schema.ts'

/** What every database and every client's language holds as an integer. */
const MAX_LIMIT = 2 ** 31 - 1

const Limit = Type.Integer({ minimum: -1, maximum: MAX_LIMIT, description: '-1: unlimited.' })

export const QuotasAnswer = Type.Object({
  quotas: Type.Object({
    resources: Type.Array(
      Type.Object({ type: Type.String(), used: Type.Integer(), quota: Limit, min: Type.Literal(0) }),
    ),
  }),
})

const NewLimit = Type.Optional(Type.Union([Limit, Type.Null()], { description: 'null: the default again.' }))

export const SetQuotasRequest = Type.Object({
  quotas: Type.Object(
    Object.fromEntries(RESOURCES.map((resource) => [resource, NewLimit])) as Record<Resource, typeof NewLimit>,
  ),
})

export const QuotasQuery = Type.Object({
  type: Type.Optional(Type.String({ description: 'Only this one, such as `vpcPeer`; another word is 400.' })),
})

export function spellQuotas(states: readonly { resource: string; used: number; limit: number }[]) {
  const resources = states.map(({ resource, used, limit }) => ({ type: resource, used, quota: limit, min: 0 as const }))
  return { quotas: { resources } }
}
