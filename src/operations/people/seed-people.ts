import type { AccessKey, Domain, Project, User } from '../../rules/people.ts'
import type { Body, WriteTransaction } from '../../store/store.ts'

/** Everybody a fresh service knows, with the service's own secret. */
export interface Seed {
  readonly people: readonly { domain: Domain; project: Project; user: User; accessKey: AccessKey }[]
  readonly tokenKey: string
}

/** The name of the setting that holds the key that tokens are signed with, in hex. */
export const TOKEN_KEY = 'token_key'

/** Fills an empty service; does nothing to one that has been started before. Returns whether it was empty. */
export const seedPeople: Body<WriteTransaction, Seed, boolean> = {
  name: 'seedPeople',
  run: async (tx, { people, tokenKey }) => {
    if ((await tx.setting(TOKEN_KEY)) !== undefined) return false
    await tx.insertSetting(TOKEN_KEY, tokenKey)
    for (const { domain, project, user, accessKey } of people) {
      await tx.insertDomain(domain)
      await tx.insertProject(project)
      await tx.insertUser(user)
      await tx.insertAccessKey(accessKey)
    }
    return true
  },
}
