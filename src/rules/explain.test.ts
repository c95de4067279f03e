import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  A,
  A6,
  AB,
  B,
  B6,
  BOTH,
  changed,
  far,
  GOOD,
  hidden,
  linkOf,
  near,
  peering,
  question,
  route,
  subnet,
  withPort,
} from '../../test/support/paths.ts'
import { explain } from './explain.ts'
import { parseHost, type Question, type World } from './explain-facts.ts'
import { REASON_CODES, type ReasonCode } from './explain-reasons.ts'
import type { Peering } from './peering.ts'
import { Refusal } from './refusal.ts'

const peerings = (...ab: readonly Peering[]) => ({ peerings: [...ab, peering('b', 'c')] })
const unrouted = (more: Partial<World>) => changed({ a: { routes: [] }, b: { routes: [] } }, more)

/** Code, and `?` behind one that is not decisive. */
function told(asked: Question, there: World): string {
  const { verdict, reasons } = explain(asked, there)
  return [verdict, ...reasons.map(({ code, decisive }) => code + (decisive ? '' : '?'))].join(' ')
}

const ask = (to: string, more: Parameters<typeof question>[3] = {}) => question('a', A, to, more)
const named = (more: Parameters<typeof question>[3] = {}) => ask(B, { vpc: 'b', ...more })
const P = `p-${A}-sa`

