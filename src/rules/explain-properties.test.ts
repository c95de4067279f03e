/** Of any world: both ways or nothing, as a kernel would do it, and nobody learns what only the other side may know. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { hostIn, linkOf, peering, port, question, route, subnet, vpc, world } from '../../test/support/paths.ts'
import { explain } from './explain.ts'
import type { VpcFacts, World } from './explain-facts.ts'
import { probeAgrees } from './explain-probe.ts'
import type { Status } from './status.ts'

const NAMES = ['a', 'b', 'c', 'd'] as const
/** Few, so that they meet: two of them overlap, and any VPC may have any that its others do not overlap. */
const V4 = ['10.0.0.0/24', '10.0.0.0/25', '10.0.1.0/24', '10.0.2.0/24']
const V6 = ['fd00:0:0:1::/64', 'fd00:0:0:2::/64']
const DESTINATIONS = [...V4, '10.0.0.0/16', '0.0.0.0/0', '10.0.0.9/32', ...V6, 'fd00::/16', '::/0']
const STATUSES: readonly Status[] = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'PENDING_ACCEPTANCE', 'REJECTED', 'EXPIRED']

const someSubnets = fc.uniqueArray(
  fc.record({ v4: fc.constantFrom(...V4), v6: fc.option(fc.constantFrom(...V6)), table: fc.constantFrom('', '2') }),
  { maxLength: 2, comparator: (one, other) => meets(one.v4, other.v4) || (one.v6 !== null && one.v6 === other.v6) },
)
const someRoutes = fc.array(
  fc.record({
    ...{ destination: fc.constantFrom(...DESTINATIONS), table: fc.constantFrom('', '2') },
    to: fc.constantFrom(...NAMES),
  }),
  { maxLength: 5 },
)
const someVpc = fc.record({ subnets: someSubnets, routes: someRoutes, isAttached: fc.boolean() })
const somePeerings = fc.array(fc.constantFrom(...STATUSES, undefined), { minLength: 6, maxLength: 6 })

/** Routes stand only where their peering is ACTIVE, and one to a destination of a table, as the store has it. */
const someWorld = fc
  .tuple(fc.tuple(someVpc, someVpc, someVpc, someVpc), somePeerings)
  .map(([made, statuses]): World => {
    const pairs = NAMES.flatMap((one, index) => NAMES.slice(index + 1).map((other) => [one, other] as const))
    const peerings = pairs.flatMap(([one, other], index) => {
      const status = statuses[index]
      return status === undefined ? [] : [peering(one, other, status)]
    })
    const vpcs = made.map(({ subnets, routes, isAttached }, index) => {
      const name = NAMES[index] ?? ''
      const isActive = (to: string) => peerings.some(({ id, status }) => id === linkOf(name, to) && status === 'ACTIVE')
      const facts = subnets.map(({ v4, v6, table }, nth) =>
        subnet(name, `s-${name}-${nth}`, [v4, ...(v6 === null ? [] : [v6])], name + table),
      )
      const standing = routes.filter(({ to }) => to !== name && isActive(to))
      const kept = new Map(standing.map((each) => [`${each.table} ${each.destination}`, each]))
      return vpc(name, {
        subnets: facts,
        routes: [...kept.values()].map(({ table, destination, to }) =>
          route(name + table, destination, linkOf(name, to)),
        ),
        ports: facts.map(({ id, families }, nth) => {
          return port(
            id,
            families.map(({ cidr }) => hostIn(cidr, 9n)),
            { isAttached: nth === 0 || isAttached },
          )
        }),
      })
    })
    return world(vpcs, peerings)
  })

const someAddress = fc.constantFrom(
  ...[...V4, ...V6].flatMap((cidr) => [hostIn(cidr, 9n), hostIn(cidr, 1n), hostIn(cidr, 77n)]),
)
const someName = fc.constantFrom(...NAMES)

/** A question from a port of the world, where it has one. */
const asked = fc
  .record({
    there: someWorld,
    from: someName,
    nth: fc.nat(3),
    to: someAddress,
    goal: fc.option(someName, { nil: undefined }),
  })
  .map(({ there, from, nth, to, goal }) => {
    const ports = vpcIn(there, from).ports
    const { id, addresses = [] } = ports[nth % Math.max(ports.length, 1)] ?? {}
    const address = addresses.find((each) => each.includes(':') === to.includes(':')) ?? addresses[0] ?? '10.0.0.9'
    return { there, from, address, to, asking: question(from, address, to, { port: id, vpc: goal }) }
  })

