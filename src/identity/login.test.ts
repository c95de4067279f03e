import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'
import type { Domain, Project, User } from '../rules/people.ts'
import type { Directory } from './directory.ts'
import { createLogins, type Proof, type ScopeRequest, type UserName } from './login.ts'
import { hashPassword } from './password.ts'
import { TOKEN_LIFETIME_MS, type Token } from './token.ts'

const NOW = Date.UTC(2026, 2, 4, 5, 0, 0)
const PASSWORD = 'alice has a long password'
const FAILED = { code: 'unauthenticated', message: 'The request you have made requires authentication.' }
const LOCKED = { code: 'too_many_attempts', message: 'Too many attempts to log in. Try again in 60 s.' }
const UNSCOPED: ScopeRequest = { kind: 'unscoped' }

const id = <Id extends string>(digit: string) => digit.repeat(32) as Id
const ALPHA: Domain = { id: id<DomainId>('a'), name: 'alpha' }
const BETA: Domain = { id: id<DomainId>('b'), name: 'beta' }
const PROJECTS: readonly Project[] = [
  { id: id<ProjectId>('1'), domainId: ALPHA.id, name: 'region-1', description: '' },
  { id: id<ProjectId>('2'), domainId: ALPHA.id, name: 'region-1_test', description: '' },
  { id: id<ProjectId>('3'), domainId: BETA.id, name: 'region-1', description: '' },
  { id: id<ProjectId>('4'), domainId: BETA.id, name: 'only-beta', description: '' },
]
const ALICE = { id: id<UserId>('5'), domainId: ALPHA.id, name: 'alice', admin: false, enabled: true, tokensSince: 0 }
/** Of the same name, in the other domain. */
const OTHER_ALICE = { ...ALICE, id: id<UserId>('6'), domainId: BETA.id }
const ADMIN = { ...ALICE, id: id<UserId>('7'), name: 'root', admin: true }

const byName: UserName = { name: 'alice', domain: { name: 'alpha' } }
const withPassword = (password: string, user: UserName = byName): Proof => ({ kind: 'password', user, password })
const withToken = (token: Token | undefined): Proof => ({ kind: 'token', token })
const project = (named: (ScopeRequest & { kind: 'project' })['project']): ScopeRequest => ({
  kind: 'project',
  project: named,
})

/** Hashed once and fast: what a chosen password costs is not what is tested here. */
const HASH = await hashPassword(PASSWORD, 'random')

const users = new Map(
  [ALICE, OTHER_ALICE, ADMIN].map((user): [UserId, User] => [user.id, { ...user, passwordHash: HASH }]),
)
const projects = [...PROJECTS]
const domains = [ALPHA, BETA]
const directory: Directory = {
  domain: async (wanted) => domains.find((each) => each.id === wanted),
  domainNamed: async (name) => domains.find((each) => each.name === name),
  project: async (wanted) => projects.find((each) => each.id === wanted),
  projects: async (domainId) => projects.filter((each) => each.domainId === domainId),
  user: async (wanted) => users.get(wanted),
  userNamed: async (domainId, name) =>
    [...users.values()].find((each) => each.domainId === domainId && each.name === name),
  accessKey: async () => undefined,
  isRevoked: async () => false,
}

/** One for all tests, since a fresh one takes its time; whoever changes users makes some of their own. */
const logins = createLogins(directory)
const logIn = (proof: Proof, scope: ScopeRequest = UNSCOPED, now = NOW) => logins.login(proof, scope, now)

let made = 0
/** A user of alpha with a name of their own, of whose password nothing is remembered. */
async function newcomer(password = PASSWORD): Promise<User & { readonly called: UserName }> {
  made += 1
  const name = `newcomer ${made}`
  const passwordHash = await hashPassword(password, 'random')
  const user: User = { ...ALICE, id: String(made).padStart(32, '0') as UserId, name, passwordHash }
  users.set(user.id, user)
  return { ...user, called: { name, domain: { name: 'alpha' } } }
}

function change(user: User, changes: Partial<User>): void {
  users.set(user.id, { ...user, ...changes })
}

async function fail(times: number, user: UserName, now = NOW): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await assert.rejects(logIn(withPassword('wrong', user), UNSCOPED, now), FAILED, `attempt ${time + 1}`)
  }
}

test('a user is found by id, or by name and a domain that is given by id or by name', async () => {
  const names: readonly UserName[] = [{ id: ALICE.id }, byName, { name: 'alice', domain: { id: ALPHA.id } }]
  for (const user of names) {
    const login = await logIn(withPassword(PASSWORD, user))
    assert.equal(login.user.id, ALICE.id)
    assert.deepEqual(login.userDomain, ALPHA)
  }
  const other = { name: 'alice', domain: { name: 'beta' } }
  assert.equal((await logIn(withPassword(PASSWORD, other))).user.id, OTHER_ALICE.id)
})

