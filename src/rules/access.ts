import type { DomainId, ProjectId, UserId } from './ids.ts'
import type { Peering } from './peering.ts'
import { Refusal } from './refusal.ts'
import type { Verb } from './status.ts'

/**
 * Who is asking. A token may be scoped to a project, to a domain or to nothing; only the first may touch networks.
 * `admin`: the operator, who may do all (P2).
 */
export interface Caller {
  readonly userId: UserId
  readonly domainId: DomainId
  readonly admin: boolean
  readonly projectId: ProjectId | undefined
}

/** The project a request acts on, or the refusal that says what kind of token it takes. */
export function actingProject(caller: Caller): ProjectId {
  if (caller.projectId !== undefined) return caller.projectId
  throw new Refusal('project_scope_required', 'This call takes a token scoped to a project; this one is not.')
}

export function requireAdmin(caller: Caller): void {
  if (!caller.admin) throw new Refusal('admin_only', 'Policy does not allow this call: it takes the role admin.')
}

/** Only its two sides, and the admin, can tell that a peering exists (P2). */
export function canSee(caller: Caller, peering: Peering): boolean {
  const project = caller.projectId
  return caller.admin || project === peering.requester.projectId || project === peering.accepter.projectId
}

/** Whether it may be told what is a project's own business: what its networks are made of. */
export function mayKnow(caller: Caller, project: ProjectId): boolean {
  return caller.admin || caller.projectId === project
}

/** What both sides may do is decided by `canSee`; the answer to a request is the accepter's alone (P2). */
export function authorize(caller: Caller, verb: Verb, peering: Peering): void {
  if (verb !== 'accept' && verb !== 'reject') return
  if (caller.admin || caller.projectId === peering.accepter.projectId) return
  throw new Refusal('not_the_accepter', `Policy does not allow this call: only the accepter can ${verb} a peering.`, {
    peeringId: peering.id,
  })
}

export function peeringNotFound(id: string): Refusal {
  return new Refusal('peering_not_found', `Vpc peering ${id} could not be found`, { peeringId: id })
}
