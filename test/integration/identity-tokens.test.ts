/** WIRE 4.1: how long a token lives, what ends it early, and that a restart changes neither. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { askToken, byPassword, byToken, logInBy, scopedTo, statusWith, tokenIn } from '../support/logins.ts'
import { logIn, makePerson, type Person, send, startTestService, type TestService } from '../support/service.ts'

const DAY_MS = 24 * 60 * 60 * 1000

suite('the life of a token', () => {
  let service: TestService
  before(async () => {
    service = await startTestService()
  })
  after(() => service[Symbol.asyncDispose]())

  const status = (token: string) => statusWith(service, { 'x-auth-token': token })
  const logInAgain = (person: Person) => logIn(service.url, person)

  test('a token lives for 24 hours, to the millisecond, whether or not it was used before', async () => {
    const used = await logInAgain(service.alice)
    const unused = await logInAgain(service.alice)
    assert.equal(await status(used.token), 200)
    service.clock.advance(DAY_MS - 1)
    assert.equal(await status(used.token), 200)
    assert.equal(await status(unused.token), 200)
    const kept = await logInAgain(service.alice)
    const never = await logInBy(service, byToken(unused.token))
    assert.equal(never.status, 201)
    service.clock.advance(1)
    for (const { token } of [used, unused, { token: tokenIn(never) }]) {
      assert.equal(await status(token), 401)
      assert.equal((await logInBy(service, byToken(token))).status, 401)
      assert.equal((await askToken(service, 'GET', kept.token, token)).status, 404)
    }
    assert.equal(await status(kept.token), 200)
  })

  test('GET /v3/auth/tokens gives the body of the login again, and the token in the header', async () => {
    const login = await logInBy(service, byPassword(service.alice), { project: { name: 'region-1' } })
    const looked = await askToken(service, 'GET', tokenIn(login))
    assert.equal(looked.status, 200)
    assert.equal(looked.headers.get('x-subject-token'), tokenIn(login))
    assert.deepEqual(looked.body, login.body)
  })

  test("another's token does not exist, except for an admin", async () => {
    const [alice, bob, admin] = await Promise.all([service.alice, service.bob, service.admin].map(logInAgain))
    assert.ok(alice && bob && admin)
    for (const method of ['GET', 'DELETE']) {
      const { status: refused, body } = await askToken(service, method, bob.token, alice.token)
      assert.deepEqual([refused, body.error_code, body.error.title], [404, 'IAM.0004', 'Not Found'])
      assert.ok(!JSON.stringify(body).includes(alice.token))
    }
    assert.equal((await askToken(service, 'GET', admin.token, alice.token)).body.token.user.name, 'alice')
    assert.equal((await askToken(service, 'DELETE', admin.token, alice.token)).status, 204)
    assert.equal(await status(alice.token), 401)
  })

  test('a call about a token that names none is 400', async () => {
    const { token } = await logInAgain(service.alice)
    for (const method of ['GET', 'DELETE']) {
      const answer = await send(service.url, method, '/v3/auth/tokens', undefined, { 'x-auth-token': token })
      assert.deepEqual([answer.status, answer.body.error.title], [400, 'Bad Request'])
    }
  })

  test('a token that was taken back is refused at once, also where it was used a moment before', async () => {
    const { token } = await logInAgain(service.alice)
    const other = await logInAgain(service.alice)
    assert.equal(await status(token), 200)
    const gone = await askToken(service, 'DELETE', token)
    assert.deepEqual([gone.status, gone.body], [204, undefined])
    assert.equal(await status(token), 401)
    assert.equal((await logInBy(service, byToken(token))).status, 401)
    assert.equal((await askToken(service, 'DELETE', other.token, token)).status, 404)
    assert.equal(await status(other.token), 200)
  })

  test('tokens survive a restart, and those taken back stay so', async () => {
    const alive = await logInAgain(service.alice)
    const unscoped = await scopedTo(service, service.alice, 'unscoped')
    const dead = await logInAgain(service.alice)
    await askToken(service, 'DELETE', dead.token)
    await service.restart()
    assert.equal(await status(alive.token), 200)
    assert.equal(await status(unscoped.token), 200)
    assert.equal(await status(dead.token), 401)
    // Somebody else's taking back clears out what has ended; what has not must stay.
    const other = await logInAgain(service.bob)
    await askToken(service, 'DELETE', other.token)
    assert.equal(await status(dead.token), 401)
  })

  test('a token of another service, or with a changed letter anywhere, is none', async () => {
    await using elsewhere = await startTestService()
    assert.equal(await status(elsewhere.alice.token), 401)
    const { token } = await logInAgain(service.alice)
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      assert.equal(await status(changed), 401, `letter ${at}`)
    }
    for (const text of [`${token}=`, `${token}.`, token.slice(0, -1), `${token}A`, `x${token}`]) {
      assert.equal(await status(text), 401, text)
    }
    assert.equal(await status(token), 200)
  })
})

suite('somebody who is disabled, or has a new password', () => {
  let service: TestService
  let eve: Person
  let eveId: string
  before(async () => {
    service = await startTestService()
    eve = await makePerson(service.url, service.admin, 'eve')
    eveId = (await service.ask(eve, 'GET', '/v3/users?name=eve')).body.users[0].id
  })
  after(() => service[Symbol.asyncDispose]())

  const change = async (user: unknown) => {
    const { status, body } = await service.ask(service.admin, 'PATCH', `/v3/users/${eveId}`, { user })
    assert.equal(status, 200, JSON.stringify(body))
    return body.user
  }
  /** By token, by signature, by password, by a new token. */
  const waysIn = async () => {
    const byTheToken = await service.ask(eve, 'GET', '/v3/regions')
    const signed = await service.askSigned(eve, 'GET', '/v3/regions')
    const password = await logInBy(service, byPassword(eve))
    const again = await logInBy(service, byToken(eve.token))
    return [byTheToken, signed, password, again].map(({ status }) => status)
  }

  test('while disabled, every way in is closed from the answer on, and after a restart; then all are open', async () => {
    assert.deepEqual(await waysIn(), [200, 200, 201, 201])
    assert.equal((await change({ enabled: false })).enabled, false)
    assert.deepEqual(await waysIn(), [401, 401, 401, 401])
    await service.restart()
    assert.deepEqual(await waysIn(), [401, 401, 401, 401])
    assert.equal((await change({ enabled: true })).enabled, true)
    assert.deepEqual(await waysIn(), [200, 200, 201, 201])
  })

  test('a new password works and the old one does not, at once and after a restart', async () => {
    const renewed = { ...eve, password: 'another long password, with ümlauts' }
    service.clock.advance(1)
    await change({ password: renewed.password })
    assert.equal((await service.ask(eve, 'GET', '/v3/regions')).status, 401, 'a token got with the old password')
    const statuses = async () => [
      (await logInBy(service, byPassword(renewed))).status,
      (await logInBy(service, byPassword(eve))).status,
    ]
    assert.deepEqual(await statuses(), [201, 401])
    await service.restart()
    assert.deepEqual(await statuses(), [201, 401])
    eve = await logIn(service.url, renewed)
  })

  test('a new password ends the tokens that the old one got, for ever, and leaves the access keys alone', async () => {
    const old = await logIn(service.url, eve)
    assert.equal(await statusWith(service, { 'x-auth-token': old.token }), 200)
    service.clock.advance(1)
    const renewed = { ...eve, password: 'a third long password' }
    await change({ password: renewed.password })
    eve = await logIn(service.url, renewed)
    for (const restarted of [false, true]) {
      if (restarted) await service.restart()
      assert.equal(await statusWith(service, { 'x-auth-token': old.token }), 401)
      assert.equal((await logInBy(service, byToken(old.token))).status, 401)
      assert.equal(await statusWith(service, { 'x-auth-token': eve.token }), 200)
      assert.equal((await service.askSigned(eve, 'GET', '/v3/regions')).status, 200)
    }
  })

  test('no answer and no line of the log has a password, its hash, a token or a secret key', async () => {
    const answers = [
      await service.ask(service.admin, 'GET', '/v3/domains'),
      await service.ask(eve, 'GET', '/v3/users'),
      await service.ask(eve, 'GET', '/v3.0/OS-CREDENTIAL/credentials'),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    )
    const texts = [...answers.map(({ body }) => JSON.stringify(body)), ...service.log]
    const { alice, admin } = service
    const secrets = [eve, alice, admin].flatMap(({ password, token, secretKey }) => [password, token, secretKey])
    for (const secret of [...secrets, 'scrypt$', 'long password']) {
      assert.deepEqual(
        texts.filter((text) => text.includes(secret)),
        [],
        secret,
      )
    }
    assert.ok(service.log.length > 20)
  })
})