test('without a VPC named, the verdict is whether an answer comes, as a kernel would have it', () => {
  const verdicts = { reachable: 0, unreachable: 0 }
  check(asked, ({ there, from, address, to, asking }) => {
    const told = explain({ ...asking, to: { ...asking.to, vpcId: undefined } }, there)
    const comes = answers(there, from, address, to)
    assert.equal(told.verdict, comes ? 'reachable' : 'unreachable', JSON.stringify(told.reasons))
    assert.equal(told.answers, comes && address === to ? undefined : comes)
    const last = told.back.at(-1)
    assert.equal(comes, last?.ok === true && told.there.every(({ ok }) => ok))
    verdicts[told.verdict] += 1
  })
  assert.ok(verdicts.reachable > 100 && verdicts.unreachable > 100, JSON.stringify(verdicts))
})

test('with a VPC named it is reachable only if an answer comes, and then the way leads into that VPC', () => {
  check(asked, ({ there, asking }) => {
    const told = explain(asking, there)
    assert.equal(
      told.verdict === 'unreachable',
      told.reasons.some(({ decisive }) => decisive),
    )
    if (told.verdict === 'unreachable') return
    assert.equal(told.answers, asking.from.address === asking.to.address ? undefined : true)
    assert.equal(told.there.at(-1)?.vpcId, asking.to.vpcId ?? told.to.vpcId)
  })
})

test('it is symmetric: what reaches an attached port is reached from there', () => {
  let reached = 0
  check(asked, ({ there, asking }) => {
    const told = explain(asking, there)
    const { vpcId, portId, address } = told.to
    if (told.verdict === 'unreachable' || vpcId === undefined || portId === undefined) return
    reached += 1
    const back = question(vpcId, address, asking.from.address, { port: portId, vpc: asking.from.vpcId })
    assert.deepEqual(explain(back, there).reasons, [])
  })
  assert.ok(reached > 40, `${reached} were reached`)
})

test('what has nothing to do with the path changes nothing of the verdict', () => {
  check(fc.tuple(asked, someVpc), ([{ there, asking, address, to }, { subnets }]) => {
    const other = subnets.map(({ v4 }, nth) => subnet('x', `s-x-${nth}`, [v4]))
    const elsewhere = route(asking.from.vpcId, '192.168.0.0/16', linkOf('a', 'b'))
    const more = {
      vpcs: [
        ...there.vpcs.map((each) => ({ ...each, routes: [elsewhere, ...each.routes] })),
        vpc('x', { subnets: other, routes: [route('x', '0.0.0.0/0', linkOf(asking.from.vpcId, 'x'))] }),
        vpc('y', { subnets: other }),
      ],
      peerings: [...there.peerings, peering('x', asking.from.vpcId), peering('x', 'y')],
    }
    const told = explain(asking, { ...there, ...more })
    assert.equal(told.verdict, explain(asking, there).verdict, `${address} to ${to}`)
  })
})

test('without the peering that it crosses, nothing gets there, whether or not its routes went with it', () => {
  check(asked, ({ there, asking }) => {
    const told = explain(asking, there)
    const link = told.there.find(({ at }) => at === 'peering')?.id
    if (told.verdict === 'unreachable' || link === undefined) return
    const without = { ...there, peerings: there.peerings.filter(({ id }) => id !== link) }
    const clean = { ...without, vpcs: there.vpcs.map((each) => withoutVia(each, link)) }
    for (const left of [without, clean]) {
      const { verdict } = explain({ ...asking, to: { ...asking.to, vpcId: told.to.vpcId } }, left)
      assert.equal(verdict, 'unreachable')
    }
  })
})

