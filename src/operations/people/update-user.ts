import { requireAdmin } from '../../rules/access.ts'
import type { UserId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { writing } from '../operation.ts'
import { type PublicUser, publicUser } from './list-identities.ts'

export interface UserChange {
  readonly id: UserId
  /** Undefined: stays as it is; likewise `enabled`. */
  readonly passwordHash: string | undefined
  readonly enabled: boolean | undefined
}

/**
 * A new password, which ends the tokens got with the old one, or the end (or return) of somebody's access: while a user
 * is disabled, neither tokens nor keys work.
 */
export const updateUser = writing<UserChange, PublicUser>(
  'updateUser',
  async (tx, { caller, now }, { id, passwordHash, enabled }) => {
    requireAdmin(caller)
    const user = await tx.user(id)
    if (user === undefined) throw identityNotFound('user', id)
    if (enabled === false && id === caller.userId) throw invalidInput('enabled', 'must not lock out the caller')
    const after = {
      ...user,
      enabled: enabled ?? user.enabled,
      ...(passwordHash !== undefined && { passwordHash, tokensSince: now }),
    }
    await tx.updateUser(after)
    return publicUser(after)
  },
)