test('a token is for 24 hours, from now on, and no two have one id', async () => {
  const [first, second] = [await logIn(withPassword(PASSWORD)), await logIn(withPassword(PASSWORD))]
  assert.match(first.token.id, /^[0-9a-f]{32}$/)
  assert.notEqual(first.token.id, second.token.id)
  assert.deepEqual(first.token, {
    ...{ id: first.token.id, userId: ALICE.id, scope: { kind: 'unscoped' }, methods: ['password'] },
    ...{ issuedAt: NOW, expiresAt: NOW + TOKEN_LIFETIME_MS },
  })
})

// --- scopes ---

const SCOPES: readonly (readonly [string, ScopeRequest, Token['scope']])[] = [
  ['nothing', UNSCOPED, { kind: 'unscoped' }],
  ['a project by id', project({ id: id('2') }), { kind: 'project', projectId: id('2') }],
  [
    "a project by name, which is then the user's own and not another domain's of that name",
    project({ name: 'region-1', domain: undefined }),
    { kind: 'project', projectId: id('1') },
  ],
  [
    'a project by name in a domain by name',
    project({ name: 'region-1_test', domain: { name: 'alpha' } }),
    { kind: 'project', projectId: id('2') },
  ],
  [
    'a project by name in a domain by id',
    project({ name: 'region-1', domain: { id: ALPHA.id } }),
    { kind: 'project', projectId: id('1') },
  ],
  ['the domain by name', { kind: 'domain', domain: { name: 'alpha' } }, { kind: 'domain', domainId: ALPHA.id }],
  ['the domain by id', { kind: 'domain', domain: { id: ALPHA.id } }, { kind: 'domain', domainId: ALPHA.id }],
]

for (const [what, request, scope] of SCOPES) {
  test(`a token may be asked for ${what}`, async () => {
    const login = await logIn(withPassword(PASSWORD), request)
    assert.deepEqual(login.token.scope, scope)
    assert.equal(login.project?.id, scope.kind === 'project' ? scope.projectId : undefined)
  })
}

const REFUSED: Readonly<Record<string, ScopeRequest>> = {
  "another domain's project by id": project({ id: id('3') }),
  "another domain's project by name": project({ name: 'only-beta', domain: { name: 'beta' } }),
  "another domain's project by name and domain id": project({ name: 'region-1', domain: { id: BETA.id } }),
  "another domain's project by a name that the own one lacks": project({ name: 'only-beta', domain: undefined }),
  'a project that is not there, by id': project({ id: id('9') }),
  'a project that is not there, by name': project({ name: 'nowhere', domain: undefined }),
  'a project in a domain that is not there': project({ name: 'region-1', domain: { name: 'nowhere' } }),
  'another domain by name': { kind: 'domain', domain: { name: 'beta' } },
  'another domain by id': { kind: 'domain', domain: { id: BETA.id } },
  'a domain that is not there': { kind: 'domain', domain: { name: 'nowhere' } },
}

for (const [what, request] of Object.entries(REFUSED)) {
  test(`a token may not be asked for ${what}, and the refusal does not tell which it was`, async () => {
    await assert.rejects(logIn(withPassword(PASSWORD), request), FAILED)
    const admin = withPassword(PASSWORD, { id: ADMIN.id })
    await assert.rejects(logIn(admin, request), FAILED, 'the admin')
  })
}

// --- who may not ---

test('an unknown user, an unknown domain, a wrong password and a disabled user are one refusal', async () => {
  const disabled = await newcomer()
  change(disabled, { enabled: false })
  const wrong: readonly (readonly [UserName, string])[] = [
    [byName, 'wrong'],
    [byName, ''],
    [{ name: 'nobody', domain: { name: 'alpha' } }, PASSWORD],
    [{ name: 'alice', domain: { name: 'nowhere' } }, PASSWORD],
    [{ id: id<UserId>('9') }, PASSWORD],
    [disabled.called, PASSWORD],
    [disabled.called, 'wrong'],
  ]
  for (const [user, password] of wrong) {
    await assert.rejects(logIn(withPassword(password, user)), FAILED, JSON.stringify(user))
  }
})

test('who is disabled after a login cannot log in again, though the password is remembered', async () => {
  const user = await newcomer()
  const { token } = await logIn(withPassword(PASSWORD, user.called))
  change(user, { enabled: false })
  await assert.rejects(logIn(withPassword(PASSWORD, user.called)), FAILED)
  await assert.rejects(logIn(withToken(token)), FAILED)
})

test('a password that was changed is not remembered', async () => {
  const user = await newcomer()
  await logIn(withPassword(PASSWORD, user.called))
  change(user, { passwordHash: await hashPassword('a new password', 'random') })
  await assert.rejects(logIn(withPassword(PASSWORD, user.called)), FAILED)
  await logIn(withPassword('a new password', user.called))
})

test('what is remembered of one user lets no other password and no other user in', async () => {
  const user = await newcomer()
  const other = await newcomer('another password')
  await logIn(withPassword(PASSWORD, user.called))
  await assert.rejects(logIn(withPassword(`${PASSWORD} `, user.called)), FAILED)
  await assert.rejects(logIn(withPassword(PASSWORD, other.called)), FAILED)
})

