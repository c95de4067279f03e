/** Our own view of a peering, and the protection against deletion that each side may give it. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { assertRefused, NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { type Answer, type Person, send, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const TOMBSTONE_TTL_MS = 1000

suite('a protected peering', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let admin: Person
  let made = 0
  let vpcs: { a: string; b: string }
  let id: string
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS, tombstoneTtlMs: TOMBSTONE_TTL_MS } })
    ;({ alice, bob, admin } = service)
    for (const { projectId } of [alice, bob]) {
      const body = { quotas: { vpc: -1, vpcPeer: -1 } }
      await service.ask(admin, 'PUT', `/causeway/v1/projects/${projectId}/quotas`, body)
    }
  })
  after(() => service[Symbol.asyncDispose]())
  beforeEach(async () => {
    made += 1
    vpcs = { a: await service.makeVpc(alice, `a-${made}`), b: await service.makeVpc(bob, `b-${made}`) }
    id = (await requestPeering(service, alice, vpcs.a, bob, vpcs.b)).id
  })

  const path = () => `/causeway/v1/peerings/${id}`
  const view = (who: Person) => service.ask(who, 'GET', path())
  const protect = (who: Person, isProtected = true) => service.ask(who, 'PUT', path(), { protected: isProtected })
  const remove = (who: Person) => service.ask(who, 'DELETE', `${PEERINGS}/${id}`)
  const accept = async () => assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
  const removeVpc = (who: Person, vpc: string) => service.ask(who, 'DELETE', `/v1/${who.projectId}/vpcs/${vpc}`)
  const protectedBy = async () => (await view(bob)).body.protected_by
  const assertProtected = (answer: Answer, whose: string) => {
    const message = `Vpc peering ${id} is protected against deletion by ${whose}`
    assertRefused(answer, 409, 'VpcPeeringProtected', message)
    assert.equal(answer.body.error_code, 'VPC.1541')
  }

  test('is shown to both sides as the published object with its protection, which that object does not show', async () => {
    const { body } = await service.ask(alice, 'GET', `${PEERINGS}/${id}`)
    const bare = { ...body.peering, protected: false, protected_by: [], dataplane: null, traffic: null }
    for (const who of [alice, bob, admin]) {
      const { auto_routes: _, ...shown } = (await view(who)).body
      assert.deepEqual(shown, bare)
    }
    const set = await protect(bob)
    const { auto_routes: _, ...shown } = set.body
    assert.deepEqual([set.status, shown], [200, { ...bare, protected: true, protected_by: ['accepter'] }])
    assert.deepEqual((await protect(alice)).body.protected_by, ['requester', 'accepter'])
    for (const who of [alice, bob, admin])
      assert.deepEqual((await view(who)).body.protected_by, ['requester', 'accepter'])
    assert.deepEqual((await service.ask(alice, 'GET', `${PEERINGS}/${id}`)).body, body)
  })

  test('is deleted by nobody while it is ACTIVE and either side protects it, and the text says which', async () => {
    await accept()
    await protect(bob)
    for (const who of [alice, bob, admin]) assertProtected(await remove(who), 'its accepter')
    await protect(alice)
    assertProtected(await remove(bob), 'its requester and its accepter')
    await protect(bob, false)
    assertProtected(await remove(bob), 'its requester')
    const { body } = await view(alice)
    assert.deepEqual([body.status, body.protected_by], ['ACTIVE', ['requester']])
    await protect(alice, false)
    assert.equal((await remove(bob)).status, 204)
  })

  test('can be renamed and answered like any other', async () => {
    await protect(alice)
    await accept()
    const renamed = await service.ask(bob, 'PUT', `${PEERINGS}/${id}`, { peering: { name: 'new' } })
    assert.equal(renamed.body.peering.name, 'new')
  })

  test('is protected by each side for itself alone: one cannot take back what the other has set', async () => {
    await protect(alice)
    assert.deepEqual((await protect(bob, false)).body.protected_by, ['requester'])
    assert.deepEqual((await protect(alice, true)).body.protected_by, ['requester'])
    assert.deepEqual((await protect(alice, false)).body.protected_by, [])
    assert.deepEqual((await protect(alice, false)).body.protected_by, [])
  })

  test('is protected for both sides by an admin who takes part in neither, and freed likewise', async () => {
    assert.deepEqual((await protect(admin)).body.protected_by, ['requester', 'accepter'])
    assertProtected(await remove(admin), 'its requester and its accepter')
    assert.deepEqual((await protect(admin, false)).body.protected_by, [])
    assert.equal((await remove(admin)).status, 204)
  })

  test('is not fastened to the other side while that has not accepted: it may delete it, and its VPC with it', async () => {
    await protect(alice)
    assertProtected(await remove(alice), 'its requester')
    assert.equal((await removeVpc(bob, vpcs.b)).status, 204)
    assert.equal((await view(alice)).status, 404)

    const b = await service.makeVpc(bob, '')
    id = (await requestPeering(service, alice, vpcs.a, bob, b)).id
    await protect(alice)
    assert.equal((await remove(bob)).status, 204)
  })

  test('is not taken along by the deletion of its protector’s VPC, which names it; and then, unprotected, it is', async () => {
    for (const end of ['expire', 'reject']) {
      if (end === 'reject') await service.ask(bob, 'PUT', `${PEERINGS}/${id}/reject`)
      await protect(bob)
      if (end === 'expire') service.clock.advance(TTL_MS)
      const stored = dump(service.folder)
      const refused = await removeVpc(bob, vpcs.b)
      assert.deepEqual([refused.status, refused.body.code], [409, 'VPC.1541'])
      assert.match(refused.body.message, new RegExp(`^Vpc peering ${id} is protected .* by its accepter$`))
      assert.deepEqual(dump(service.folder), stored)
      await protect(bob, false)
      assert.equal((await removeVpc(bob, vpcs.b)).status, 204)
      vpcs.b = await service.makeVpc(bob, '')
      id = (await requestPeering(service, alice, vpcs.a, bob, vpcs.b)).id
    }
  })

  test('stays protected over a restart, and its tombstone leaves nothing of it when it is forgotten', async () => {
    await protect(alice)
    await service.restart()
    assert.deepEqual(await protectedBy(), ['requester'])
    const rows = () => dump(service.folder).peering_protection?.filter((row) => JSON.stringify(row).includes(id))
    assert.equal(rows()?.length, 1)
    assert.equal((await remove(bob)).status, 204)
    service.clock.advance(TOMBSTONE_TTL_MS)
    await service.sweep()
    assert.deepEqual(rows(), [])
  })

  test('has an ETag of its own, which moves with protection and with every change of the peering', async () => {
    const etag = async () => String((await view(bob)).headers.get('etag'))
    const etags = [await etag()]
    await protect(bob)
    etags.push(await etag())
    await protect(alice)
    etags.push(await etag())
    await accept()
    etags.push(await etag())
    assert.equal(new Set(etags).size, 4, etags.join())
    const conditional = (method: string, headers: Record<string, string>, body?: unknown) =>
      send(service.url, method, path(), body, { 'x-auth-token': bob.token, ...headers })
    const known = await conditional('GET', { 'if-none-match': await etag() })
    assert.deepEqual([known.status, known.body], [304, undefined])
    const stale = await conditional('PUT', { 'if-match': String(etags[0]) }, { protected: false })
    assert.deepEqual([stale.status, stale.body.error_code], [412, 'VPC.1542'])
    assert.deepEqual(await protectedBy(), ['requester', 'accepter'])
    assert.equal((await conditional('PUT', { 'if-match': await etag() }, { protected: false })).status, 200)
  })

  test('of a delete and a protection at once one wins, and the other is told', async () => {
    await accept()
    const [deleted, set] = await Promise.all([remove(alice), protect(bob)])
    if (deleted.status === 204) assert.equal(set.status, 404)
    else assert.deepEqual([deleted.status, set.status], [409, 200])
  })

  test('is not found by strangers, by no id and by a name; and takes true or false, nothing else', async () => {
    const eve = await service.eve()
    for (const answer of [
      await view(eve),
      await protect(eve),
      await service.ask(alice, 'GET', '/causeway/v1/peerings/x'),
    ]) {
      assert.deepEqual([answer.status, answer.body.error_code], [404, 'VPC.1503'])
    }
    const nobodys = await service.ask(alice, 'PUT', `/causeway/v1/peerings/${NOBODYS_ID}`, { protected: true })
    assert.equal(nobodys.status, 404)
    for (const body of [{}, { protected: 'yes' }, { protected: null }, [], undefined]) {
      assert.equal((await service.ask(alice, 'PUT', path(), body)).status, 400, JSON.stringify(body))
    }
    assert.deepEqual(await protectedBy(), [])
  })
})
