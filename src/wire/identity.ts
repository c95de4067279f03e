/** The published shapes of the identity API (Keystone v3, and Huawei's credentials). */

import type { AccessKey, Domain, Project, User } from '../rules/people.ts'
import { Type } from './schema.ts'
import { spellTimeMicroseconds } from './time.ts'

const DomainRef = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })

export const TokenRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1, description: '`password` or `token`.' }),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            id: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
            domain: Type.Optional(DomainRef),
            password: Type.String(),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(
      Type.Union([
        Type.Object({
          project: Type.Optional(
            Type.Object({
              id: Type.Optional(Type.String()),
              name: Type.Optional(Type.String()),
              domain: Type.Optional(DomainRef),
            }),
          ),
          domain: Type.Optional(DomainRef),
        }),
        Type.Literal('unscoped'),
      ]),
    ),
  }),
})

const Named = Type.Object({ id: Type.String(), name: Type.String() })
const InDomain = Type.Object({ id: Type.String(), name: Type.String(), domain: Named })
const Catalog = Type.Array(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    type: Type.String(),
    endpoints: Type.Array(
      Type.Object({
        id: Type.String(),
        interface: Type.Literal('public'),
        region: Type.String(),
        region_id: Type.String(),
        url: Type.String(),
      }),
    ),
  }),
)
const Links = Type.Object({ self: Type.String(), next: Type.Null(), previous: Type.Null() })
const SelfLink = Type.Object({ self: Type.String() })

export const TokenAnswer = Type.Object({
  token: Type.Object({
    methods: Type.Array(Type.String()),
    issued_at: Type.String(),
    expires_at: Type.String(),
    user: InDomain,
    project: Type.Optional(InDomain),
    domain: Type.Optional(Named),
    roles: Type.Optional(Type.Array(Named)),
    catalog: Type.Optional(Catalog),
  }),
})
export const CatalogAnswer = Type.Object({ catalog: Catalog, links: SelfLink })

const DomainShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  description: Type.String(),
  links: SelfLink,
})
const ProjectShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  parent_id: Type.String(),
  enabled: Type.Boolean(),
  is_domain: Type.Boolean(),
  description: Type.String(),
  links: SelfLink,
})
const UserShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.String(),
  enabled: Type.Boolean(),
  links: SelfLink,
})
const CredentialShape = Type.Object({
  access: Type.String(),
  user_id: Type.String(),
  description: Type.String(),
  status: Type.Literal('active'),
  create_time: Type.String(),
})
export const DomainAnswer = Type.Object({ domain: DomainShape })
export const DomainListAnswer = Type.Object({ domains: Type.Array(DomainShape), links: Links })
export const ProjectAnswer = Type.Object({ project: ProjectShape })
export const ProjectListAnswer = Type.Object({ projects: Type.Array(ProjectShape), links: Links })
export const UserAnswer = Type.Object({ user: UserShape })
export const UserListAnswer = Type.Object({ users: Type.Array(UserShape), links: Links })
export const RegionListAnswer = Type.Object({
  regions: Type.Array(
    Type.Object({
      id: Type.String(),
      type: Type.Literal('public'),
      links: SelfLink,
      locales: Type.Object({}),
    }),
  ),
  links: Links,
})
export const NewCredentialAnswer = Type.Object({
  credential: Type.Object({ ...CredentialShape.properties, secret: Type.String({ description: 'Told this once.' }) }),
})
export const CredentialListAnswer = Type.Object({ credentials: Type.Array(CredentialShape) })

export const CreateDomainRequest = Type.Object({ domain: Type.Object({ name: Type.String() }) })
export const CreateProjectRequest = Type.Object({
  project: Type.Object({
    name: Type.String(),
    domain_id: Type.Optional(Type.String({ description: "Absent: the caller's own." })),
    parent_id: Type.Optional(Type.String({ description: 'The same as domain_id: projects have no other parent.' })),
    description: Type.Optional(Type.String()),
  }),
})
export const CreateUserRequest = Type.Object({
  user: Type.Object({
    name: Type.String(),
    password: Type.String(),
    domain_id: Type.Optional(Type.String()),
    enabled: Type.Optional(Type.Boolean()),
  }),
})
export const UpdateUserRequest = Type.Object({
  user: Type.Object({ password: Type.Optional(Type.String()), enabled: Type.Optional(Type.Boolean()) }),
})
export const CreateCredentialRequest = Type.Object({
  credential: Type.Object({ user_id: Type.String(), description: Type.Optional(Type.String()) }),
})
export const IdentityListQuery = Type.Object({
  name: Type.Optional(Type.String()),
  domain_id: Type.Optional(Type.String({ description: 'An admin may name any; others their own.' })),
  enabled: Type.Optional(Type.String({ description: '`true` or `false`.' })),
  page: Type.Optional(Type.String({ description: 'From 1; with per_page.' })),
  per_page: Type.Optional(Type.String({ description: 'Absent: all on one page.' })),
})

export const CredentialListQuery = Type.Object({
  user_id: Type.Optional(Type.String({ description: "Absent: one's own; another's takes an admin." })),
})

/** `base` is the public address of the service, without a slash at its end; likewise below. */
export function spellDomain({ id, name }: Domain, base: string) {
  return { id, name, enabled: true, description: '', links: { self: `${base}/v3/domains/${id}` } }
}

export function spellProject({ id, name, domainId, description }: Project, base: string) {
  const links = { self: `${base}/v3/projects/${id}` }
  return { id, name, domain_id: domainId, parent_id: domainId, enabled: true, is_domain: false, description, links }
}

export function spellUser(
  { id, name, domainId, enabled }: Pick<User, 'id' | 'name' | 'domainId' | 'enabled'>,
  base: string,
) {
  return { id, name, domain_id: domainId, enabled, links: { self: `${base}/v3/users/${id}` } }
}

export function spellRegion(region: string, base: string) {
  return { id: region, type: 'public' as const, links: { self: `${base}/v3/regions/${region}` }, locales: {} }
}

export function spellCredential({ access, userId, description, createdAt }: Omit<AccessKey, 'secret'>) {
  const create_time = spellTimeMicroseconds(createdAt)
  return { access, user_id: userId, description, status: 'active' as const, create_time }
}

/** Keystone's links of a list; its lists have one page here. */
export function spellLinks(self: string) {
  return { self, next: null, previous: null }
}
