import type { UserId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { writing } from '../operation.ts'

export interface TokenToRevoke {
  readonly id: string
  readonly userId: UserId
  readonly expiresAt: number
}

/** One's own, or, for an admin, anybody's. From its acknowledgement on the token is refused, restarts included. */
export const revokeToken = writing<TokenToRevoke, void>(
  'revokeToken',
  async (tx, { caller, now }, { id, userId, expiresAt }) => {
    if (!caller.admin && caller.userId !== userId) throw identityNotFound('token', id)
    await tx.revokeToken(id, expiresAt, now)
  },
)
