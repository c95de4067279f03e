/** How often a password may be guessed: ten times a minute and name, without locking out who knows it. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { byPassword, logInBy } from '../support/logins.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const ATTEMPTS = 10
const MINUTE_MS = 60_000

suite('guessing a password', () => {
  let service: TestService
  before(async () => {
    service = await startTestService()
  })
  // Later than any lock of the test before.
  beforeEach(() => service.clock.advance(2 * MINUTE_MS))
  after(() => service[Symbol.asyncDispose]())

  const guess = (person: Person) => logInBy(service, byPassword({ ...person, password: 'a guess' }))

  test('the eleventh wrong password is 429 in the form of Keystone, with Retry-After, until the minute is over', async () => {
    const { bob, clock } = service
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) assert.equal((await guess(bob)).status, 401)
    clock.advance(1_500)
    const { status, headers, body } = await guess(bob)
    assert.equal(status, 429)
    assert.equal(headers.get('retry-after'), '59')
    const message = 'Too many attempts to log in. Try again in 59 s.'
    const { request_id, ...rest } = body
    assert.equal(request_id, headers.get('x-request-id'))
    assert.deepEqual(rest, {
      error: { code: 429, message, title: 'Too Many Requests' },
      ...{ error_code: 'APIGW.0308', error_msg: message },
    })
    clock.advance(MINUTE_MS - 1_500 - 1)
    assert.equal((await guess(bob)).status, 429)
    clock.advance(1)
    assert.equal((await guess(bob)).status, 401)
  })

  test('who has logged in before still can, and others are not touched', async () => {
    const { alice, bob } = service
    for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) await guess(bob)
    assert.equal((await guess(bob)).status, 429)
    assert.equal((await logInBy(service, byPassword(bob))).status, 201)
    assert.equal((await guess(alice)).status, 401)
  })

  test('after a restart nobody is remembered, and the right password works', async () => {
    for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) await guess(service.bob)
    await service.restart()
    assert.equal((await logInBy(service, byPassword(service.bob))).status, 201)
  })

  test('guesses that are sent all at once count each, and a name that nobody has is treated the same', async () => {
    for (const person of [service.bob, { ...service.bob, name: 'nobody' }]) {
      const statuses = await Promise.all(Array.from({ length: ATTEMPTS }, () => guess(person)))
      assert.deepEqual([...new Set(statuses.map(({ status }) => status))], [401])
      assert.equal((await guess(person)).status, 429, person.name)
    }
  })
})