test('of the other side a tenant is told ok or not ok: all else of it may be anything', () => {
  check(asked, ({ there, asking }) => {
    const seen = { ...there, vpcs: there.vpcs.map((each) => ({ ...each, mayKnow: each.id === asking.from.vpcId })) }
    // Only what the caller has a part in is theirs to see.
    const peerings = there.peerings.filter((each) => sideOf(each, asking.from.vpcId))
    const told = explain(asking, { ...seen, peerings })
    const bare = {
      ...seen,
      peerings,
      vpcs: seen.vpcs.map((each) => (each.mayKnow ? each : bareOf(each, asking.from.address, asking.to.address))),
    }
    assert.deepEqual(told, explain(asking, bare))
    // Nor does a probe tell what is intended beyond that.
    const full = explain(asking, there)
    const lost = { outcome: 'lost', detail: '', milliseconds: undefined } as const
    if (told.answers === undefined) assert.equal(probeAgrees(told, lost), undefined)
    else assert.equal(told.answers, full.answers)
  })
})

/** A VPC of which nothing is left but whether it has the one address, and by which peering it sends to the other. */
function bareOf(whole: VpcFacts, from: string, to: string): VpcFacts {
  const place = whole.subnets.find(({ families }) => families.some(({ cidr }) => within(to, cidr)))
  if (place === undefined) return vpc(whole.id, { mayKnow: false })
  const block = place.families.filter(({ cidr }) => within(to, cidr)).map(({ cidr }) => cidr)
  const nexthop = sends(whole, to, from)
  const host = `${from}/${from.includes(':') ? 128 : 32}`
  return vpc(whole.id, {
    mayKnow: false,
    subnets: [subnet('bare', 'bare', block)],
    routes: nexthop === undefined ? [] : [route('bare', host, nexthop)],
  })
}

function withoutVia(facts: VpcFacts, link: string): VpcFacts {
  return { ...facts, routes: facts.routes.filter(({ nexthop }) => nexthop !== link) }
}

function sideOf({ requester, accepter }: World['peerings'][number], id: string): boolean {
  return requester.vpcId === id || accepter.vpcId === id
}

function vpcIn(there: World, id: string): VpcFacts {
  return there.vpcs.find((each) => each.id === id) ?? vpc(id)
}

/** As the router of a VPC decides: undefined for what is delivered within, or dropped. */
function sends(router: VpcFacts, source: string, address: string): string | undefined {
  if (router.subnets.some(({ families }) => families.some(({ cidr }) => within(address, cidr)))) return undefined
  const rule = router.subnets.find(({ families }) => families.some(({ cidr }) => within(source, cidr)))
  const lengths = address.includes(':') ? 128 : 32
  for (let length = lengths; length >= 0; length -= 1) {
    const found = router.routes.find(({ tableId, destination }) => {
      return tableId === rule?.tableId && destination.endsWith(`/${length}`) && within(address, destination)
    })
    if (found !== undefined) return found.nexthop
  }
  return undefined
}

/** Whether the kernels of the routers would carry a packet from an attached port, and its answer back. */
function answers(there: World, from: string, source: string, to: string): boolean {
  const home = vpcIn(there, from)
  const alive = (router: VpcFacts, address: string) => {
    const place = router.subnets.find(({ families }) => families.some(({ cidr }) => within(address, cidr)))
    const isGateway = place?.families.some(({ gateway }) => gateway === address)
    return (
      isGateway ||
      router.ports.some((each) => each.subnetId === place?.id && each.isAttached && each.addresses.includes(address))
    )
  }
  if (!alive(home, source) || source.includes(':') !== to.includes(':')) return false
  if (home.subnets.some(({ families }) => families.some(({ cidr }) => within(to, cidr)))) return alive(home, to)
  const out = sends(home, source, to)
  const link = there.peerings.find(({ id }) => id === out)
  if (link === undefined) return false
  const peer = vpcIn(there, link.requester.vpcId === from ? link.accepter.vpcId : link.requester.vpcId)
  // A packet that came by a peering and is for none of its subnets finds no rule; and the source must lead back by it.
  return alive(peer, to) && sends(peer, to, source) === out
}

function within(address: string, block: string): boolean {
  if (address.includes(':') !== block.includes(':')) return false
  const [network, length] = ipaddr.parseCIDR(block)
  return ipaddr.parse(address).match(network, length)
}

function meets(one: string, other: string): boolean {
  return within(one.split('/')[0] ?? '', other) || within(other.split('/')[0] ?? '', one)
}

function check<T>(what: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(what, holds), { numRuns: 2000 })
}
