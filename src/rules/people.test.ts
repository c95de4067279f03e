import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identityNameTaken, identityNotFound, parsePassword, parsePersonName } from './people.ts'

test('a name of a person or a project has 1 to 64 characters of any script', () => {
  for (const name of [
    'a',
    'alice',
    'eu-de_tenant 1',
    'Zoë',
    '爱丽丝',
    "O'Neill; drop table",
    'n'.repeat(64),
    '🛰'.repeat(64),
  ]) {
    assert.equal(parsePersonName(name, 'user.name'), name)
  }
  for (const name of ['', 'n'.repeat(65), '🛰'.repeat(65)]) {
    assert.throws(() => parsePersonName(name, 'user.name'), {
      code: 'invalid_input',
      message: "Invalid input for operation: 'user.name' must have 1 to 64 characters.",
    })
  }
})

test('a name has no control characters and no broken surrogates', () => {
  for (const name of ['a\0', 'a\nb', '\tb', 'a\u007f', 'a\u0080', 'a\ud83d', '\udef0']) {
    assert.throws(() => parsePersonName(name, 'name'), { code: 'invalid_input', message: /control characters/ })
  }
})

test('a password has 8 to 255 characters, whatever they are', () => {
  for (const password of ['12345678', '        ', 'pass\nwörd', '🛰'.repeat(8), '🛰'.repeat(255), 'p'.repeat(255)]) {
    assert.equal(parsePassword(password), password)
  }
  for (const password of ['', '1234567', '🛰'.repeat(7), 'p'.repeat(256), '🛰'.repeat(256)]) {
    assert.throws(() => parsePassword(password), { code: 'invalid_input', facts: { field: 'password' } })
  }
})

test('a password with half a surrogate pair or a null character is refused, since another one would match it', () => {
  for (const password of ['12345678\ud83d', '12345678\0', '\0'.repeat(8)]) {
    assert.throws(() => parsePassword(password), { code: 'invalid_input', message: /well-formed/ })
  }
})

test('no refusal of a password repeats it', () => {
  for (const password of ['hunter2', `hunter2-${'x'.repeat(255)}`, 'hunter2-\ud83d-hunter2']) {
    assert.throws(
      () => parsePassword(password),
      (error: Error) => !error.message.includes('hunter2') && !JSON.stringify(error).includes('hunter2'),
    )
  }
})

test('who is not there and a name that is taken are told by kind and name', () => {
  assert.equal(identityNotFound('project', 'p7').code, 'identity_not_found')
  assert.equal(identityNotFound('project', 'p7').message, 'Could not find project: p7.')
  assert.equal(identityNameTaken('user', 'zoë').code, 'identity_name_taken')
  assert.equal(identityNameTaken('user', 'zoë').message, "Conflict: a user named 'zoë' exists already.")
})
