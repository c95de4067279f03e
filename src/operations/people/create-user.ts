import { requireAdmin } from '../../rules/access.ts'
import type { DomainId, UserId } from '../../rules/ids.ts'
import { identityNameTaken, identityNotFound, type User } from '../../rules/people.ts'
import { writing } from '../operation.ts'
import { hexId } from './hex-id.ts'
import { type PublicUser, publicUser } from './list-identities.ts'

export interface NewUser {
  /** Undefined: the caller's own. */
  readonly domainId: DomainId | undefined
  readonly name: string
  readonly passwordHash: string
  readonly enabled: boolean
}

/** A user of a domain, who may use all of its projects. Nobody becomes an admin this way. */
export const createUser = writing<NewUser, PublicUser>(
  'createUser',
  async (tx, { caller, now, newId }, { domainId = caller.domainId, ...input }) => {
    requireAdmin(caller)
    if ((await tx.domain(domainId)) === undefined) throw identityNotFound('domain', domainId)
    if ((await tx.users(domainId, input.name)).length > 0) throw identityNameTaken('user', input.name)
    const user: User = { ...input, id: hexId<UserId>(newId), domainId, admin: false, tokensSince: now }
    await tx.insertUser(user)
    return publicUser(user)
  },
)
