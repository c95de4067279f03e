/** Who may ask: made at the first start, and looked up in the store from then on. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { drawPeople } from './first-start.ts'
import type { Directory } from './identity/directory.ts'
import {
  findAccessKey,
  findDomain,
  findDomainNamed,
  findProject,
  findProjects,
  findSetting,
  findUser,
  findUserNamed,
  isTokenRevoked,
} from './operations/people/find-identity.ts'
import { seedPeople, TOKEN_KEY } from './operations/people/seed-people.ts'
import type { Store } from './store/store.ts'

/** The key that tokens are signed with; on the first start, of everybody whom that start makes. */
export async function knowPeople(
  store: Store,
  folder: string,
  config: Config,
  now: number,
  logger: Logger,
): Promise<KeyObject> {
  const known = await store.read(findSetting, TOKEN_KEY)
  if (known !== undefined) return createSecretKey(known, 'hex')
  const seed = await drawPeople(folder, config.region, now)
  await store.write(seedPeople, seed)
  logger.info({ folder }, 'first start: alice, bob and admin have an openrc file each in the data folder')
  return createSecretKey(seed.tokenKey, 'hex')
}

export function directoryOf(store: Store): Directory {
  return {
    domain: (id) => store.read(findDomain, id),
    domainNamed: (name) => store.read(findDomainNamed, name),
    project: (id) => store.read(findProject, id),
    projects: (domainId) => store.read(findProjects, domainId),
    user: (id) => store.read(findUser, id),
    userNamed: (domainId, name) => store.read(findUserNamed, { domainId, name }),
    accessKey: (access) => store.read(findAccessKey, access),
    isRevoked: (tokenId) => store.read(isTokenRevoked, tokenId),
  }
}
