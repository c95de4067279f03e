import { requireAdmin } from '../../rules/access.ts'
import type { DomainId, ProjectId } from '../../rules/ids.ts'
import { identityNameTaken, identityNotFound, type Project } from '../../rules/people.ts'
import { writing } from '../operation.ts'
import { hexId } from './hex-id.ts'

export interface NewProject {
  /** Undefined: the caller's own. */
  readonly domainId: DomainId | undefined
  readonly name: string
  readonly description: string
}

export const createProject = writing<NewProject, Project>(
  'createProject',
  async (tx, { caller, newId }, { domainId = caller.domainId, name, description }) => {
    requireAdmin(caller)
    if ((await tx.domain(domainId)) === undefined) throw identityNotFound('domain', domainId)
    if ((await tx.projects(domainId, name)).length > 0) throw identityNameTaken('project', name)
    const project: Project = { id: hexId<ProjectId>(newId), domainId, name, description }
    await tx.insertProject(project)
    return project
  },
)
