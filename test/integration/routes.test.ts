/** `/v2.0/vpc/routes`, rule by rule. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { assertRefused, NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { addRoute, listedRoutes, makeRoute, peeredVpcs, ROUTES, routeBody } from '../support/routes.ts'
import { type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

suite('routes of default tables', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const create = (who: Person, route: object) => service.ask(who, 'POST', ROUTES, { route })

  /** Refused, and nothing is different. */
  async function assertNothingDone(call: Promise<Parameters<typeof assertRefused>[0]>, status: number, type: string) {
    const stored = dump(service.folder)
    const answer = await call
    assertRefused(answer, status, type)
    assert.deepEqual(dump(service.folder), stored)
    return answer.body
  }

  test('a route is created, shown, listed and deleted, by each side in its own VPC', async () => {
    const { a, b, peering } = await peeredVpcs(service, alice, bob)
    for (const [who, vpc] of [[alice, a] as const, [bob, b] as const]) {
      const answer = await create(who, routeBody(vpc, peering, '10.2.0.0/16'))
      assert.equal(answer.status, 201)
      const { route } = answer.body
      assert.match(route.id, UUID)
      assert.deepEqual(answer.body, {
        route: {
          ...{ id: route.id, type: 'peering', nexthop: peering, destination: '10.2.0.0/16' },
          ...{ vpc_id: vpc, tenant_id: who.projectId },
        },
      })
      const shown = await service.ask(who, 'GET', `${ROUTES}/${route.id}`)
      assert.deepEqual([shown.status, shown.body], [200, { route }])
      const listed = await service.ask(who, 'GET', `${ROUTES}?vpc_id=${vpc}`)
      assert.deepEqual([listed.status, listed.body], [200, { routes: [route] }])
      const other = who === alice ? bob : alice
      assertRefused(await service.ask(other, 'GET', `${ROUTES}/${route.id}`), 404, 'RouteNotFound')
      const deleted = await service.ask(who, 'DELETE', `${ROUTES}/${route.id}`)
      assert.deepEqual([deleted.status, deleted.body], [204, undefined])
      for (const method of ['GET', 'DELETE']) {
        const gone = await service.ask(who, method, `${ROUTES}/${route.id}`)
        assertRefused(gone, 404, 'RouteNotFound', `Route ${route.id} could not be found`)
      }
      assert.deepEqual((await service.ask(who, 'GET', `${ROUTES}?vpc_id=${vpc}`)).body, { routes: [] })
    }
  })

  test('a type other than peering is 400', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    for (const type of ['', 'local', 'ecs', 'vip', 'vpn', 'Peering']) {
      const body = await assertNothingDone(
        create(alice, routeBody(a, peering, '10.2.0.0/16', type)),
        400,
        'InvalidInput',
      )
      assert.equal(body.NeutronError.message, "Invalid input for operation: 'type' must be 'peering'.")
    }
  })

  test("a VPC that does not exist or is the other side's is 404", async () => {
    const { b, peering } = await peeredVpcs(service, alice, bob)
    for (const vpc of [b, NOBODYS_ID, 'a-name']) {
      await assertNothingDone(create(alice, routeBody(vpc, peering, '10.2.0.0/16')), 404, 'RouterNotFound')
    }
  })

  test('a peering that is unknown, of strangers, deleted or no id is 404', async () => {
    const { a } = await peeredVpcs(service, alice, bob)
    const eve = await service.eve()
    const strangers = await peeredVpcs(service, bob, eve)
    const gone = await peeredVpcs(service, alice, bob)
    await service.ask(alice, 'DELETE', `${PEERINGS}/${gone.peering}`)
    for (const [vpc, peering] of [
      ...[a].flatMap((vpc) => [NOBODYS_ID, 'a-name', strangers.peering].map((id) => [vpc, id] as const)),
      [gone.a, gone.peering] as const,
    ]) {
      const body = await assertNothingDone(
        create(alice, routeBody(vpc, peering, '10.2.0.0/16')),
        404,
        'VpcPeeringNotFound',
      )
      assert.equal(body.error_code, 'VPC.1503')
    }
  })

  test('a VPC that is no end of the peering is 400', async () => {
    const { peering } = await peeredVpcs(service, alice, bob)
    const other = await service.makeVpc(alice, 'no-end')
    const body = await assertNothingDone(create(alice, routeBody(other, peering, '10.2.0.0/16')), 400, 'InvalidInput')
    assert.equal(body.error_code, 'VPC.1522')
    assert.ok(body.error_msg.includes(`VPC ${other} is no end of vpc peering ${peering}`))
  })

  test('a peering that is not ACTIVE is 409: waiting, rejected, or expired by time alone', async () => {
    for (const status of ['PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED']) {
      const [a, b] = [await service.makeVpc(alice, `wait-a-${status}`), await service.makeVpc(bob, `wait-b-${status}`)]
      const { id } = await requestPeering(service, alice, a, bob, b)
      if (status === 'REJECTED') await service.ask(bob, 'PUT', `${PEERINGS}/${id}/reject`)
      if (status === 'EXPIRED') service.clock.advance(TTL_MS)
      for (const [who, vpc] of [[alice, a] as const, [bob, b] as const]) {
        const call = create(who, routeBody(vpc, id, '10.2.0.0/16'))
        const body = await assertNothingDone(call, 409, 'VpcPeeringStateInvalid')
        assert.deepEqual([body.error_code, body.error_msg], ['VPC.1512', `Vpc peering ${id} is in status ${status}`])
      }
    }
  })

  test('a destination that the table has is 409, however it is spelled', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    await makeRoute(service, alice, a, peering, '10.2.0.0/16')
    const six = await makeRoute(service, alice, a, peering, 'FD12:0::/48')
    assert.equal(six.destination, 'fd12::/48')
    for (const destination of ['10.2.0.0/16', 'fd12::/48', 'fd12:0:0::0/48']) {
      const body = await assertNothingDone(addRoute(service, alice, a, peering, destination), 409, 'RouteConflict')
      assert.equal(body.error_code, 'VPC.1524')
    }
    // Inside it and around it are other destinations.
    for (const destination of ['10.2.0.0/17', '10.0.0.0/14', 'fd12::/49', 'fd12::/47']) {
      await makeRoute(service, alice, a, peering, destination)
    }
  })

  test('a destination with host bits, without a prefix, or that is no block is 400', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    for (const destination of [
      ...['10.1.2.3/16', '10.1.2.3', '10.0.0.0/33', '10.0.0.0/08', '010.0.0.0/8', '', 'x', ' 10.0.0.0/8'],
      ...['fd00::1/64', 'fd00::', 'fd00::/129', 'fd00:/64', '::ffff:10.0.0.1/8'],
    ]) {
      await assertNothingDone(addRoute(service, alice, a, peering, destination), 400, 'InvalidInput')
    }
  })

  test("a destination in one of the system's local routes is 400, one around them is fine", async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    for (const destination of [
      '198.19.128.0/20',
      '198.19.130.0/24',
      '127.0.0.1/32',
      '100.64.0.0/10',
      '100.64.0.0/11',
    ]) {
      const body = await assertNothingDone(addRoute(service, alice, a, peering, destination), 400, 'InvalidInput')
      assert.equal(body.error_code, 'VPC.1523')
      assert.match(body.error_msg, /lies in the local route/)
    }
    for (const destination of ['0.0.0.0/0', '10.0.0.0/16', '::/0', '198.19.128.0/19', '100.0.0.0/9']) {
      await makeRoute(service, alice, a, peering, destination)
    }
  })

  test('a body that is no route is 400, member by member', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const whole = routeBody(a, peering, '10.2.0.0/16')
    for (const member of ['type', 'nexthop', 'destination', 'vpc_id']) {
      const body = await assertNothingDone(create(alice, { ...whole, [member]: undefined }), 400, 'InvalidInput')
      assert.equal(body.error_msg, `Invalid input for operation: 'route.${member}' is required.`)
      await assertNothingDone(create(alice, { ...whole, [member]: 5 }), 400, 'InvalidInput')
    }
    for (const member of ['nexthop', 'destination', 'vpc_id']) {
      const body = await assertNothingDone(create(alice, { ...whole, [member]: 'f:'.repeat(500) }), 400, 'InvalidInput')
      assert.ok(body.error_msg.length < 200, 'a text does not repeat what is far too long')
    }
    await assertNothingDone(service.ask(alice, 'POST', ROUTES, {}), 400, 'HTTPBadRequest')
    assert.equal((await create(alice, { ...whole, unknown: 1 })).status, 201)
  })

  test('the 201st route is 409, and after one is deleted there is room for one', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const answers = await Promise.all(
      Array.from({ length: 205 }, (_, index) => addRoute(service, alice, a, peering, `172.16.${index}.0/24`)),
    )
    const refused = answers.filter(({ status }) => status !== 201)
    assert.equal(refused.length, 5)
    for (const answer of refused) assertRefused(answer, 409, 'OverQuota', "Quota exceeded for resources: ['route'].")
    const made = answers.find(({ status }) => status === 201)
    await service.ask(alice, 'DELETE', `${ROUTES}/${made?.body.route.id}`)
    await makeRoute(service, alice, a, peering, '10.2.0.0/16')
    assertRefused(await addRoute(service, alice, a, peering, '10.3.0.0/16'), 409, 'OverQuota')
  })

  test('every filter finds what it names, a destination in any spelling, and what nothing can have finds nothing', async () => {
    const one = await peeredVpcs(service, alice, bob)
    const other = await peeredVpcs(service, alice, bob)
    const first = await makeRoute(service, alice, one.a, one.peering, '10.2.0.0/16')
    await makeRoute(service, bob, other.b, other.peering, '10.2.0.0/16')
    await makeRoute(service, alice, one.a, one.peering, 'fd01:2::/32')
    await makeRoute(service, alice, other.a, other.peering, '10.2.0.0/16')
    const list = (query: string) => listedRoutes(service, alice, `vpc_id=${one.a}&${query}`)
    assert.deepEqual(await list(''), ['10.2.0.0/16', 'fd01:2::/32'])
    assert.deepEqual(await list(`id=${first.id}`), ['10.2.0.0/16'])
    assert.deepEqual(await list('destination=10.2.0.0%2F16'), ['10.2.0.0/16'])
    assert.deepEqual(await list('destination=10.2.0.0/16'), ['10.2.0.0/16'])
    assert.deepEqual(await list('destination=FD01:0002:0:0::/32'), ['fd01:2::/32'])
    assert.deepEqual(await list('type=peering&destination=&id=&marker='), ['10.2.0.0/16', 'fd01:2::/32'])
    assert.deepEqual(await list(`tenant_id=${alice.projectId}`), ['10.2.0.0/16', 'fd01:2::/32'])
    assert.deepEqual(await listedRoutes(service, alice, `vpc_id=${other.a}`), ['10.2.0.0/16'])
    for (const nothing of [
      ...['id=x', 'vpc_id=x', 'tenant_id=x', 'destination=x', 'destination=10.2.0.1/16', 'type=local', 'type=vpn'],
      ...[`tenant_id=${bob.projectId}`, `id=${NOBODYS_ID}`, `vpc_id=${other.b}`],
    ]) {
      const { status, body } = await service.ask(alice, 'GET', `${ROUTES}?${nothing}`)
      assert.deepEqual([status, body], [200, { routes: [] }], nothing)
    }
    for (const wrong of ['limit=-1', 'limit=x', 'marker=x', 'page_reverse=x']) {
      assertRefused(await service.ask(alice, 'GET', `${ROUTES}?${wrong}`), 400, 'InvalidInput')
    }
  })

  test('pages ascend by id, and links lead on and back, repeating the other parameters', async () => {
    const { a, peering } = await peeredVpcs(service, alice, bob)
    for (let index = 0; index < 5; index += 1) await makeRoute(service, alice, a, peering, `10.${index + 2}.0.0/16`)
    const seen: string[] = []
    let path: string | undefined = `${ROUTES}?vpc_id=${a}&limit=2&type=peering`
    let last: string | undefined
    while (path !== undefined) {
      const { body } = await service.ask(alice, 'GET', path)
      seen.push(...body.routes.map(({ destination }: { destination: string }) => destination))
      const next = body.routes_links?.find(({ rel }: { rel: string }) => rel === 'next')?.href
      if (next !== undefined) assert.match(next, /^http:.*vpc_id=.*&limit=2&type=peering&marker=/)
      last = path
      path = next?.slice(service.url.length)
    }
    assert.deepEqual(seen, ['10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16', '10.5.0.0/16', '10.6.0.0/16'])
    const { body } = await service.ask(alice, 'GET', last ?? '')
    const [link] = body.routes_links
    assert.equal(link.rel, 'previous')
    const before = await service.ask(alice, 'GET', link.href.slice(service.url.length))
    assert.deepEqual(
      before.body.routes.map(({ destination }: { destination: string }) => destination),
      ['10.4.0.0/16', '10.5.0.0/16'],
    )
    assert.deepEqual((await service.ask(alice, 'GET', `${ROUTES}?vpc_id=${a}&limit=0`)).body, { routes: [] })
    assert.equal((await service.ask(alice, 'GET', `${ROUTES}?vpc_id=${a}&limit=5`)).body.routes_links, undefined)
  })

  test('an admin makes, sees and deletes the routes of any project, and lists those of the one it names', async () => {
    const { admin } = service
    const { a, peering } = await peeredVpcs(service, alice, bob)
    const route = await makeRoute(service, admin, a, peering, '10.2.0.0/16')
    assert.equal(route.tenant_id, alice.projectId)
    assert.deepEqual((await service.ask(admin, 'GET', `${ROUTES}/${route.id}`)).body, { route })
    assert.deepEqual(await listedRoutes(service, admin, `tenant_id=${alice.projectId}&vpc_id=${a}`), ['10.2.0.0/16'])
    assert.deepEqual(await listedRoutes(service, admin, `vpc_id=${a}`), [])
    assert.equal((await service.ask(admin, 'DELETE', `${ROUTES}/${route.id}`)).status, 204)
  })
})
