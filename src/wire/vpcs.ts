/** The published shapes of the VPC API: v1 and v3. */

import type { Vpc, VpcContents } from '../rules/vpc.ts'
import { type Static, Type } from './schema.ts'
import { spellTags, TagRequest, TagShape } from './tags.ts'
import { spellTime, spellTimeZ } from './time.ts'

export const VpcShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  cidr: Type.String({ description: 'Primary IPv4 block, or empty.' }),
  status: Type.Literal('OK'),
  routes: Type.Array(Type.Object({ destination: Type.String(), nexthop: Type.String() }), {
    description: 'Routes by next-hop address, which the clouds no longer make: always empty.',
  }),
  enterprise_project_id: Type.String(),
  enable_shared_snat: Type.Boolean(),
  tenant_id: Type.String({ description: 'The project.' }),
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ss`.' }),
})
export type WireVpc = Static<typeof VpcShape>

export const VpcAnswer = Type.Object({ vpc: VpcShape })
export const VpcListAnswer = Type.Object({ vpcs: Type.Array(VpcShape) })

export const CreateVpcRequest = Type.Object({
  vpc: Type.Object({
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    cidr: Type.Optional(Type.String()),
    enterprise_project_id: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(Type.String(), { description: 'Each `key*value`.' })),
  }),
})

export const UpdateVpcRequest = Type.Object({
  vpc: Type.Object({
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    cidr: Type.Optional(Type.String()),
  }),
})

export const VpcListQuery = Type.Object({
  id: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
  enterprise_project_id: Type.Optional(Type.String({ description: '`all_granted_eps` or absent: all.' })),
})

export const VpcV3Shape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  description: Type.String(),
  cidr: Type.String(),
  extend_cidrs: Type.Array(Type.String(), { description: 'Secondary IPv4 blocks.' }),
  status: Type.Literal('ACTIVE'),
  project_id: Type.String(),
  enterprise_project_id: Type.String(),
  cloud_resources: Type.Array(
    Type.Object({ resource_type: Type.Enum(['routetable', 'virsubnet']), resource_count: Type.Integer() }),
    { description: 'How many route tables and subnets lie in it; of what there is none there is no entry.' },
  ),
  tags: Type.Array(TagShape),
  created_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ssZ`.' }),
  updated_at: Type.String({ description: 'UTC, `yyyy-MM-ddTHH:mm:ssZ`.' }),
})
export const VpcV3Answer = Type.Object({ request_id: Type.String(), vpc: VpcV3Shape })
/** A dry run that passed: the documents give it a status and a code; the VPC as it would be is ours. */
export const DryRunAnswer = Type.Object({
  ...VpcV3Answer.properties,
  error_code: Type.Literal('SYS.0202'),
  error_msg: Type.String(),
})
export const VpcV3ListAnswer = Type.Object({
  request_id: Type.String(),
  vpcs: Type.Array(VpcV3Shape),
  page_info: Type.Object({
    previous_marker: Type.Optional(Type.String()),
    current_count: Type.Integer(),
    next_marker: Type.Optional(Type.String()),
  }),
})

const DryRun = Type.Optional(Type.Boolean({ description: 'Checks everything, answers 202 and writes nothing.' }))

export const CreateVpcV3Request = Type.Object({
  dry_run: DryRun,
  vpc: Type.Object({
    name: Type.String(),
    cidr: Type.String(),
    description: Type.Optional(Type.String()),
    enterprise_project_id: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(TagRequest)),
  }),
})

export const UpdateVpcV3Request = Type.Object({
  dry_run: DryRun,
  vpc: Type.Object({
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    cidr: Type.Optional(Type.Unknown({ description: 'Cannot be changed here, but through v1: 400.' })),
  }),
})

export const ExtendCidrRequest = Type.Object({
  dry_run: DryRun,
  vpc: Type.Object({ extend_cidrs: Type.Array(Type.String(), { minItems: 1 }) }),
})

const Repeatable = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]))
/** A filter may be repeated; any of its values matches. */
export const VpcV3ListQuery = Type.Object({
  id: Repeatable,
  name: Repeatable,
  description: Repeatable,
  cidr: Repeatable,
  enterprise_project_id: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String()),
  marker: Type.Optional(Type.String()),
})

export function spellVpc(vpc: Vpc): WireVpc {
  return {
    id: vpc.id,
    name: vpc.name,
    description: vpc.description,
    cidr: vpc.cidr,
    status: 'OK',
    routes: [],
    enterprise_project_id: vpc.enterpriseProjectId,
    enable_shared_snat: false,
    tenant_id: vpc.projectId,
    created_at: spellTime(vpc.createdAt),
    updated_at: spellTime(vpc.updatedAt),
  }
}

export function spellVpcV3(vpc: Vpc, contents: VpcContents): Static<typeof VpcV3Shape> {
  return {
    id: vpc.id,
    name: vpc.name,
    description: vpc.description,
    cidr: vpc.cidr,
    extend_cidrs: [...vpc.extendCidrs],
    status: 'ACTIVE',
    project_id: vpc.projectId,
    enterprise_project_id: vpc.enterpriseProjectId,
    cloud_resources: [
      { resource_type: 'routetable' as const, resource_count: contents.routeTables },
      { resource_type: 'virsubnet' as const, resource_count: contents.subnets },
    ].filter(({ resource_count: count }) => count > 0),
    tags: spellTags(vpc.tags),
    created_at: spellTimeZ(vpc.createdAt),
    updated_at: spellTimeZ(vpc.updatedAt),
  }
}
