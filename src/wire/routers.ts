/** A VPC as Neutron's own API knows it: a router of the same id. */
import type { Vpc } from '../rules/vpc.ts'
import { type Static, Type } from './schema.ts'
import { spellTime } from './time.ts'

export const RouterShape = Type.Object({
  id: Type.String({ format: 'uuid', description: "The VPC's." }),
  name: Type.String(),
  status: Type.Literal('ACTIVE'),
  admin_state_up: Type.Boolean({ description: 'Always true.' }),
  tenant_id: Type.String({ description: 'The project.' }),
  project_id: Type.String({ description: 'The same.' }),
  routes: Type.Array(Type.Object({ destination: Type.String(), nexthop: Type.String() }), {
    description: 'Routes by next-hop address, of which there are none: always empty.',
  }),
  external_gateway_info: Type.Null({ description: 'There is no way out: always null.' }),
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
})

export const RouterAnswer = Type.Object({ router: RouterShape })
export const RouterListAnswer = Type.Object({
  routers: Type.Array(RouterShape),
  routers_links: Type.Optional(
    Type.Array(
      Type.Object({
        rel: Type.Union([Type.Literal('next'), Type.Literal('previous')]),
        href: Type.String({ description: 'Absolute; repeats every other query parameter.' }),
      }),
    ),
  ),
})

/** All given filters must hold. */
export const RouterListQuery = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String({ description: 'All are ACTIVE.' })),
  tenant_id: Type.Optional(Type.String({ description: "Only one's own has any." })),
  project_id: Type.Optional(Type.String({ description: 'The same.' })),
  admin_state_up: Type.Optional(Type.String({ description: 'All are `true`.' })),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
  page_reverse: Type.Optional(Type.String()),
})

export function spellRouter(vpc: Vpc): Static<typeof RouterShape> {
  return {
    id: vpc.id,
    name: vpc.name,
    status: 'ACTIVE',
    admin_state_up: true,
    tenant_id: vpc.projectId,
    project_id: vpc.projectId,
    routes: [],
    external_gateway_info: null,
    created_at: spellTime(vpc.createdAt),
    updated_at: spellTime(vpc.updatedAt),
  }
}
