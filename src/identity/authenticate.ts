/** Who is asking: by a token or by a signature, and for which project. What they may do is not decided here. */
import type { KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../rules/access.ts'
import { type ProjectId, parseProjectId } from '../rules/ids.ts'
import type { AccessKey, User } from '../rules/people.ts'
import { Refusal } from '../rules/refusal.ts'
import type { Directory } from './directory.ts'
import { readClaim, type SignedRequest, verifySignature } from './signature.ts'
import { readToken, type Token } from './token.ts'

/** Remembered tokens; each is a few hundred bytes. */
const REMEMBERED = 10_000

export interface Authenticator {
  /**
   * The caller of a request whose token was checked before, or undefined: then ask `authenticate`. Exists so that the
   * common request takes no turn of the event loop for this.
   */
  recall(request: SignedRequest, pathProject: string | undefined, now: number): Caller | undefined
  /** Throws the refusal that fits. `pathProject` is the `{project_id}` of the path, where it has one. */
  authenticate(request: SignedRequest, pathProject: string | undefined, now: number): Promise<Caller>
  /** What a token says, if it is ours, in time, not taken back, and its user may still use it. */
  checkToken(text: string, now: number): Promise<Token | undefined>
  /** Forgets what was remembered; to be called when people, keys or revocations change. */
  forget(): void
}

interface Known {
  readonly caller: Caller
  readonly expiresAt: number
}

/** `region` names the project that an access key acts on when a request names none. */
export function createAuthenticator(directory: Directory, tokenKey: KeyObject, region: string): Authenticator {
  const tokens = new LRUCache<string, Known>({ max: REMEMBERED })
  // Counts what was forgotten: facts read before must not be remembered after.
  let epoch = 0

  async function checkToken(text: string, now: number): Promise<Token | undefined> {
    const token = readToken(text, tokenKey, now)
    if (token === undefined || (await directory.isRevoked(token.id))) return undefined
    const user = await directory.user(token.userId)
    return user?.enabled && token.issuedAt >= user.tokensSince ? token : undefined
  }

  async function byToken(text: string, now: number): Promise<Caller> {
    const asked = epoch
    const token = await checkToken(text, now)
    const user = token && (await directory.user(token.userId))
    if (token === undefined || user === undefined) throw refused('the token is invalid or has expired')
    const caller = callerOf(user, token.scope.kind === 'project' ? token.scope.projectId : undefined)
    if (asked === epoch) tokens.set(text, { caller, expiresAt: token.expiresAt })
    return caller
  }

  async function bySignature(request: SignedRequest, pathProject: string | undefined, now: number): Promise<Caller> {
    const outcome = readClaim(request, now)
    if ('problem' in outcome) throw refused(outcome.problem)
    const { claim } = outcome
    const known = await findKey(directory, claim.accessKey)
    // One text for an unknown key and a wrong signature: nobody learns which keys exist.
    if (known === undefined || !verifySignature(request, claim, known.key.secret)) {
      throw refused('the access key is unknown or the signature does not match')
    }
    const projectId = await chooseProject(directory, known.user, request, pathProject, region)
    return callerOf(known.user, projectId)
  }

  return {
    recall(request, pathProject, now) {
      const text = request.headers['x-auth-token']
      const known = typeof text === 'string' ? tokens.get(text) : undefined
      if (known === undefined || now >= known.expiresAt) return undefined
      const { caller } = known
      return pathProject === undefined || pathProject === caller.projectId ? caller : undefined
    },
    async authenticate(request, pathProject, now) {
      const text = request.headers['x-auth-token']
      if (typeof text === 'string' && text !== '') {
        return inPathProject(directory, await byToken(text, now), pathProject)
      }
      if (request.headers.authorization === undefined) throw refused('neither a token nor a signature was sent')
      return inPathProject(directory, await bySignature(request, pathProject, now), pathProject)
    },
    checkToken,
    forget() {
      epoch += 1
      tokens.clear()
    },
  }
}

function callerOf({ id, domainId, admin }: User, projectId: ProjectId | undefined): Caller {
  return { userId: id, domainId, admin, projectId }
}

async function findKey(directory: Directory, access: string): Promise<{ key: AccessKey; user: User } | undefined> {
  const key = await directory.accessKey(access)
  const user = key && (await directory.user(key.userId))
  return key && user?.enabled ? { key, user } : undefined
}

/**
 * The project of a signed request: X-Project-Id, else the path's, else the one named as the region. X-Project-Id is not
 * covered by every client's signature, so it selects among the owner's projects and proves nothing.
 */
async function chooseProject(
  directory: Directory,
  user: User,
  request: SignedRequest,
  pathProject: string | undefined,
  region: string,
): Promise<ProjectId | undefined> {
  const header = request.headers['x-project-id']
  const named = (typeof header === 'string' && header !== '' ? header : undefined) ?? pathProject
  if (named !== undefined) {
    const id = parseProjectId(named)
    const project = id && (await directory.project(id))
    if (project !== undefined && (user.admin || project.domainId === user.domainId)) return project.id
    throw projectMismatch()
  }
  const own = await directory.projects(user.domainId)
  return (own.find(({ name }) => name === region) ?? own[0])?.id
}

/** A project in the path must be the caller's; an admin acts on whichever exists. */
async function inPathProject(directory: Directory, caller: Caller, pathProject: string | undefined): Promise<Caller> {
  if (pathProject === undefined || caller.projectId === undefined || pathProject === caller.projectId) return caller
  const id = caller.admin ? parseProjectId(pathProject) : undefined
  const project = id && (await directory.project(id))
  if (project === undefined) throw projectMismatch()
  return { ...caller, projectId: project.id }
}

function projectMismatch(): Refusal {
  return new Refusal('project_mismatch', 'The project in the request is not the one that the caller is authorized for.')
}

function refused(reason: string): Refusal {
  return new Refusal('unauthenticated', `Incorrect IAM authentication information: ${reason}`)
}