// --- guessing ---

test('ten wrong passwords in a row lock the name for a minute, and then also for the right one', async () => {
  const { called } = await newcomer()
  await fail(10, called)
  for (const password of ['wrong', PASSWORD]) {
    await assert.rejects(logIn(withPassword(password, called)), { ...LOCKED, facts: { retryAfterSeconds: 60 } })
  }
  await assert.rejects(logIn(withPassword(PASSWORD, called), UNSCOPED, NOW + 59_999), {
    message: 'Too many attempts to log in. Try again in 1 s.',
  })
  await logIn(withPassword(PASSWORD, called), UNSCOPED, NOW + 60_000)
})

test('the first wrong password after a lock is the first of ten', async () => {
  const { called } = await newcomer()
  await fail(10, called)
  await fail(10, called, NOW + 60_000)
  await assert.rejects(logIn(withPassword('wrong', called), UNSCOPED, NOW + 60_000), LOCKED)
})

test('nine wrong passwords lock nobody, and the right one begins the count anew', async () => {
  const user = await newcomer()
  for (let round = 0; round < 2; round += 1) {
    await fail(9, user.called)
    // Hashed afresh, so that the password is not remembered and has to be checked.
    change(user, { passwordHash: await hashPassword(PASSWORD, 'random') })
    await logIn(withPassword(PASSWORD, user.called))
  }
})

test('wrong passwords that come all at once are counted one by one', async () => {
  const { called } = await newcomer()
  await Promise.all(Array.from({ length: 10 }, () => fail(1, called)))
  await assert.rejects(logIn(withPassword(PASSWORD, called)), LOCKED)
})

test('no more than fifty passwords are hashed at once, and the next is told to come back', async () => {
  const { called } = await newcomer()
  const answers = await Promise.allSettled(Array.from({ length: 51 }, () => logIn(withPassword('wrong', called))))
  const messages = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.message : 'let in'))
  const busy = 'Too many attempts to log in. Try again in 1 s.'
  assert.deepEqual(messages, [...Array.from({ length: 50 }, () => FAILED.message), busy])
  await logIn(withPassword(PASSWORD))
})

test("somebody else's guessing does not lock out who knows the password, once it was right", async () => {
  const { called } = await newcomer()
  await logIn(withPassword(PASSWORD, called))
  await fail(10, called)
  await assert.rejects(logIn(withPassword('wrong', called)), LOCKED)
  await logIn(withPassword(PASSWORD, called))
  await assert.rejects(logIn(withPassword('wrong', called)), LOCKED, 'the lock stays')
})

test('a lock is of one name: another user, and the same name in another domain, go on', async () => {
  const { name, called } = await newcomer()
  const namesake = await newcomer()
  change(namesake, { name, domainId: BETA.id })
  await fail(10, called)
  await logIn(withPassword(PASSWORD, (await newcomer()).called))
  await logIn(withPassword(PASSWORD, { name, domain: { name: 'beta' } }))
})

// --- a token for a token, and what a token says ---

test('a token got from a token ends when the first one does, and tells both methods', async () => {
  const first = (await logIn(withPassword(PASSWORD))).token
  const second = (await logIn(withToken(first), project({ id: id('1') }), NOW + 1000)).token
  const third = (await logIn(withToken(second), { kind: 'domain', domain: { id: ALPHA.id } }, NOW + 2000)).token
  assert.deepEqual(
    [second, third].map(({ issuedAt, expiresAt, methods }) => ({ issuedAt, expiresAt, methods })),
    [
      { issuedAt: NOW + 1000, expiresAt: first.expiresAt, methods: ['token', 'password'] },
      { issuedAt: NOW + 2000, expiresAt: first.expiresAt, methods: ['token', 'password'] },
    ],
  )
  assert.equal(new Set([first.id, second.id, third.id]).size, 3)
})

test('a token that is not good, or whose user is not there any more, gets none', async () => {
  await assert.rejects(logIn(withToken(undefined)), FAILED)
  const user = await newcomer()
  const { token } = await logIn(withPassword(PASSWORD, user.called))
  users.delete(user.id)
  await assert.rejects(logIn(withToken(token)), FAILED)
})

test('a token is described as its login was, and not at all when its user or project is there no more', async () => {
  const user = await newcomer()
  projects.push({ id: id('e'), domainId: ALPHA.id, name: 'short-lived', description: '' })
  const scoped = await logIn(withPassword(PASSWORD, user.called), project({ id: id('e') }))
  const unscoped = await logIn(withPassword(PASSWORD, user.called))
  assert.deepEqual(await logins.describe(scoped.token), scoped)
  assert.deepEqual(await logins.describe(unscoped.token), unscoped)
  projects.pop()
  assert.equal(await logins.describe(scoped.token), undefined)
  users.delete(user.id)
  assert.equal(await logins.describe(unscoped.token), undefined)
})
