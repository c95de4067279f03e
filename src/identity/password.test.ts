import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { hashPassword, verifyPassword } from './password.ts'

const PASSWORD = 'correct horse battery stäple'

const stored = await hashPassword(PASSWORD, 'random')

test('the password that was hashed is the right one', async () => {
  assert.equal(await verifyPassword(PASSWORD, stored), true)
})

test('any other is wrong', async () => {
  for (const other of ['', PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(1), `${PASSWORD}a`, stored]) {
    assert.equal(await verifyPassword(other, stored), false, JSON.stringify(other))
  }
})

test('a changed salt, key or cost makes the right one wrong', async () => {
  const [scheme = '', logN = '', r = '', p = '', salt = '', key = ''] = stored.split('$')
  const changed = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
  for (const parts of [
    [scheme, logN, r, p, changed(salt), key],
    [scheme, logN, r, p, salt, changed(key)],
    [scheme, '11', r, p, salt, key],
    [scheme, logN, '4', p, salt, key],
    [scheme, logN, r, '2', salt, key],
  ]) {
    assert.equal(await verifyPassword(PASSWORD, parts.join('$')), false, parts.join('$'))
  }
})

test('what is stored is scrypt as everybody computes it, with its parameters, and not the password', () => {
  const [scheme, logN, r, p, salt = '', key = ''] = stored.split('$')
  assert.deepEqual([scheme, logN, r, p], ['scrypt', '10', '8', '1'])
  assert.equal(Buffer.from(salt, 'base64url').length, 16)
  const expected = scryptSync(PASSWORD, Buffer.from(salt, 'base64url'), 32, { N: 1024, r: 8, p: 1 })
  assert.equal(key, expected.toString('base64url'))
  assert.ok(!stored.includes(PASSWORD))
})

test('one password hashed twice is stored in two ways', async () => {
  assert.notEqual(await hashPassword(PASSWORD, 'random'), stored)
})

test('a password that a person chose is hashed at the full cost', async () => {
  const chosen = await hashPassword(PASSWORD, 'chosen')
  assert.match(chosen, /^scrypt\$14\$8\$5\$/)
  assert.equal(await verifyPassword(PASSWORD, chosen), true)
  assert.equal(await verifyPassword(`${PASSWORD}!`, chosen), false)
})

test('a letter that two keyboards compose differently is one letter', async () => {
  assert.equal(await verifyPassword(PASSWORD.normalize('NFD'), stored), true)
  assert.notEqual(PASSWORD.normalize('NFD'), PASSWORD)
})

test('the empty password is a password like others here: rules say who may have it', async () => {
  const empty = await hashPassword('', 'random')
  assert.equal(await verifyPassword('', empty), true)
  assert.equal(await verifyPassword(' ', empty), false)
})

test('a stored text that is not ours is an error, and never a match', async () => {
  for (const text of ['', PASSWORD, 'scrypt', 'scrypt$10$8$1$c2FsdA', 'bcrypt$10$8$1$c2FsdA$a2V5', 'scrypt$10$8$1$$']) {
    await assert.rejects(verifyPassword(PASSWORD, text), Error, text)
  }
  await assert.rejects(verifyPassword(PASSWORD, stored.replace('scrypt', 'bcrypt')), {
    message: 'not a stored password',
  })
  await assert.rejects(verifyPassword('', 'scrypt$x$8$1$c2FsdA$a2V5'))
})
