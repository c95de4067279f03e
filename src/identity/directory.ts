import { LRUCache } from 'lru-cache'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'
import type { AccessKey, Domain, Project, User } from '../rules/people.ts'

/** The facts that identity needs; main.ts gives it these functions, so that it never meets the store. */
export interface Directory {
  domain(id: DomainId): Promise<Domain | undefined>
  domainNamed(name: string): Promise<Domain | undefined>
  project(id: ProjectId): Promise<Project | undefined>
  /** All projects of a domain, by name. */
  projects(domainId: DomainId): Promise<readonly Project[]>
  user(id: UserId): Promise<User | undefined>
  userNamed(domainId: DomainId, name: string): Promise<User | undefined>
  accessKey(access: string): Promise<AccessKey | undefined>
  isRevoked(tokenId: string): Promise<boolean>
}

/** Facts kept in memory; each is a few hundred bytes. */
const REMEMBERED = 10_000

/**
 * The same directory, with what it found kept until `forget` is called, which must be at every change of people or
 * keys. What was not found is asked for again, and so are revocations, which are many and asked for once each.
 */
export function rememberDirectory(directory: Directory): Directory & { forget(): void } {
  const kept = new LRUCache<string, object>({ max: REMEMBERED })
  // Counts what was forgotten: facts that were asked for before must not be kept after.
  let epoch = 0
  async function remember<Found extends object>(
    what: keyof Directory,
    key: string,
    find: () => Promise<Found | undefined>,
  ): Promise<Found | undefined> {
    const place = `${what} ${key}`
    const known = kept.get(place)
    // The place names the call, so what is kept there is what that call found.
    if (known !== undefined) return known as Found
    const asked = epoch
    const found = await find()
    if (found !== undefined && asked === epoch) kept.set(place, found)
    return found
  }
  return {
    domain: (id) => remember('domain', id, () => directory.domain(id)),
    domainNamed: (name) => remember('domainNamed', name, () => directory.domainNamed(name)),
    project: (id) => remember('project', id, () => directory.project(id)),
    projects: async (id) => (await remember('projects', id, () => directory.projects(id))) ?? [],
    user: (id) => remember('user', id, () => directory.user(id)),
    userNamed: (id, name) => remember('userNamed', `${id} ${name}`, () => directory.userNamed(id, name)),
    accessKey: (access) => remember('accessKey', access, () => directory.accessKey(access)),
    isRevoked: directory.isRevoked,
    forget() {
      epoch += 1
      kept.clear()
    },
  }
}
