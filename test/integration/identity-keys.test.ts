/** Access keys: at most two each, one's own only, the secret told once, and dead at once when deleted. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { makePerson, type Person, startTestService, type TestService } from '../support/service.ts'

const KEYS = '/v3.0/OS-CREDENTIAL/credentials'

suite('access keys', () => {
  let service: TestService
  let eve: Person
  let ids: { eve: string; alice: string }
  before(async () => {
    service = await startTestService({ startAt: Date.parse('2026-03-04T05:06:07.008Z') })
    eve = await makePerson(service.url, service.admin, 'eve')
    const idOf = async (person: Person) =>
      (await service.ask(person, 'GET', `/v3/users?name=${person.name}`)).body.users[0].id
    ids = { eve: await idOf(eve), alice: await idOf(service.alice) }
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (who: Person, user_id: unknown, more = {}) =>
    service.ask(who, 'POST', KEYS, { credential: { user_id, ...more } })

  test('the secret is told in the answer to the create, and never again', async () => {
    const { status, body } = await create(eve, ids.eve, { description: 'second' })
    assert.equal(status, 201)
    const { access, secret, ...rest } = body.credential
    assert.match(access, /^[A-Z0-9]{20}$/)
    assert.match(secret, /^[A-Za-z0-9]{40}$/)
    const told = {
      user_id: ids.eve,
      description: 'second',
      status: 'active',
      create_time: '2026-03-04T05:06:07.008000Z',
    }
    assert.deepEqual(rest, told)
    const listed = await service.ask(eve, 'GET', KEYS)
    const keys = listed.body.credentials
    assert.deepEqual(keys.map((key: { access: string }) => key.access).sort(), [access, eve.accessKey].sort())
    assert.deepEqual(
      keys.find((key: { access: string }) => key.access === access),
      { access, ...told },
    )
    assert.ok(!JSON.stringify([listed.body, service.log]).includes(secret))
    const signed = await service.askSigned({ ...eve, accessKey: access, secretKey: secret }, 'GET', '/v3/regions')
    assert.equal(signed.status, 200)
  })

  test('a third key is refused, for an admin who makes it too, until one is deleted', async () => {
    const before = dump(service.folder)
    for (const who of [eve, service.admin]) {
      const { status, body } = await create(who, ids.eve)
      assert.equal(status, 400)
      assert.match(body.error.message, /has 2 access keys already/)
    }
    assert.deepEqual(dump(service.folder), before)
    const spare = (await service.ask(eve, 'GET', KEYS)).body.credentials.find(
      (key: { access: string }) => key.access !== eve.accessKey,
    )
    assert.equal((await service.ask(eve, 'DELETE', `${KEYS}/${spare.access}`)).status, 204)
    const answers = await Promise.all([create(eve, ids.eve), create(service.admin, ids.eve), create(eve, ids.eve)])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 400, 400])
    const won = answers.find(({ status }) => status === 201)?.body.credential.access
    assert.equal((await service.ask(service.admin, 'DELETE', `${KEYS}/${won}`)).status, 204)
  })

  test("another's keys can be neither listed, made nor deleted", async () => {
    const { alice, ask } = service
    const before = dump(service.folder)
    assert.equal((await ask(eve, 'GET', `${KEYS}?user_id=${ids.alice}`)).status, 403)
    assert.equal((await create(eve, ids.alice)).status, 403)
    const deleted = await ask(eve, 'DELETE', `${KEYS}/${alice.accessKey}`)
    const unknown = await ask(eve, 'DELETE', `${KEYS}/${'A'.repeat(20)}`)
    const told = ({ status, body }: typeof deleted) => [status, body.error_code, body.error.title]
    assert.deepEqual(told(deleted), [404, 'IAM.0004', 'Not Found'])
    assert.deepEqual(told(unknown), told(deleted))
    assert.deepEqual(dump(service.folder), before)
  })

  test('an admin lists, makes and deletes those of anybody, and is told where there is nobody', async () => {
    const { admin, ask } = service
    const listed = await ask(admin, 'GET', `${KEYS}?user_id=${ids.alice}`)
    assert.deepEqual(
      listed.body.credentials.map((key: { access: string }) => key.access),
      [service.alice.accessKey],
    )
    const { access } = (await create(admin, ids.alice)).body.credential
    assert.equal((await ask(admin, 'DELETE', `${KEYS}/${access}`)).status, 204)
    assert.equal((await ask(admin, 'DELETE', `${KEYS}/${access}`)).status, 404)
    for (const nobody of ['0'.repeat(32), 'alice']) {
      assert.equal((await create(admin, nobody)).status, 404)
      assert.equal((await ask(admin, 'GET', `${KEYS}?user_id=${nobody}`)).status, 404)
    }
  })

  test('a create of a wrong form is 400 and makes nothing', async () => {
    const before = dump(service.folder)
    const bodies = [
      ...[{}, { credential: {} }, { credential: { user_id: 7 } }, { credential: { user_id: null } }],
      ...['<', 'x'.repeat(256), 'a\u0000b', 7].map((description) => ({
        credential: { user_id: ids.eve, description },
      })),
    ]
    for (const body of bodies) {
      assert.equal((await service.ask(eve, 'POST', KEYS, body)).status, 400, JSON.stringify(body))
    }
    assert.deepEqual(dump(service.folder), before)
  })

  test('a deleted key signs nothing from the answer on, also where it was used a moment before', async () => {
    const { access: accessKey, secret: secretKey } = (await create(eve, ids.eve)).body.credential
    const spare = { ...eve, accessKey, secretKey }
    assert.equal((await service.askSigned(spare, 'GET', '/v3/regions')).status, 200)
    // By itself, which is how a leaked key is given up.
    assert.equal((await service.askSigned(spare, 'DELETE', `${KEYS}/${accessKey}`)).status, 204)
    assert.equal((await service.askSigned(spare, 'GET', '/v3/regions')).status, 401)
    await service.restart()
    assert.equal((await service.askSigned(spare, 'GET', '/v3/regions')).status, 401)
    assert.equal((await service.askSigned(eve, 'GET', '/v3/regions')).status, 200)
  })
})
