/** Ours: a change asked about before it is made, `POST /causeway/v1/plan`. */
import { type Plan, WARNINGS } from '../rules/plan.ts'
import { STATUSES } from '../rules/status.ts'
import { VpcInfoRequest } from './peerings.ts'
import { type Static, Type } from './schema.ts'

const ById = Type.Object({ id: Type.String() })

const Blocks = Type.Object({ id: Type.String(), extend_cidrs: Type.Array(Type.String(), { minItems: 1 }) })

/** Exactly one member: the change, in the members that the change itself takes. */
export const PlanRequest = Type.Object({
  create_peering: Type.Optional(Type.Object({ request_vpc_info: VpcInfoRequest, accept_vpc_info: VpcInfoRequest })),
  accept_peering: Type.Optional(ById),
  delete_peering: Type.Optional(ById),
  update_vpc: Type.Optional(Type.Object({ id: Type.String(), cidr: Type.String() })),
  create_route: Type.Optional(
    Type.Object({
      vpc_id: Type.String(),
      destination: Type.String(),
      nexthop: Type.String({ description: 'The id of the peering.' }),
    }),
  ),
  delete_route: Type.Optional(ById),
  delete_vpc: Type.Optional(ById),
  add_extend_cidrs: Type.Optional(Blocks),
  remove_extend_cidrs: Type.Optional(Blocks),
})

const ObjectShape = Type.Object({
  type: Type.Enum(['peering', 'vpc', 'route', 'subnet', 'project']),
  id: Type.String(),
})

export const PlanAnswer = Type.Object({
  plan: Type.Object({
    possible: Type.Boolean({ description: 'Whether the change would be done.' }),
    findings: Type.Array(
      Type.Object({
        severity: Type.Enum(['refused', 'warning']),
        code: Type.String({ description: `The refusal's name in docs/errors.md, or one of: ${WARNINGS.join(', ')}.` }),
        message: Type.String(),
        objects: Type.Array(ObjectShape, { description: 'What it is about, as far as the caller may know.' }),
      }),
    ),
    removes: Type.Array(ObjectShape, { description: 'What would go with the change, as far as the caller may know.' }),
    status: Type.Optional(Type.Enum([...STATUSES])),
  }),
})

export function spellPlan({ findings, removes, status }: Plan): Static<typeof PlanAnswer> {
  return {
    plan: {
      possible: findings.every(({ severity }) => severity !== 'refused'),
      findings: findings.map(({ severity, code, message, objects }) => ({
        ...{ severity, code, message },
        objects: [...objects],
      })),
      removes: [...removes],
      ...(status !== undefined && { status }),
    },
  }
}
