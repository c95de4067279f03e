import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { assertRefused, idsIn, PEERINGS, peeringBody, requestPeering } from '../support/peerings.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const PENDING_TTL_MS = 60_000
const TOMBSTONE_TTL_MS = 600_000
const DELETED = `${PEERINGS}?status=DELETED`

suite('a deleted peering (P11)', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let eve: Person
  let made = 0
  before(async () => {
    const settings = { pendingTtlMs: PENDING_TTL_MS, tombstoneTtlMs: TOMBSTONE_TTL_MS }
    service = await startTestService({ settings })
    ;({ alice, bob } = service)
    eve = await service.eve()
  })
  after(() => service[Symbol.asyncDispose]())

  /** A new pair, brought to a status. */
  async function peeringIn(status: string) {
    made += 1
    const [a, b] = [await service.makeVpc(alice, `a-${made}`), await service.makeVpc(bob, `b-${made}`)]
    const { id } = await requestPeering(service, alice, a, bob, b)
    const path = `${PEERINGS}/${id}`
    if (status === 'ACTIVE') await service.ask(bob, 'PUT', `${path}/accept`)
    if (status === 'REJECTED') await service.ask(bob, 'PUT', `${path}/reject`)
    if (status === 'EXPIRED') service.clock.advance(PENDING_TTL_MS)
    const { peering } = (await service.ask(alice, 'GET', path)).body
    assert.equal(peering.status, status)
    return { id, a, b, path, peering }
  }

  async function assertGone(path: string, id: string): Promise<void> {
    const message = `Vpc peering ${id} could not be found`
    for (const who of [alice, bob, eve, service.admin]) {
      for (const [method, suffix, body] of [
        ['GET', '', undefined],
        ['PUT', '', { peering: { name: 'x' } }],
        ['PUT', '/accept', undefined],
        ['PUT', '/reject', undefined],
        ['DELETE', '', undefined],
      ] as const) {
        assertRefused(await service.ask(who, method, path + suffix, body), 404, 'VpcPeeringNotFound', message)
      }
    }
  }

  for (const status of ['PENDING_ACCEPTANCE', 'ACTIVE', 'REJECTED', 'EXPIRED']) {
    for (const side of ['requester', 'accepter']) {
      test(`the ${side} deletes one that is ${status}: 404 on every call from then on, to everybody`, async () => {
        const { id, path } = await peeringIn(status)
        const deleted = await service.ask(side === 'requester' ? alice : bob, 'DELETE', path)
        assert.deepEqual([deleted.status, deleted.body], [204, undefined])
        await assertGone(path, id)
        await service.restart()
        await assertGone(path, id)
      })
    }
  }

  test('only status=DELETED lists it, to both sides and the admin, and not to a stranger', async () => {
    const { id, a, path, peering } = await peeringIn('ACTIVE')
    service.clock.advance(2000)
    await service.ask(bob, 'DELETE', path)
    for (const who of [alice, bob, service.admin]) {
      const { body } = await service.ask(who, 'GET', `${DELETED}&id=${id}`)
      const expected = { ...peering, status: 'DELETED', updated_at: body.peerings[0]?.updated_at }
      assert.deepEqual(body, { peerings: [expected] })
      assert.equal(Date.parse(`${expected.updated_at}Z`) - Date.parse(`${peering.updated_at}Z`), 2000)
      for (const query of ['', `?id=${id}`, `?vpc_id=${a}`, '?status=ACTIVE']) {
        assert.ok(!idsIn(await service.ask(who, 'GET', PEERINGS + query)).includes(id), query)
      }
    }
    assert.deepEqual((await service.ask(eve, 'GET', DELETED)).body, { peerings: [] })
    assert.deepEqual((await service.ask(eve, 'GET', `${DELETED}&id=${id}`)).body, { peerings: [] })
  })

  test('it is listed until its time is over, to the millisecond, whether or not a sweep came by', async () => {
    for (const sweeps of [false, true]) {
      const { id, path } = await peeringIn('PENDING_ACCEPTANCE')
      await service.ask(alice, 'DELETE', path)
      const isListed = async () => idsIn(await service.ask(bob, 'GET', DELETED)).includes(id)
      service.clock.advance(TOMBSTONE_TTL_MS - 1)
      if (sweeps) await service.sweep()
      assert.equal(await isListed(), true)
      if (sweeps) await service.restart()
      assert.equal(await isListed(), true)
      service.clock.advance(1)
      assert.equal(await isListed(), false)
      assert.deepEqual(idsIn(await service.ask(service.admin, 'GET', `${DELETED}&id=${id}`)), [])
      if (sweeps) await service.sweep()
      service.clock.advance(1)
      assert.equal(await isListed(), false)
      await assertGone(path, id)
      if (sweeps) assert.deepEqual(await traces(id), { peering: 0, peering_member: 0, event: 2 })
    }
  })

  test('the pair is free again at once, as often as one likes', async () => {
    const { id, a, b, path } = await peeringIn('ACTIVE')
    await service.ask(alice, 'DELETE', path)
    const second = await service.ask(bob, 'POST', PEERINGS, peeringBody(b, a, alice.projectId))
    assert.equal(second.status, 201)
    await service.ask(bob, 'DELETE', `${PEERINGS}/${second.body.peering.id}`)
    assert.equal((await service.ask(alice, 'POST', PEERINGS, peeringBody(a, b, bob.projectId))).status, 201)
    const pair = idsIn(await service.ask(alice, 'GET', `${DELETED}&vpc_id=${a}`))
    assert.deepEqual(pair, [id, second.body.peering.id].sort())
  })

  test('of two deletes at once one is 204 and the other 404', async () => {
    const { path } = await peeringIn('ACTIVE')
    const answers = await Promise.all([alice, bob, alice, bob].map((who) => service.ask(who, 'DELETE', path)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 404, 404, 404])
  })

  test('with a time of 0 it is never listed', async () => {
    await service.restart({ tombstoneTtlMs: 0 })
    const { id, path } = await peeringIn('PENDING_ACCEPTANCE')
    await service.ask(alice, 'DELETE', path)
    assert.deepEqual(idsIn(await service.ask(alice, 'GET', `${DELETED}&id=${id}`)), [])
    await service.restart({ tombstoneTtlMs: TOMBSTONE_TTL_MS })
  })

  /** Rows that are left of a peering. */
  async function traces(id: string) {
    const db = new DatabaseSync(join(service.folder, 'causeway.sqlite'), { readOnly: true })
    const count = (table: string, column: string) =>
      db.prepare(`select count(*) as n from ${table} where ${column} = ?`).get(id)?.n
    const found = {
      peering: count('peering', 'id'),
      peering_member: count('peering_member', 'peering_id'),
      event: count('event', 'peering_id'),
    }
    db.close()
    return found
  }
})
