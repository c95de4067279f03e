/** Who must not reach whom, with real packets: what is peered carries them meanwhile, so that they could be seen. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { skipNetwork as skip } from '../support/netns.ts'
import {
  finish,
  HANGS_AFTER_MS,
  joinPlace,
  makePlace,
  type NetworkService,
  type Place,
  peerPlaces,
  routePlace,
  startNetworkService,
  synced,
} from '../support/network/site.ts'
import { ALL, carried, type Family, NONE, ping, until } from '../support/network/traffic.ts'
import { startWorkloads, type Workload } from '../support/network/workloads.ts'
import { PEERINGS, requestPeering } from '../support/peerings.ts'
import { makeRoute } from '../support/routes.ts'
import type { Person } from '../support/service.ts'

/** In a block that the neighbour alone may send from. */
const ALLOWED = '10.1.0.70'
const FAMILIES = ['v4', 'v6'] as const

suite('isolation', { skip, timeout: HANGS_AFTER_MS }, () => {
  let service: NetworkService
  let workloads: readonly Workload[] = []
  let free: Workload[] = []
  let eve: Person
  /** In one subnet, the second with leave to send from more. */
  let a: Place
  let neighbour: Place
  /** Peered with a's VPC and with c's. */
  let b: Place
  let c: Place
  /** Eve's, of the very same blocks and addresses as a and its neighbour. */
  let twin: Place
  let twinsNeighbour: Place

  const next = () => free.pop() ?? assert.fail('too few workloads')
  const place = (who: Person, cidr: string, subnet = cidr, vpc?: string) =>
    makePlace(service, who, next(), { cidr, subnet, ...(vpc !== undefined && { vpc }) })
  before(async () => {
    service = await startNetworkService()
    workloads = await startWorkloads(10)
    free = [...workloads]
    eve = await service.eve()
    const { alice, bob } = service
    a = await place(alice, '10.1.0.0/24')
    neighbour = await joinPlace(service, alice, next(), a, { allowed_address_pairs: [{ ip_address: '10.1.0.64/26' }] })
    b = await place(bob, '10.2.0.0/24')
    c = await place(alice, '10.3.0.0/24')
    twin = await place(eve, '10.1.0.0/24')
    twinsNeighbour = await joinPlace(service, eve, next(), twin)
    const [ab, bc] = [await peerPlaces(service, a, b), await peerPlaces(service, b, c)]
    // Routes as for a transit through b, which somebody may believe in.
    for (const far of [b, c]) await routePlace(service, a, ab, far)
    await routePlace(service, b, ab, a)
    await routePlace(service, b, bc, c)
    for (const far of [b, a]) await routePlace(service, c, bc, far)
    await synced(service, alice, ab)
    await synced(service, alice, bc)
  })
  after(() => finish(service, workloads))

  const assertCarried = async (expected: typeof ALL, ...pairs: readonly (readonly [Place, Place])[]) => {
    const both = pairs.flatMap(([from, to]) => [
      carried(from, to, expected === ALL),
      carried(to, from, expected === ALL),
    ])
    assert.deepEqual(
      await Promise.all(both),
      both.map(() => expected),
    )
  }
  const heardBy = async ({ workload }: Place) => (await workload.tell('heard', null)).map(([nonce]) => nonce)

  test('peerings do not add up: with all routes for it, nothing passes through a VPC to a third one', async () => {
    await assertCarried(ALL, [a, b], [b, c], [neighbour, b])
    await assertCarried(NONE, [a, c], [neighbour, c])
  })

  let sent = 0
  /** Sends from an address that the workload has given itself, and then from its own, which arrives. */
  const arrivesFrom = async (source: string, { workload, ...from }: Place, to: Place, family: Family) => {
    sent += 1
    // An IPv6 address may be sent from only once it is not tentative any more; with `nodad` it never is.
    const [prefix, options] = family === 'v4' ? [32, []] : [128, ['nodad']]
    const address = [`${source}/${prefix}`, 'dev', 'lo']
    await mustRun(workload, 'ip', 'addr', 'add', ...address, ...options)
    try {
      const send = async (nonce: string, own: string) => {
        const target = { to: to.addresses[family], nonce, from: own }
        assert.equal(await workload.tell('send', target), null)
      }
      await send(`other-${sent}`, source)
      await send(`own-${sent}`, from.addresses[family])
      await until('what is fair arrives', async () => (await heardBy(to)).includes(`own-${sent}`))
      return (await heardBy(to)).includes(`other-${sent}`)
    } finally {
      await mustRun(workload, 'ip', 'addr', 'del', ...address)
    }
  }

  test('what is sent from an address of somebody else is dropped, near and far', async () => {
    // Whatever it sends from, it asks for its gateway by its own address: else not even the asking would pass.
    for (const { workload } of [a, neighbour])
      await mustRun(workload, 'sysctl', '-qw', 'net.ipv4.conf.all.arp_announce=2')
    const reached: string[] = []
    for (const [source, to] of [
      // The far side has routes back to the neighbour's address: nothing but the port itself can tell.
      [neighbour.addresses, b],
      [c.addresses, neighbour],
      [{ v4: '203.0.113.7', v6: '2001:db8::7' }, b],
      [{ v4: ALLOWED, v6: c.addresses.v6 }, b],
    ] as const) {
      for (const family of FAMILIES) {
        if (await arrivesFrom(source[family], a, to, family))
          reached.push(`${source[family]} to ${to.addresses[family]}`)
      }
    }
    assert.deepEqual(reached, [])
    assert.ok(await arrivesFrom(ALLOWED, neighbour, b, 'v4'), 'what another port may send from, by a pair')
  })

  test('two VPCs of the very same blocks do not know of each other', async () => {
    assert.equal(twin.addresses.v4, a.addresses.v4)
    assert.equal(twinsNeighbour.addresses.v4, neighbour.addresses.v4)
    for (const [from, to, other] of [
      [a, neighbour, twinsNeighbour],
      [twin, twinsNeighbour, neighbour],
    ] as const) {
      const nonce = `to ${other === neighbour ? 'twin' : 'own'}`.replace(' ', '-')
      await from.workload.tell('send', { to: to.addresses.v4, nonce })
      await until('it arrives', async () => (await heardBy(to)).includes(nonce))
      assert.ok(!(await heardBy(other)).includes(nonce))
      assert.equal(
        (await carried(from, { ...other, addresses: { ...other.addresses, v4: to.addresses.v4 } }, false))['ping v6'],
        false,
      )
    }
  })

  test('a third tenant reaches nobody, and is reached by nobody, not even with a request under way', async () => {
    const assertAlone = async () => {
      for (const to of [b, c]) assert.deepEqual(await carried(twin, to, false), NONE)
      // By IPv4 it has the address of somebody who is there.
      for (const from of [b, c]) assert.equal(await ping(from, twin.addresses, 'v6', false), false)
    }
    await assertAlone()
    const { id } = await requestPeering(service, eve, twin.vpc, service.bob, b.vpc)
    await synced(service, eve, id)
    await assertAlone()
    assert.equal((await service.ask(eve, 'DELETE', `${PEERINGS}/${id}`)).status, 204)
    await assertCarried(ALL, [a, b])
  })

  test('VPCs with one and the same block are peered by routes to their subnets, but for the subnets they share', async () => {
    const { alice, bob } = service
    const mine = await place(alice, '192.168.0.0/16', '192.168.2.0/24')
    const minesShared = await place(alice, '', '192.168.1.0/24', mine.vpc)
    const theirs = await place(bob, '192.168.0.0/16', '192.168.3.0/24')
    const theirsShared = await place(bob, '', '192.168.1.0/24', theirs.vpc)
    const peering = await peerPlaces(service, mine, theirs)
    await routePlace(service, mine, peering, theirs)
    await routePlace(service, theirs, peering, mine)
    await synced(service, alice, peering)
    await assertCarried(ALL, [mine, theirs], [mine, minesShared], [theirs, theirsShared])
    assert.equal(minesShared.addresses.v4, theirsShared.addresses.v4)
    // There is a route there, and the way back leads to the shared subnet of the other side's own.
    for (const [from, to] of [
      [minesShared, theirs],
      [theirsShared, mine],
    ] as const) {
      assert.deepEqual(await carried(from, to, false), NONE)
    }
    // A route to all of it, and so over one's own subnets: those win, as they did.
    await makeRoute(service, alice, mine.vpc, peering, '192.168.0.0/16')
    await synced(service, alice, peering)
    await assertCarried(ALL, [mine, theirs], [mine, minesShared])
  })
})

async function mustRun(workload: Workload, program: string, ...args: readonly string[]): Promise<void> {
  assert.deepEqual(await workload.tell('run', { program, args }), { ok: true, output: '' })
}
