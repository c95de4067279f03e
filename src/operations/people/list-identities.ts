/** Reads of domains, projects and users. A tenant sees its own domain only; an admin may name any. */
import { type Caller, requireAdmin } from '../../rules/access.ts'
import type { DomainId } from '../../rules/ids.ts'
import { type Domain, identityNotFound, type Project, type User } from '../../rules/people.ts'
import { reading } from '../operation.ts'

export interface IdentityFilter {
  /** Undefined: the caller's own. */
  readonly domainId: DomainId | undefined
  readonly name: string | undefined
}

/** A user without what nobody may see. */
export type PublicUser = Omit<User, 'passwordHash' | 'tokensSince'>

export function publicUser({ passwordHash: _, tokensSince: _since, ...user }: User): PublicUser {
  return user
}

/** The domain that the caller belongs to, as a list. */
export const listOwnDomains = reading<{ readonly name: string | undefined }, readonly Domain[]>(
  'listOwnDomains',
  async (tx, { caller }, { name }) => {
    const own = await tx.domain(caller.domainId)
    return own === undefined || (name !== undefined && own.name !== name) ? [] : [own]
  },
)

/** All domains, for an admin. */
export const listDomains = reading<{ readonly name: string | undefined }, readonly Domain[]>(
  'listDomains',
  (tx, { caller }, { name }) => {
    requireAdmin(caller)
    return tx.domains(name)
  },
)

export const listProjects = reading<IdentityFilter, readonly Project[]>(
  'listProjects',
  (tx, { caller }, { domainId, name }) => tx.projects(domainOf(caller, domainId), name),
)

export const listUsers = reading<IdentityFilter, readonly PublicUser[]>(
  'listUsers',
  async (tx, { caller }, { domainId, name }) => (await tx.users(domainOf(caller, domainId), name)).map(publicUser),
)

function domainOf(caller: Caller, asked: DomainId | undefined): DomainId {
  if (asked === undefined || asked === caller.domainId) return caller.domainId
  if (!caller.admin) throw identityNotFound('domain', asked)
  return asked
}
