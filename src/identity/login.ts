/** Who gives a password or a token gets a (new) token for what he may use. */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'
import type { Domain, Project, User } from '../rules/people.ts'
import { Refusal } from '../rules/refusal.ts'
import type { Directory } from './directory.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { newPassword } from './secrets.ts'
import { type Scope, TOKEN_LIFETIME_MS, type Token } from './token.ts'

export type DomainName = { readonly id: DomainId } | { readonly name: string }

/** What a login proves itself with. */
export type Proof =
  | { readonly kind: 'password'; readonly user: UserName; readonly password: string }
  | { readonly kind: 'token'; readonly token: Token | undefined }

export type UserName = { readonly id: UserId } | { readonly name: string; readonly domain: DomainName }

/** What a token is asked for. A project named without its domain is looked up in the user's own. */
export type ScopeRequest =
  | { readonly kind: 'project'; readonly project: { readonly id: ProjectId } | NamedProject }
  | { readonly kind: 'domain'; readonly domain: DomainName }
  | { readonly kind: 'unscoped' }

interface NamedProject {
  readonly name: string
  readonly domain: DomainName | undefined
}

/** Everything that the answer to a login tells. */
export interface Login {
  readonly token: Token
  readonly user: User
  readonly userDomain: Domain
  /** Of a project-scoped token; its domain is the user's. */
  readonly project: Project | undefined
}

/** Wrong passwords in a row that a user name may be given, and for how long it is then refused. */
const MAX_FAILURES = 10
const LOCKED_MS = 60_000
/** Passwords that may wait to be hashed: each takes a fifth of a second of a core. */
const MAX_HASHING = 50

/** One text for every way to fail, so that nobody learns which names exist. */
const FAILED = 'The request you have made requires authentication.'

export interface Logins {
  login(proof: Proof, scope: ScopeRequest, now: number): Promise<Login>
  /** The same facts for a token that exists; undefined where its user or project does not any more. */
  describe(token: Token): Promise<Login | undefined>
}

export function createLogins(directory: Directory): Logins {
  const checkPassword = passwordChecker()
  return {
    async login(proof, scopeRequest, now) {
      const user = await findUser(directory, proof)
      if (proof.kind === 'password') await checkPassword(proof, user, now)
      if (user === undefined || !user.enabled) throw new Refusal('unauthenticated', FAILED)
      const scope = await findScope(directory, user, scopeRequest)
      const before = proof.kind === 'token' ? proof.token : undefined
      const token: Token = {
        id: randomBytes(16).toString('hex'),
        userId: user.id,
        scope,
        methods: before === undefined ? ['password'] : [...new Set(['token', ...before.methods])],
        issuedAt: now,
        // A token got from a token lives no longer than the first one, or else a stolen one would live for ever.
        expiresAt: before?.expiresAt ?? now + TOKEN_LIFETIME_MS,
      }
      const login = await describe(directory, token)
      if (login === undefined) throw new Refusal('unauthenticated', FAILED)
      return login
    },
    describe: (token) => describe(directory, token),
  }
}

async function describe(directory: Directory, token: Token): Promise<Login | undefined> {
  const user = await directory.user(token.userId)
  const userDomain = user && (await directory.domain(user.domainId))
  if (user === undefined || userDomain === undefined) return undefined
  if (token.scope.kind !== 'project') return { token, user, userDomain, project: undefined }
  const project = await directory.project(token.scope.projectId)
  return project && { token, user, userDomain, project }
}

async function findUser(directory: Directory, proof: Proof): Promise<User | undefined> {
  if (proof.kind === 'token') return proof.token && directory.user(proof.token.userId)
  if ('id' in proof.user) return directory.user(proof.user.id)
  const domain = await findDomain(directory, proof.user.domain)
  return domain && directory.userNamed(domain.id, proof.user.name)
}

async function findDomain(directory: Directory, domain: DomainName): Promise<Domain | undefined> {
  return 'id' in domain ? directory.domain(domain.id) : directory.domainNamed(domain.name)
}

/** A user may use all projects of the own domain, and nothing else; what else there is, is not told. */
async function findScope(directory: Directory, user: User, request: ScopeRequest): Promise<Scope> {
  if (request.kind === 'unscoped') return { kind: 'unscoped' }
  if (request.kind === 'domain') {
    const domain = await findDomain(directory, request.domain)
    if (domain?.id !== user.domainId) throw new Refusal('unauthenticated', FAILED)
    return { kind: 'domain', domainId: domain.id }
  }
  const project = await findProject(directory, user, request.project)
  if (project?.domainId !== user.domainId) throw new Refusal('unauthenticated', FAILED)
  return { kind: 'project', projectId: project.id }
}

async function findProject(
  directory: Directory,
  user: User,
  project: { readonly id: ProjectId } | NamedProject,
): Promise<Project | undefined> {
  if ('id' in project) return directory.project(project.id)
  const domainId = project.domain === undefined ? user.domainId : (await findDomain(directory, project.domain))?.id
  if (domainId === undefined) return undefined
  return (await directory.projects(domainId)).find(({ name }) => name === project.name)
}

/**
 * Checks passwords, bounds guessing, and remembers what was right: clients log in for every command, and scrypt is
 * slow on purpose. Remembered is a MAC under a key that never leaves this process, beside the stored hash it was
 * checked against; a changed password is another hash and so is not found.
 */
function passwordChecker() {
  // Made a key object once: made from bytes at every login, it would cost more than the MAC itself.
  const key = createSecretKey(randomBytes(32))
  const right = new LRUCache<string, Buffer>({ max: 1_000 })
  const failures = new LRUCache<string, { count: number; until: number }>({ max: 10_000 })
  let hashing = 0
  /** What an unknown name is checked against, so that it takes the time of a wrong password. */
  let decoy: string | undefined
  const decoyHash = async (): Promise<string> => {
    decoy ??= await hashPassword(newPassword(), 'chosen')
    return decoy
  }

  return async (proof: Proof & { kind: 'password' }, user: User | undefined, now: number): Promise<void> => {
    const mac = createHmac('sha256', key).update(proof.password).digest()
    const known = user && right.get(user.passwordHash)
    // First, so that somebody else's guessing never locks out who knows the password.
    if (known !== undefined && timingSafeEqual(known, mac)) return
    // A user has several spellings (by id, by name in either spelling of the domain) and one count.
    const name = user?.id ?? JSON.stringify(proof.user)
    const failed = failures.get(name)
    if (failed !== undefined && failed.count >= MAX_FAILURES && now < failed.until) {
      throw tooMany(Math.ceil((failed.until - now) / 1000))
    }
    if (hashing >= MAX_HASHING) throw tooMany(1)
    hashing += 1
    try {
      const correct = await verifyPassword(proof.password, user?.passwordHash ?? (await decoyHash()))
      if (user !== undefined && correct) {
        failures.delete(name)
        right.set(user.passwordHash, mac)
        return
      }
    } finally {
      hashing -= 1
    }
    // Asked again, because others may have failed while this one was hashed.
    const earlier = failures.get(name)
    const count = earlier !== undefined && now < earlier.until ? earlier.count + 1 : 1
    failures.set(name, { count, until: now + LOCKED_MS })
    throw new Refusal('unauthenticated', FAILED)
  }
}

function tooMany(seconds: number): Refusal {
  return new Refusal('too_many_attempts', `Too many attempts to log in. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  })
}
