/** Idempotency-Key: a POST that is sent again is answered again, byte for byte, and done once. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { startProgram, temporaryFolder } from '../support/program.ts'
import { logIn, type Person, readOpenrc, send, startTestService, type TestService } from '../support/service.ts'

const DAY_MS = 24 * 60 * 60 * 1000

interface Told {
  readonly status: number
  readonly text: string
  readonly replayed: string | null
}

/** Sends a body as it is, with a key where one is given. */
async function post(url: string, who: Person, path: string, body: unknown, key?: string): Promise<Told> {
  const headers = {
    ...{ 'x-auth-token': who.token, 'content-type': 'application/json' },
    ...(key !== undefined && { 'idempotency-key': key }),
  }
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const { status } = response
  return { status, text: await response.text(), replayed: response.headers.get('idempotency-replayed') }
}

suite('a POST with an Idempotency-Key', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let made = 0
  before(async () => {
    service = await startTestService()
    ;({ alice, bob } = service)
    for (const { projectId } of [alice, bob]) {
      const body = { quotas: { vpc: -1, vpcPeer: -1 } }
      await service.ask(service.admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, body)
    }
  })
  after(() => service[Symbol.asyncDispose]())

  const newKey = () => `key-${++made}`
  const tell = (who: Person, path: string, body: unknown, key?: string) => post(service.url, who, path, body, key)
  const vpcs = (who: Person) => `/v1/${who.projectId}/vpcs`
  const makeVpc = (who: Person, key?: string, name = '') => tell(who, vpcs(who), { vpc: { name } }, key)
  const countVpcs = async (who: Person) => (await service.ask(who, 'GET', vpcs(who))).body.vpcs.length
  const newPair = async () => {
    const [one, other] = await Promise.all([makeVpc(alice), makeVpc(bob)])
    return peeringBody(JSON.parse(one.text).vpc.id, JSON.parse(other.text).vpc.id, bob.projectId)
  }

  test('is answered again byte for byte, says so, and makes nothing more', async () => {
    const key = newKey()
    const body = await newPair()
    const first = await tell(alice, PEERINGS, body, key)
    assert.deepEqual([first.status, first.replayed], [201, null])
    const stored = dump(service.folder)
    service.clock.advance(5000)
    assert.deepEqual(await tell(alice, PEERINGS, body, key), { ...first, replayed: 'true' })
    assert.deepEqual(dump(service.folder), stored)
  })

  test('is answered as at first though the object has changed since, or is gone', async () => {
    const key = newKey()
    const body = await newPair()
    const first = await tell(alice, PEERINGS, body, key)
    const path = `${PEERINGS}/${JSON.parse(first.text).peering.id}`
    assert.equal((await service.ask(bob, 'PUT', `${path}/accept`)).status, 200)
    assert.deepEqual(await tell(alice, PEERINGS, body, key), { ...first, replayed: 'true' })
    assert.equal((await service.ask(bob, 'DELETE', path)).status, 204)
    assert.deepEqual(await tell(alice, PEERINGS, body, key), { ...first, replayed: 'true' })
  })

  test('is answered again after a restart', async () => {
    const key = newKey()
    const first = await makeVpc(alice, key)
    await service.restart()
    assert.deepEqual(await makeVpc(alice, key), { ...first, replayed: 'true' })
  })

  test('makes one peering when it is sent 20 times at once, and gets 20 equal answers', async () => {
    const key = newKey()
    const body = await newPair()
    const answers = await Promise.all(Array.from({ length: 20 }, () => tell(alice, PEERINGS, body, key)))
    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1)
    assert.equal(answers[0]?.status, 201)
    assert.equal(answers.filter(({ replayed }) => replayed === null).length, 1)
    const list = await service.ask(alice, 'GET', `${PEERINGS}?vpc_id=${body.peering.request_vpc_info.vpc_id}`)
    assert.equal(list.body.peerings.length, 1)
  })

  test('is refused with 409 when its key came with another body or another path before', async () => {
    const key = newKey()
    assert.equal((await makeVpc(alice, key, 'once')).status, 200)
    const stored = dump(service.folder)
    const others: readonly [string, unknown][] = [
      [vpcs(alice), { vpc: { name: 'twice' } }],
      [vpcs(alice), { vpc: { name: 'once', cidr: '' } }],
      [`${vpcs(alice)}?a=b`, { vpc: { name: 'once' } }],
    ]
    for (const [path, body] of others) {
      const { status, text, replayed } = await tell(alice, path, body, key)
      const { code, error_code } = JSON.parse(text)
      assert.deepEqual([status, code, error_code, replayed], [409, 'APIGW.0409', 'APIGW.0409', null], path)
    }
    const pair = await newPair()
    const { status, text } = await tell(alice, PEERINGS, pair, key)
    assert.deepEqual([status, JSON.parse(text).NeutronError.type], [409, 'IdempotencyKeyReused'])
    assert.deepEqual(dump(service.folder).kept_answer, stored.kept_answer)
    assert.deepEqual(dump(service.folder).peering, stored.peering)
  })

  test('has its key to itself: another project, and another user of the project, may use the same', async () => {
    const key = newKey()
    const ids = [await makeVpc(alice, key), await makeVpc(bob, key)]
    const { admin } = service
    // The admin acts in alice's project, and is another user there.
    ids.push(await tell(admin, vpcs(alice), { vpc: { name: '' } }, key))
    assert.deepEqual(
      ids.map(({ status, replayed }) => [status, replayed]),
      Array.from({ length: 3 }, () => [200, null]),
    )
    assert.equal(new Set(ids.map(({ text }) => JSON.parse(text).vpc.id)).size, 3)
  })

  test('is done anew when it was refused: a refusal has changed nothing and is not kept', async () => {
    const key = newKey()
    const taken = await makeVpc(alice, undefined, 'taken')
    const refused = await makeVpc(alice, key, 'taken')
    assert.deepEqual([refused.status, JSON.parse(refused.text).code], [400, 'VPC.0115'])
    assert.equal((await makeVpc(alice, key, 'taken')).status, 400)
    await service.ask(alice, 'DELETE', `${vpcs(alice)}/${JSON.parse(taken.text).vpc.id}`)
    const { status, replayed } = await makeVpc(alice, key, 'taken')
    assert.deepEqual([status, replayed], [200, null])
  })

  test('is known for 24 hours to the millisecond, whether or not the sweep has come round', async () => {
    const key = newKey()
    const first = await makeVpc(alice, key)
    service.clock.advance(DAY_MS - 1)
    ;[alice, bob] = await Promise.all([logIn(service.url, alice), logIn(service.url, bob)])
    assert.deepEqual(await makeVpc(alice, key), { ...first, replayed: 'true' })
    service.clock.advance(1)
    const next = await makeVpc(alice, key, 'another body')
    assert.deepEqual([next.status, next.replayed], [200, null])
    assert.deepEqual(await makeVpc(alice, key, 'another body'), { ...next, replayed: 'true' })
  })

  test('is forgotten by the sweep after 24 hours, and not before', async () => {
    service.clock.advance(1)
    await makeVpc(alice, newKey())
    service.clock.advance(DAY_MS - 1)
    await service.sweep()
    assert.equal(dump(service.folder).kept_answer?.length, 1)
    service.clock.advance(1)
    ;[alice, bob] = await Promise.all([logIn(service.url, alice), logIn(service.url, bob)])
    await service.sweep()
    assert.deepEqual(dump(service.folder).kept_answer, [])
  })

  test('is refused with 400 when the key is empty, too long or not printable', async () => {
    const before = await countVpcs(alice)
    for (const key of ['', 'x'.repeat(256), 'tab\there', 'umlaut-ü']) {
      const { status, text } = await makeVpc(alice, key)
      assert.deepEqual([status, JSON.parse(text).code], [400, 'VPC.0101'], JSON.stringify(key))
      assert.match(JSON.parse(text).message, /'Idempotency-Key'/)
    }
    assert.equal(await countVpcs(alice), before)
    assert.equal((await makeVpc(alice, 'x'.repeat(255))).status, 200)
  })

  test('keeps neither the key nor the body, and a new user is made once', async () => {
    const admin = await logIn(service.url, service.admin)
    const key = `${newKey()}-secret-key`
    const body = { user: { name: 'carol', password: 'carols-long-password' } }
    const first = await tell(admin, '/v3/users', body, key)
    assert.equal(first.status, 201)
    assert.deepEqual(await tell(admin, '/v3/users', body, key), { ...first, replayed: 'true' })
    const kept = JSON.stringify(dump(service.folder).kept_answer)
    assert.doesNotMatch(kept, /secret-key|carols-long-password/)
  })

  test('a login takes no notice of a key, and neither does a PUT', async () => {
    const headers = { 'idempotency-key': '' }
    const user = { name: alice.name, password: alice.password, domain: { name: alice.domain } }
    const auth = { identity: { methods: ['password'], password: { user } } }
    assert.equal((await send(service.url, 'POST', '/v3/auth/tokens', { auth }, headers)).status, 201)
    const vpc = JSON.parse((await makeVpc(alice)).text).vpc.id
    const put = { ...headers, 'x-auth-token': alice.token }
    assert.equal((await send(service.url, 'PUT', `${vpcs(alice)}/${vpc}`, { vpc: { name: 'n' } }, put)).status, 200)
  })
})

