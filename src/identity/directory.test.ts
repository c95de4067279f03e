import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import type { DomainId, ProjectId, UserId } from '../rules/ids.ts'
import type { User } from '../rules/people.ts'
import { createAuthenticator } from './authenticate.ts'
import { type Directory, rememberDirectory } from './directory.ts'
import { signToken } from './token.ts'

const ALICE: User = {
  ...{ id: 'a'.repeat(32) as UserId, domainId: 'd'.repeat(32) as DomainId, name: 'alice', passwordHash: 'one' },
  ...{ admin: false, enabled: true, tokensSince: 0 },
}

/** A directory that knows alice, answers when told to, and counts how often it is asked. */
function slowDirectory() {
  let asked = 0
  const waiting: (() => void)[] = []
  const state = { alice: ALICE as User | undefined }
  const user = () => {
    asked += 1
    const { alice } = state
    return new Promise<User | undefined>((resolve) => waiting.push(() => resolve(alice)))
  }
  const directory = { user, isRevoked: async () => false } as unknown as Directory
  const answer = () => {
    for (const each of waiting.splice(0)) each()
  }
  return { directory, answer, state, asked: () => asked }
}

test('what was found is asked for once, until it is forgotten', async () => {
  const { directory, answer, asked } = slowDirectory()
  const remembered = rememberDirectory(directory)
  const first = remembered.user(ALICE.id)
  answer()
  assert.equal(await first, ALICE)
  assert.equal(await remembered.user(ALICE.id), ALICE)
  assert.equal(asked(), 1)
  remembered.forget()
  const again = remembered.user(ALICE.id)
  answer()
  await again
  assert.equal(asked(), 2)
})

test('what was not found is asked for again', async () => {
  const { directory, answer, state, asked } = slowDirectory()
  const remembered = rememberDirectory(directory)
  state.alice = undefined
  for (let round = 1; round <= 2; round += 1) {
    const found = remembered.user(ALICE.id)
    answer()
    assert.equal(await found, undefined)
    assert.equal(asked(), round)
  }
})

test('an answer that was under way when everything was forgotten is not kept', async () => {
  const { directory, answer, asked } = slowDirectory()
  const remembered = rememberDirectory(directory)
  const stale = remembered.user(ALICE.id)
  remembered.forget()
  answer()
  assert.equal(await stale, ALICE)
  const fresh = remembered.user(ALICE.id)
  answer()
  await fresh
  assert.equal(asked(), 2)
})

test('a token that was being checked when everything was forgotten is checked again', async () => {
  const { directory, answer } = slowDirectory()
  const key = createSecretKey('00'.repeat(32), 'hex')
  const authenticator = createAuthenticator(directory, key, 'region-1')
  const scope = { kind: 'project', projectId: 'b'.repeat(32) as ProjectId } as const
  const token = { id: 't', userId: ALICE.id, scope, methods: ['password'], issuedAt: 1, expiresAt: 10 }
  const request = {
    method: 'GET',
    url: '/',
    headers: { 'x-auth-token': signToken(token, key) },
    body: new Uint8Array(),
  }
  const authenticate = async (meanwhile: () => void) => {
    const caller = authenticator.authenticate(request, undefined, 5)
    // Alice is asked for twice, one after the other; each question waits to be answered.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    meanwhile()
    for (let turn = 0; turn < 40; turn += 1) {
      answer()
      await Promise.resolve()
    }
    return caller
  }
  await authenticate(authenticator.forget)
  assert.equal(authenticator.recall(request, undefined, 5), undefined)
  const caller = await authenticate(() => {})
  assert.equal(authenticator.recall(request, undefined, 5), caller)
})
