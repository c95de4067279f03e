/** AK/SK pairs: one's own, or, for an admin, anybody's. The secret is told once, when the pair is made. */
import { type Caller, requireAdmin } from '../../rules/access.ts'
import type { UserId } from '../../rules/ids.ts'
import { type AccessKey, identityNotFound } from '../../rules/people.ts'
import { invalidInput } from '../../rules/refusal.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading, writing } from '../operation.ts'

/** Pairs per user, as on the clouds: one in use, and one to change over to. */
const MAX_ACCESS_KEYS = 2

export type PublicAccessKey = Omit<AccessKey, 'secret'>

export interface NewAccessKey {
  readonly access: string
  readonly secret: string
  readonly userId: UserId
  readonly description: string
}

export const createAccessKey = writing<NewAccessKey, AccessKey>(
  'createAccessKey',
  async (tx, { caller, now }, input) => {
    await requireUser(tx, caller, input.userId)
    if ((await tx.accessKeys(input.userId)).length >= MAX_ACCESS_KEYS) {
      throw invalidInput('user_id', `has ${MAX_ACCESS_KEYS} access keys already; delete one first`)
    }
    const key: AccessKey = { ...input, createdAt: now }
    await tx.insertAccessKey(key)
    return key
  },
)

export const listAccessKeys = reading<UserId, readonly PublicAccessKey[]>(
  'listAccessKeys',
  async (tx, { caller }, userId) => {
    await requireUser(tx, caller, userId)
    return (await tx.accessKeys(userId)).map(publicAccessKey)
  },
)

export const deleteAccessKey = writing<string, void>('deleteAccessKey', async (tx, { caller }, access) => {
  const key = await tx.accessKey(access)
  if (key === undefined || !(caller.admin || key.userId === caller.userId)) throw identityNotFound('credential', access)
  await tx.deleteAccessKey(access)
})

async function requireUser(tx: ReadTransaction, caller: Caller, userId: UserId): Promise<void> {
  if (userId !== caller.userId) requireAdmin(caller)
  if ((await tx.user(userId)) === undefined) throw identityNotFound('user', userId)
}

function publicAccessKey({ secret: _, ...key }: AccessKey): PublicAccessKey {
  return key
}