/** What is asked in which world, and what is told: the owner of all first, then the owner of A alone. */
const CASES: Readonly<Record<string, readonly [Question, World, ...string[]]>> = {
  'routed both ways': [ask(B), GOOD, 'reachable'],
  'the same in IPv6': [question('a', A6, B6), GOOD, 'reachable'],
  'the VPC named': [named(), GOOD, 'reachable'],
  'from the port, whatever its address': [named({ port: P }), GOOD, 'reachable'],
  'the other family': [ask(B6), GOOD, 'unreachable FAMILY_MISMATCH'],
  'the other family, and no route': [ask(B6), changed({ a: { routes: [] } }), 'unreachable FAMILY_MISMATCH'],
  'an address that the port has not': [
    { ...named({ port: P }), from: { ...named({ port: P }).from, address: '10.1.0.7' } },
    GOOD,
    'unreachable SPOOFED_SOURCE',
  ],
  'a source in no subnet': [question('a', '10.9.0.9', B), GOOD, 'unreachable NO_SUCH_SUBNET'],
  'a source that nobody has': [question('a', '10.1.0.8', B), GOOD, 'unreachable NO_SUCH_ADDRESS'],
  'from a gateway': [question('a', '10.1.0.1', B), GOOD, 'reachable'],
  'a source that is down': [ask(B), changed({ a: withPort(near, { adminStateUp: false }) }), 'unreachable PORT_DOWN'],
  'a source without a workload': [
    ask(B),
    changed({ a: withPort(near, { isAttached: false }) }),
    'unreachable PORT_DETACHED',
  ],
  'no data plane to be attached to': [
    ask(B),
    changed({ a: withPort(near, { isAttached: false }) }, { hasDataplane: false }),
    'reachable',
  ],
  'the largest packet': [ask(B, { size: 1500 }), GOOD, 'reachable'],
  'one byte more': [ask(B, { size: 1501 }), GOOD, 'unreachable MTU'],
  'one byte more to itself': [ask(A, { size: 1501 }), GOOD, 'reachable'],
  'to itself': [ask(A), GOOD, 'reachable'],
  'to itself, without a workload': [
    ask(A),
    changed({ a: withPort(near, { isAttached: false }) }),
    'unreachable PORT_DETACHED',
  ],
  'to its own gateway': [ask('10.1.0.1'), GOOD, 'reachable'],
  'to the gateway of a sister': [ask('10.1.1.1'), GOOD, 'reachable'],
  'to a far gateway': [ask('10.2.0.1'), GOOD, 'reachable'],
  'to a sister subnet': [ask('10.1.1.9'), GOOD, 'reachable'],
  'to nobody in its own subnet': [ask('10.1.0.8'), GOOD, 'unreachable NO_SUCH_ADDRESS'],
  'to a subnet that its own VPC has not': [ask('10.1.9.9', { vpc: 'a' }), GOOD, 'unreachable NO_SUCH_SUBNET'],
  'no peering at all': [ask(B), unrouted({ peerings: [] }), 'unreachable NO_PEERING NO_ROUTE'],
  'no peering with the one that is named': [
    named(),
    unrouted({ peerings: [] }),
    'unreachable NO_PEERING NO_ROUTE NO_RETURN_ROUTE',
  ],
  'a request that waits': [
    named(),
    unrouted(peerings(peering('a', 'b', 'PENDING_ACCEPTANCE'))),
    'unreachable PEERING_PENDING NO_ROUTE NO_RETURN_ROUTE',
  ],
  'a request that was rejected': [
    named(),
    unrouted(peerings(peering('a', 'b', 'REJECTED'))),
    'unreachable PEERING_REJECTED NO_ROUTE NO_RETURN_ROUTE',
  ],
  'a request that expired': [
    named(),
    unrouted(peerings(peering('a', 'b', 'EXPIRED'))),
    'unreachable PEERING_EXPIRED NO_ROUTE NO_RETURN_ROUTE',
  ],
  'the newest of the dead': [
    named(),
    unrouted(peerings(peering('a', 'b', 'EXPIRED', 2), peering('a', 'b', 'REJECTED', 1))),
    'unreachable PEERING_EXPIRED NO_ROUTE NO_RETURN_ROUTE',
  ],
  'the live one before any dead one': [
    named(),
    unrouted(peerings(peering('a', 'b', 'PENDING_ACCEPTANCE', 1), peering('a', 'b', 'REJECTED', 2))),
    'unreachable PEERING_PENDING NO_ROUTE NO_RETURN_ROUTE',
  ],
  'a request that waits, and nobody named': [
    ask(B),
    unrouted(peerings(peering('a', 'b', 'PENDING_ACCEPTANCE'))),
    'unreachable PEERING_PENDING NO_ROUTE',
  ],
  'two that wait, and nobody named': [
    ask(B),
    unrouted(peerings(peering('a', 'b', 'PENDING_ACCEPTANCE'), peering('a', 'c', 'PENDING_ACCEPTANCE'))),
    'unreachable NO_ROUTE PEERING_PENDING? PEERING_PENDING?',
  ],
  'no route': [ask(B), changed({ a: { routes: [] } }), 'unreachable NO_ROUTE'],
  'a route in another table': [
    ask(B),
    changed({ a: { routes: [route('a2', '10.2.0.0/16', AB)] } }),
    'unreachable NO_ROUTE',
  ],
  'a route by a peering that is gone': [
    named(),
    changed({}, peerings(peering('a', 'b', 'EXPIRED'))),
    'unreachable PEERING_EXPIRED NO_ROUTE NO_RETURN_ROUTE',
  ],
  'no way back': [ask(B), changed({ b: { routes: [] } }), 'unreachable NO_RETURN_ROUTE'],
  'a way back by another peering': [
    ask(B),
    changed({ b: { routes: [route('b', '10.1.0.0/16', linkOf('b', 'c'))] } }),
    'unreachable NO_RETURN_ROUTE',
  ],
  'a way back that another peering takes': [
    ask(B),
    changed({ b: { routes: [...far.routes, route('b', '10.1.0.0/24', linkOf('b', 'c'))] } }),
    ...['unreachable ROUTE_SHADOWED_BY', 'unreachable NO_RETURN_ROUTE'],
  ],
  'a way that another peering takes': [
    named(),
    changed(
      { a: { routes: [...near.routes, route('a', '10.2.0.0/24', linkOf('a', 'd'))] } },
      {
        peerings: [...BOTH, peering('a', 'd')],
      },
    ),
    'unreachable ROUTE_SHADOWED_BY',
  ],
  'the same, and nobody named': [
    ask(B),
    changed(
      { a: { routes: [...near.routes, route('a', '10.2.0.0/24', linkOf('a', 'd'))] } },
      {
        peerings: [...BOTH, peering('a', 'd')],
      },
    ),
    'unreachable ROUTE_SHADOWED_BY',
  ],
  'a route by another peering only': [
    named(),
    changed(
      { a: { routes: [route('a', '10.2.0.0/24', linkOf('a', 'd'))] } },
      { peerings: [...BOTH, peering('a', 'd')] },
    ),
    'unreachable NO_ROUTE',
  ],
  'a far address in a subnet of its own': [
    named(),
    changed({ a: { subnets: [...near.subnets, subnet('a', 'sa3', ['10.2.0.0/25'])] } }),
    'unreachable CIDR_OVERLAP',
  ],
  'a source in a subnet of the far side': [
    named(),
    changed({ b: { subnets: [...far.subnets, subnet('b', 'sb2', ['10.1.0.0/25'])] } }),
    ...['unreachable CIDR_OVERLAP', 'unreachable NO_RETURN_ROUTE'],
  ],
  'through B to C': [
    ask('10.3.0.9'),
    changed({ a: { routes: [...near.routes, route('a', '10.3.0.0/16', AB)] } }),
    ...['unreachable NOT_TRANSITIVE NO_SUCH_SUBNET', 'unreachable NO_SUCH_SUBNET'],
  ],
  'through B to C, which is named': [
    ask('10.3.0.9', { vpc: 'c' }),
    changed({ a: { routes: [...near.routes, route('a', '10.3.0.0/16', AB)] } }),
    'unreachable NOT_TRANSITIVE NO_PEERING NO_ROUTE NO_RETURN_ROUTE',
  ],
  'to where B has no subnet': [ask('10.2.9.9'), GOOD, 'unreachable NO_SUCH_SUBNET'],
  'to where nobody is': [ask('10.2.0.8'), GOOD, 'unreachable NO_SUCH_ADDRESS', 'reachable'],
  'to a port that is down': [
    ask(B),
    changed({ b: withPort(far, { adminStateUp: false }) }),
    ...['unreachable PORT_DOWN', 'reachable'],
  ],
  'to a port without a workload': [
    ask(B),
    changed({ b: withPort(far, { isAttached: false }) }),
    ...['unreachable PORT_DETACHED', 'reachable'],
  ],
  'a router that is behind': [
    ask(B),
    changed({}, { behind: [{ vpcId: far.id, state: 'APPLYING' }] }),
    'reachable DATAPLANE_BEHIND?',
  ],
  'a router that fails': [
    ask(B),
    changed({ b: { routes: [] } }, { behind: [{ vpcId: near.id, state: 'DEGRADED' }] }),
    'unreachable NO_RETURN_ROUTE DATAPLANE_BEHIND?',
  ],
  'all that is wrong at once': [
    named({ size: 9000 }),
    changed({ a: { routes: [], ...withPort(near, { isAttached: false }) }, b: { routes: [], ports: [] } }),
    'unreachable PORT_DETACHED MTU NO_ROUTE NO_SUCH_ADDRESS NO_RETURN_ROUTE',
    'unreachable PORT_DETACHED MTU NO_ROUTE NO_RETURN_ROUTE',
  ],
}

