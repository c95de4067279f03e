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