/** Rounds of kills, and POSTs in flight in each. */
const ROUNDS = 6
const AT_ONCE = 40

test('a POST with a key is done once, however often the service is killed before it answers', async (context) => {
  using folder = temporaryFolder()
  let program = await startProgram(folder.path, { CAUSEWAY_LOG: 'warn' })
  try {
    const [alice, admin] = await Promise.all(
      ['alice', 'admin'].map((name) => logIn(program.url, readOpenrc(folder.path, name))),
    )
    assert.ok(alice && admin)
    const path = `/v1/${alice.projectId}/vpcs`
    await send(
      program.url,
      'PUT',
      `/causeway/v1/projects/${alice.projectId}/quotas`,
      { quotas: { vpc: -1 } },
      {
        'x-auth-token': admin.token,
      },
    )
    const create = (key: string) => post(program.url, alice, path, { vpc: { name: '' } }, key)
    let lost = 0
    let done = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const keys = Array.from({ length: AT_ONCE }, (_, index) => `round-${round}-${index}`)
      let answers = 0
      const first = await Promise.allSettled(
        keys.map(async (key) => {
          const answer = await create(key)
          answers += 1
          if (answers === round * 3 + 1) process.kill(program.pid, 'SIGKILL')
          return answer
        }),
      )
      await program.stop('SIGKILL')
      program = await startProgram(folder.path, { CAUSEWAY_LOG: 'warn' })
      const again = await Promise.all(keys.map(create))
      first.forEach((told, index) => {
        const repeat = again[index]
        assert.equal(repeat?.status, 200)
        if (told.status === 'fulfilled') assert.deepEqual(repeat, { ...told.value, replayed: 'true' })
        else lost += 1
        if (told.status === 'rejected' && repeat.replayed === 'true') done += 1
      })
    }
    const { body } = await send(program.url, 'GET', `${path}?limit=2000`, undefined, { 'x-auth-token': alice.token })
    assert.equal(body.vpcs.length, ROUNDS * AT_ONCE)
    context.diagnostic(`${lost} answers were lost; ${done} of these POSTs had been done`)
    assert.ok(lost > ROUNDS, 'the kills came too late to prove anything')
  } finally {
    await program.stop('SIGKILL')
  }
})
