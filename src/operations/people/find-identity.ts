/** What identity asks the store to find out who is asking; no caller is known yet, so nothing is authorized here. */
import type { DomainId, ProjectId, UserId } from '../../rules/ids.ts'
import type { AccessKey, Domain, Project, User } from '../../rules/people.ts'
import type { Body, ReadTransaction } from '../../store/store.ts'

type Find<Input, Result> = Body<ReadTransaction, Input, Result>

export const findDomain: Find<DomainId, Domain | undefined> = { name: 'findDomain', run: (tx, id) => tx.domain(id) }

export const findDomainNamed: Find<string, Domain | undefined> = {
  name: 'findDomainNamed',
  run: async (tx, name) => (await tx.domains(name))[0],
}

export const findProject: Find<ProjectId, Project | undefined> = {
  name: 'findProject',
  run: (tx, id) => tx.project(id),
}

export const findProjects: Find<DomainId, readonly Project[]> = {
  name: 'findProjects',
  run: (tx, domainId) => tx.projects(domainId),
}

export const findUser: Find<UserId, User | undefined> = { name: 'findUser', run: (tx, id) => tx.user(id) }

export const findUserNamed: Find<{ domainId: DomainId; name: string }, User | undefined> = {
  name: 'findUserNamed',
  run: async (tx, { domainId, name }) => (await tx.users(domainId, name))[0],
}

export const findAccessKey: Find<string, AccessKey | undefined> = {
  name: 'findAccessKey',
  run: (tx, access) => tx.accessKey(access),
}

export const isTokenRevoked: Find<string, boolean> = { name: 'isTokenRevoked', run: (tx, id) => tx.isRevoked(id) }

export const findSetting: Find<string, string | undefined> = {
  name: 'findSetting',
  run: (tx, name) => tx.setting(name),
}
