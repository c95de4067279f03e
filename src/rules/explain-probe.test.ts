import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  A,
  AB,
  B,
  B6,
  changed,
  far,
  GOOD,
  hidden,
  near,
  peering,
  question,
  subnet,
  withPort,
} from '../../test/support/paths.ts'
import { crossed, explain } from './explain.ts'
import type { Question, World } from './explain-facts.ts'
import { canProbe, probeAgrees } from './explain-probe.ts'
import type { PortId } from './ids.ts'

const P = `p-${A}-sa`
const ask = (to: string, more: Parameters<typeof question>[3] = {}) => question('a', A, to, more)
const named = (more: Parameters<typeof question>[3] = {}) => ask(B, { vpc: 'b', ...more })

test('a path crosses the ACTIVE peering between its two VPCs, whether or not it gets there', () => {
  assert.equal(crossed(ask(B), GOOD)?.id, AB)
  assert.equal(crossed(named(), changed({ a: { routes: [] } }))?.id, AB)
  assert.equal(crossed(named(), changed({}, { peerings: [peering('a', 'b', 'PENDING_ACCEPTANCE')] })), undefined)
  for (const to of [A, '10.1.1.9', '10.4.0.1']) assert.equal(crossed(ask(to), GOOD), undefined)
})

suite('a probe', () => {
  test('goes out from an attached port by an address of its own, and else says why not', () => {
    const sent = { vpcId: 'a', portId: P as PortId, from: A, to: B, size: 84 }
    assert.deepEqual(canProbe(named(), GOOD), sent)
    assert.deepEqual(canProbe(named({ port: P }), GOOD), sent)
    const refused = (asked: Question, there = GOOD) => {
      const told = canProbe(asked, there)
      return 'outcome' in told ? [told.outcome, told.detail] : told
    }
    assert.deepEqual(refused(question('a', '10.1.0.1', B)), ['unavailable', 'no port has the address 10.1.0.1'])
    assert.deepEqual(refused(question('a', '10.1.0.8', B, { port: P })), [
      ...['unavailable', `10.1.0.8 is no address of port ${P} itself`],
    ])
    assert.deepEqual(refused(ask(B6)), ['unavailable', 'the addresses are of different families'])
    for (const more of [{ isAttached: false }, { adminStateUp: false }]) {
      assert.deepEqual(refused(ask(B), changed({ a: withPort(near, more) })), [
        ...['unavailable', `port ${P} is attached to no workload`],
      ])
    }
  })

  test('agrees where the packet does what is intended, as far as the caller may know what that is', () => {
    const agrees = (asked: Question, there: World) =>
      (['answered', 'lost', 'too_big', 'unavailable'] as const).map((outcome) =>
        probeAgrees(explain(asked, there), { outcome, detail: '', milliseconds: undefined }),
      )
    assert.deepEqual(agrees(ask(B), GOOD), [true, false, false, undefined])
    assert.deepEqual(agrees(ask('10.2.0.8'), GOOD), [false, true, true, undefined])
    for (const to of [B, '10.2.0.8']) {
      assert.deepEqual(agrees(ask(to), hidden(GOOD)), [true, undefined, undefined, undefined])
    }
    assert.deepEqual(agrees(ask(B), hidden(changed({ b: { routes: [] } }))), [false, true, true, undefined])
    assert.deepEqual(
      agrees(ask(A), GOOD),
      [true, undefined, undefined, undefined],
      'its own loopback is its own affair',
    )
    // Somebody else answers than who is meant: that is what the packet does.
    const twin = changed({
      a: { subnets: [...near.subnets, subnet('a', 'sb', ['10.2.0.0/25'])], ports: [...near.ports, ...far.ports] },
    })
    assert.equal(explain(named(), twin).verdict, 'unreachable')
    assert.deepEqual(agrees(named(), twin), [true, false, false, undefined])
  })
})