suite('explain', () => {
  for (const [name, [asked, there, all = '', own = all]] of Object.entries(CASES)) {
    test(`${name}: ${all}`, () => {
      assert.equal(told(asked, there), all)
      assert.equal(told(asked, hidden(there)), own, 'to the owner of A alone')
    })
  }

  test('every reason is proved by a case, and says what to do', () => {
    const seen = new Set<ReasonCode>()
    const pairs = [{ ipAddress: '10.8.0.0/24', macAddress: '' }]
    const outside = changed({ a: withPort(near, { allowed: pairs }) })
    const all = [...Object.values(CASES), [question('a', '10.8.0.3', B, { port: P }), outside] as const]
    for (const [asked, there] of all) {
      for (const { code, message, next } of explain(asked, there).reasons) {
        seen.add(code)
        assert.match(message, /^\S.*\.$/)
        assert.match(next, /^\S.*\.$/)
      }
    }
    assert.deepEqual([...seen].sort(), [...REASON_CODES].sort())
  })

  test('a port may send from its allowed pairs, under its own MAC, and from there only within its subnet', () => {
    const send = (address: string, ipAddress: string, macAddress = '') => {
      const there = changed({ a: withPort(near, { allowed: [{ ipAddress, macAddress }] }) })
      return told(question('a', address, B, { port: P }), there)
    }
    for (const block of ['10.1.0.77', '10.1.0.70/28', '1.1.1.1/0']) assert.equal(send('10.1.0.77', block), 'reachable')
    assert.equal(send('10.1.0.77', '10.1.0.77', 'FA:16:3E:00:00:01'), 'reachable')
    const spoofed = 'unreachable SPOOFED_SOURCE'
    assert.equal(send('10.1.0.77', '10.1.0.77', 'fa:16:3e:00:00:02'), spoofed)
    assert.equal(send('10.1.0.80', '10.1.0.70/28'), spoofed)
    assert.equal(send('10.1.0.77', '::/0'), spoofed)
    for (const address of ['10.8.0.3', '10.1.1.9']) {
      assert.equal(send(address, '1.1.1.1/0'), 'unreachable SOURCE_OUTSIDE_SUBNET')
    }
    // What the far side has for an address that is not from here is not to be found out.
    const back = changed({ b: { routes: [route('b', '10.8.0.0/16', AB)] }, a: withPort(near, { allowed: pairsOfAll }) })
    assert.equal(told(question('a', '10.8.0.3', B, { port: P }), back), 'unreachable SOURCE_OUTSIDE_SUBNET')
    assert.equal(told(question('a', '10.8.0.3', B, { port: P }), changed({ b: { routes: [] } })), spoofed)
  })
  const pairsOfAll = [{ ipAddress: '1.1.1.1/0', macAddress: '' }]
})

test('a host is what a workload can have, in its one spelling', () => {
  assert.equal(parseHost('x', 'FD00:0::1'), 'fd00::1')
  assert.equal(parseHost('x', '::ffff:10.0.0.1'), '10.0.0.1')
  for (const text of [
    '',
    '10.0.0.0/8',
    '0.1.2.3',
    '127.9.9.9',
    '169.254.0.1',
    '239.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
  ]) {
    assert.throws(
      () => parseHost('x', text),
      (error) => error instanceof Refusal && error.code === 'invalid_input',
      text,
    )
  }
})
