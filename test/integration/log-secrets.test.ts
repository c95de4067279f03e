/** Whatever is asked, and however much is logged: no secret is in the log. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { byPassword, byToken } from '../support/logins.ts'
import { PEERINGS } from '../support/peerings.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { logIn, makePerson, readOpenrc, send } from '../support/service.ts'
import { signHeaders } from '../support/sign.ts'

const MADE_UP = 'a-password-that-nobody-has'

test('no password, key, token, signature or hash is in the log, even where everything is logged', async () => {
  using folder = temporaryFolder()
  await using program = await startProgram(folder.path, { CAUSEWAY_LOG: 'trace' })
  const { url } = program
  const secrets = new Map<string, string>()
  const people = await Promise.all(['alice', 'bob', 'admin'].map((name) => logIn(url, readOpenrc(folder.path, name))))
  const [alice, , admin] = people
  assert.ok(alice && admin)
  people.push(await makePerson(url, admin, 'eve'))

  // Right and wrong, with a token, with a signature, broken: each way a request can go.
  const asAlice = { 'x-auth-token': alice.token }
  const asAdmin = { 'x-auth-token': admin.token }
  const logInWith = (auth: unknown) => send(url, 'POST', '/v3/auth/tokens', { auth }, {})
  await logInWith({ identity: byPassword({ ...alice, password: MADE_UP }) })
  await logInWith({ identity: byToken(`${alice.token}x`) })
  await logInWith({ identity: { methods: ['password'], password: MADE_UP } })
  await send(url, 'POST', '/v3/auth/tokens', `{"auth": "${MADE_UP}`, {})
  await send(url, 'GET', PEERINGS, undefined, { 'x-auth-token': `${alice.token}x` })
  const toSign = { method: 'GET', url: `${url}${PEERINGS}`, body: '' }
  const key = { access: alice.accessKey, secret: alice.secretKey, projectId: alice.projectId, now: Date.now() }
  const signed = signHeaders(toSign, key)
  assert.equal((await send(url, 'GET', PEERINGS, undefined, signed)).status, 200)
  const { authorization = '' } = signed
  await send(url, 'GET', PEERINGS, undefined, { ...signed, authorization: authorization.slice(0, -1) })
  await send(url, 'GET', '/v3/auth/tokens', undefined, { ...asAlice, 'x-subject-token': alice.token })
  const user = { name: 'u', password: `${MADE_UP}-either`, domain_id: 'no such domain' }
  await send(url, 'POST', '/v3/users', { user }, asAdmin)
  await send(url, 'DELETE', '/v3/auth/tokens', undefined, { ...asAlice, 'x-subject-token': alice.token })
  await send(url, 'GET', PEERINGS, undefined, asAlice)

  for (const { name, password, secretKey, token } of people) {
    secrets.set(`${name}'s password`, password).set(`${name}'s secret key`, secretKey).set(`${name}'s token`, token)
    secrets.set(`the signature in ${name}'s token`, token.split('.').at(-1) ?? '')
  }
  secrets.set('a wrong password', MADE_UP).set('a signature', authorization.slice(-64))
  const db = new DatabaseSync(join(folder.path, 'causeway.sqlite'), { readOnly: true })
  for (const row of db.prepare('select name, password_hash from user').all()) {
    secrets.set(`${row.name}'s password hash`, String(row.password_hash))
  }
  for (const row of db.prepare('select name, value from setting').all()) secrets.set(`${row.name}`, String(row.value))
  db.close()

  await program.stop()
  const log = program.log()
  assert.ok(log.split('\n').length > 10, 'hardly anything was logged')
  assert.ok(secrets.size > 20)
  const found = [...secrets].filter(([, secret]) => secret.length < 16 || log.includes(secret)).map(([what]) => what)
  assert.deepEqual(found, [])
})
