/** Explain says at every step of two tenants why nothing gets through, to each what it may know, until it does. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { codesIn, EXPLAIN, makePlace, type Place, type Reason } from '../support/explain.ts'
import { scopedTo } from '../support/logins.ts'
import { NOBODYS_ID, PEERINGS, requestPeering } from '../support/peerings.ts'
import { makeSubnet, portCalls } from '../support/ports.ts'
import { makeRoute, makeTable, tablesOf } from '../support/routes.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

const TTL_MS = 60_000
suite('explain', () => {
  let service: TestService
  let alice: Person
  let bob: Person
  let admin: Person
  before(async () => {
    service = await startTestService({ settings: { pendingTtlMs: TTL_MS } })
    ;({ alice, bob, admin } = service)
  })
  after(() => service[Symbol.asyncDispose]())

  const place = (who: Person, net: number) => makePlace(service, who, net)

  async function ask(who: Person, from: object, to: object, more: object = {}): Promise<Answer['body']> {
    const { status, body } = await service.ask(who, 'POST', EXPLAIN, { from, to, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  /** Of an address of the other's VPC, which is named. */
  const told = async (who: Person, from: Place, to: Place) =>
    codesIn(await ask(who, { port: from.port }, { vpc: to.vpc, address: to.v4 }))

  let nets = 0
  let mine: Place
  let theirs: Place
  beforeEach(async () => {
    const net = 10 + ++nets
    mine = await place(alice, net)
    theirs = await place(bob, net + 100)
  })

  test('says at every step what is missing, to both tenants and the admin, for both families', async () => {
    const refused = await service.ask(alice, 'POST', EXPLAIN, {
      ...{ from: { port: mine.port }, to: { vpc: theirs.vpc, address: theirs.v4 } },
    })
    assert.equal(refused.status, 404, 'a VPC that has nothing to do with the caller')
    const unnamed = () => ask(alice, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(codesIn(await unnamed()), ['unreachable', 'NO_PEERING', 'NO_ROUTE'])
    const { id } = await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    const pending = ['unreachable', 'PEERING_PENDING', 'NO_ROUTE', 'NO_RETURN_ROUTE']
    assert.deepEqual(await told(alice, mine, theirs), pending)
    assert.deepEqual(await told(bob, theirs, mine), pending)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    assert.deepEqual(await told(alice, mine, theirs), ['unreachable', 'NO_ROUTE', 'NO_RETURN_ROUTE'])
    await makeRoute(service, alice, mine.vpc, id, theirs.cidr)
    assert.deepEqual(await told(alice, mine, theirs), ['unreachable', 'NO_RETURN_ROUTE'])
    assert.deepEqual(await told(bob, theirs, mine), ['unreachable', 'NO_ROUTE'])
    await makeRoute(service, bob, theirs.vpc, id, mine.cidr)
    for (const who of [alice, admin]) assert.deepEqual(await told(who, mine, theirs), ['reachable'])
    assert.deepEqual(await told(bob, theirs, mine), ['reachable'])
    const v6 = () => ask(alice, { port: mine.port }, { address: theirs.v6 })
    assert.deepEqual(codesIn(await v6()), ['unreachable', 'NO_ROUTE', 'NO_RETURN_ROUTE'])
    await makeRoute(service, alice, mine.vpc, id, theirs.cidr6)
    await makeRoute(service, bob, theirs.vpc, id, mine.cidr6)
    assert.deepEqual(codesIn(await v6()), ['reachable'])
    assert.equal((await service.ask(bob, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    assert.deepEqual(codesIn(await unnamed()), ['unreachable', 'NO_PEERING', 'NO_ROUTE'])
  })

  test('tells a rejected and an expired request apart, at the very instant, and the newest one counts', async () => {
    const { id } = await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/reject`)).status, 200)
    assert.deepEqual((await told(alice, mine, theirs))[1], 'PEERING_REJECTED')
    service.clock.advance(1)
    await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    assert.deepEqual((await told(alice, mine, theirs))[1], 'PEERING_PENDING')
    service.clock.advance(TTL_MS - 1)
    assert.deepEqual((await told(alice, mine, theirs))[1], 'PEERING_PENDING')
    service.clock.advance(1)
    assert.deepEqual((await told(alice, mine, theirs))[1], 'PEERING_EXPIRED')
    const unnamed = await ask(alice, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(
      unnamed.reasons.map(({ code, decisive }: Reason) => [code, decisive]),
      [
        ['PEERING_EXPIRED', true],
        ['NO_ROUTE', true],
      ],
    )
  })

  async function peered(): Promise<string> {
    const { id } = await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    await makeRoute(service, alice, mine.vpc, id, theirs.cidr)
    await makeRoute(service, bob, theirs.vpc, id, mine.cidr)
    return id
  }

  test('shows the way there and back, of the far side to its own people all, and to others whether it is ok', async () => {
    const id = await peered()
    const tables = async (who: Person, vpc: string) =>
      (await service.ask(who, 'GET', `${tablesOf(who)}?vpc_id=${vpc}`)).body.routetables[0].id
    const [table, far] = [await tables(alice, mine.vpc), await tables(bob, theirs.vpc)]
    const way = (hops: readonly { at: string; id: string; ok: boolean }[]) =>
      hops.map((hop) => (hop.at === 'route' ? 'route' : [hop.at, hop.id, hop.ok]))
    const out = [
      ...[
        ['port', mine.port, true],
        ['subnet', mine.subnet, true],
        ['router', mine.vpc, true],
      ],
      ...[['routetable', table, true], 'route', ['peering', id, true]],
    ]
    const home = [
      ...[
        ['peering', id, true],
        ['router', mine.vpc, true],
        ['subnet', mine.subnet, true],
        ['port', mine.port, true],
      ],
    ]
    const there = [
      ['router', theirs.vpc, true],
      ['subnet', theirs.subnet, true],
      ['port', theirs.port, true],
    ]
    await service.sweep()
    const stored = dump(service.folder)
    const whole = await ask(admin, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(dump(service.folder), stored, 'asking writes nothing')
    assert.deepEqual(way(whole.hops.there), [...out, ...there])
    assert.deepEqual(way(whole.hops.back), [...there.toReversed(), ['routetable', far, true], 'route', ...home])
    assert.deepEqual(whole.to, {
      vpc_id: theirs.vpc,
      subnet_id: theirs.subnet,
      port_id: theirs.port,
      address: theirs.v4,
    })
    const seen = await ask(alice, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(way(seen.hops.there), [...out, ['vpc', theirs.vpc, true]])
    assert.deepEqual(way(seen.hops.back), [['vpc', theirs.vpc, true], ...home])
    assert.deepEqual(seen.to, { vpc_id: theirs.vpc, address: theirs.v4 })
  })

  test('never tells a tenant what only the other may know: the answer is the same whatever that is', async () => {
    const id = await peered()
    const asked = () => ask(alice, { port: mine.port }, { address: theirs.v4 })
    const first = await asked()
    assert.equal(first.verdict, 'reachable')
    // The port goes, and another subnet, table and peering come: all of it is bob's alone.
    assert.equal((await portCalls(service, bob).remove(theirs.port)).status, 204)
    await makeSubnet(service, bob, theirs.vpc, { cidr: theirs.cidr.replace('.1.0/24', '.2.0/24') })
    await makeTable(service, bob, theirs.vpc)
    const other = await place(bob, 250)
    const own = await requestPeering(service, bob, theirs.vpc, bob, other.vpc)
    await makeRoute(service, bob, theirs.vpc, own.id, other.cidr)
    assert.deepEqual(await asked(), first)
    assert.deepEqual(codesIn(await ask(admin, { port: mine.port }, { address: theirs.v4 })), [
      ...['unreachable', 'NO_SUCH_ADDRESS'],
    ])
    assert.deepEqual(codesIn(await ask(bob, { vpc: theirs.vpc, address: theirs.v4 }, { address: mine.v4 })), [
      ...['unreachable', 'NO_SUCH_ADDRESS'],
    ])
    // An address of bob's other VPC: that there is one behind his is his to know.
    const routed = await makeRoute(service, alice, mine.vpc, id, other.cidr)
    const beyond = () => ask(alice, { port: mine.port }, { address: other.v4 })
    assert.deepEqual(codesIn(await beyond()), ['unreachable', 'NO_SUCH_SUBNET'])
    const known = await ask(admin, { port: mine.port }, { address: other.v4 })
    assert.deepEqual(codesIn(known), ['unreachable', 'NOT_TRANSITIVE', 'NO_SUCH_SUBNET'])
    assert.ok(JSON.stringify(known).includes(routed.id) && JSON.stringify(known).includes(own.id))
    for (const secret of [theirs.subnet, own.id, other.vpc, theirs.port])
      assert.ok(!JSON.stringify([await beyond(), await asked()]).includes(secret))
  })

  test('an unanswered request opens nothing: what the VPC that was asked for is like stays untold', async () => {
    await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    const asked = async (address: string) => {
      const body = await ask(alice, { port: mine.port }, { vpc: theirs.vpc, address })
      return JSON.stringify(body).replaceAll(address, 'x')
    }
    assert.equal(await asked(theirs.v4), await asked('10.251.0.9'))
    const known = await ask(bob, { port: theirs.port }, { vpc: mine.vpc, address: '10.251.0.9' })
    assert.ok(!codesIn(known).includes('NO_SUCH_SUBNET'))
  })

  test('finds what of its own side is in the way: another table, a shadow, an overlap, a spoofed source', async () => {
    await peered()
    const table = await makeTable(service, alice, mine.vpc)
    const action = `${tablesOf(alice)}/${table.id}/action`
    const move = (subnets: object) => service.ask(alice, 'POST', action, { routetable: { subnets } })
    assert.equal((await move({ associate: [mine.subnet] })).status, 200)
    const without = await ask(alice, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(codesIn(without), ['unreachable', 'NO_ROUTE'])
    assert.match(without.reasons[0].next, /move the subnet to table/)
    assert.equal((await move({ disassociate: [mine.subnet] })).status, 200)

    const other = await place(alice, 252)
    const own = await requestPeering(service, alice, mine.vpc, alice, other.vpc)
    const shadow = await makeRoute(service, alice, mine.vpc, own.id, `${theirs.v4}/32`)
    const shadowed = await ask(alice, { port: mine.port }, { address: theirs.v4 })
    assert.deepEqual(codesIn(shadowed), ['unreachable', 'ROUTE_SHADOWED_BY'])
    assert.deepEqual(shadowed.reasons[0].objects[0], { type: 'route', id: shadow.id })
    assert.equal(shadowed.hops.there.at(-1).ok, false)
    assert.equal((await service.ask(alice, 'DELETE', `/v2.0/vpc/routes/${shadow.id}`)).status, 204)

    const spoofed = () =>
      ask(alice, { port: mine.port, address: mine.v4.replace(/\d+$/, '77') }, { address: theirs.v4 })
    assert.deepEqual(codesIn(await spoofed()), ['unreachable', 'SPOOFED_SOURCE'])
    const pairs = [{ ip_address: mine.v4.replace(/\d+$/, '64/26') }]
    assert.equal((await portCalls(service, alice).update(mine.port, { allowed_address_pairs: pairs })).status, 200)
    assert.deepEqual(codesIn(await spoofed()), ['reachable'])
    assert.deepEqual(codesIn(await ask(alice, { port: mine.port }, { address: theirs.v4 }, { size: 1501 })), [
      ...['unreachable', 'MTU'],
    ])
  })

  test('A and B, B and C are peered, and A and C are not', async () => {
    const [middle, last] = [await place(alice, 253), await place(bob, 254)]
    await requestPeering(service, alice, mine.vpc, alice, middle.vpc)
    const far = await requestPeering(service, alice, middle.vpc, bob, last.vpc)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${far.id}/accept`)).status, 200)
    const body = await ask(alice, { port: mine.port }, { vpc: last.vpc, address: last.v4 })
    assert.deepEqual(codesIn(body), ['unreachable', 'NOT_TRANSITIVE', 'NO_PEERING', 'NO_ROUTE', 'NO_RETURN_ROUTE'])
    assert.deepEqual(body.reasons[0].objects[0], { type: 'vpc', id: middle.vpc })
  })

  test('what two VPCs of the other tenant have with each other is not told', async () => {
    const twin = await place(bob, 249)
    await requestPeering(service, bob, theirs.vpc, bob, twin.vpc)
    const { id } = await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    await requestPeering(service, alice, mine.vpc, bob, twin.vpc)
    const first = async (who: Person) =>
      codesIn(await ask(who, { port: mine.port }, { vpc: twin.vpc, address: twin.v4 }))[1]
    assert.deepEqual([await first(alice), await first(admin)], ['PEERING_PENDING', 'NOT_TRANSITIVE'])
  })

  test('two subnets of one block: what is meant for the other VPC stays at home', async () => {
    const twin = await place(bob, Number(mine.cidr.split('.')[1]))
    const { id } = await requestPeering(service, alice, mine.vpc, bob, twin.vpc)
    assert.equal((await service.ask(bob, 'PUT', `${PEERINGS}/${id}/accept`)).status, 200)
    const body = await ask(alice, { port: mine.port }, { vpc: twin.vpc, address: twin.v4 })
    assert.deepEqual(codesIn(body), ['unreachable', 'CIDR_OVERLAP', 'NO_RETURN_ROUTE'])
    const known = await ask(admin, { port: mine.port }, { vpc: twin.vpc, address: twin.v4 })
    assert.deepEqual(
      known.reasons.map(({ code, end }: Reason) => [code, end]),
      [
        ['CIDR_OVERLAP', 'source'],
        ['CIDR_OVERLAP', 'destination'],
      ],
    )
  })

  test('refuses what it cannot answer, and what is not for the caller to ask', async () => {
    const refused = async (who: Person, from: object, to: object, more: object = {}) => {
      const { status, body } = await service.ask(who, 'POST', EXPLAIN, { from, to, ...more })
      return [status, body.error_msg]
    }
    const from = { port: mine.port }
    const to = { address: theirs.v4 }
    assert.equal((await refused(bob, from, to))[0], 404)
    assert.equal((await refused(bob, { vpc: mine.vpc, address: mine.v4 }, to))[0], 404)
    assert.equal((await refused(alice, from, { port: theirs.port }))[0], 404)
    assert.equal((await refused(alice, { port: NOBODYS_ID }, to))[0], 404)
    await requestPeering(service, alice, mine.vpc, bob, theirs.vpc)
    const known = await refused(alice, from, { port: theirs.port })
    assert.deepEqual(known, [404, `Port ${theirs.port} could not be found.`], 'though its VPC may be named now')
    const { token } = await scopedTo(service, alice, 'unscoped')
    assert.equal((await refused({ ...alice, token }, { port: NOBODYS_ID }, to))[0], 403)
    assert.equal((await refused(alice, from, { ...to, vpc: 'x' }))[0], 404)
    assert.match((await refused(alice, { address: mine.v4 }, to)).join(), /^400,.*'from.vpc' is required/)
    assert.match(
      (await refused(alice, { vpc: mine.vpc }, to)).join(),
      /^400,.*'from' must have a 'port' or an 'address'/,
    )
    assert.match((await refused(alice, from, { port: mine.port, address: '10.9.9.9' })).join(), /^400,.*'to.address'/)
    const another = await place(alice, 255)
    assert.match(
      (await refused(alice, { ...from, vpc: another.vpc }, to)).join(),
      /^400,.*'from.vpc' is not the VPC of/,
    )
    for (const address of [
      'x',
      '127.0.0.1',
      '224.0.0.1',
      '0.0.0.0',
      '255.255.255.255',
      '169.254.1.1',
      '::1',
      'fe80::1',
    ]) {
      assert.match((await refused(alice, from, { address })).join(), /^400,.*'to.address' must be/, address)
    }
    assert.match((await refused(alice, from, to, { probe: true })).join(), /^400,.*'probe' takes a data plane/)
    for (const size of [47, 65_536, 1.5]) assert.equal((await refused(alice, from, to, { size }))[0], 400)
  })
})
