import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './access.ts'
import type { PeeringId, ProjectId } from './ids.ts'
import type { Peering } from './peering.ts'
import {
  asSeenBy,
  type Fault,
  isSynced,
  type Look,
  type Observed,
  observe,
  type Readiness,
  readinessOf,
} from './readiness.ts'

const [ONE, OTHER] = ['one', 'other'] as [PeeringId, PeeringId]

/** Looks one after the other, each at its own instant. */
function seen(...looks: readonly (readonly [generation: number, at: number, ...faults: Fault[]])[]): Observed {
  let observed: Observed | undefined
  for (const [generation, at, ...faults] of looks)
    observed = observe(observed, { generation, at, faults } satisfies Look)
  assert.ok(observed)
  return observed
}

const fault = (kind: Fault['kind'], id: string): Fault => ({ kind, id, message: `${kind} ${id} failed` })
const told = (observed: Observed | undefined, wanted = 1, peering = ONE, changedAt = 0) => {
  const { state, since, lastError } = readinessOf(peering, wanted, observed, changedAt)
  return [state, since, lastError]
}

test('a network that nobody has looked at is APPLYING since it changed, and 0 was observed', () => {
  assert.deepEqual(readinessOf(ONE, 3, undefined, 7), {
    ...{ state: 'APPLYING', generation: 3, observedGeneration: 0, since: 7, lastError: undefined },
  })
})

test('a network that was looked at before its last change is APPLYING since then, whether or not that look went well', () => {
  for (const observed of [seen([1, 5]), seen([1, 5, fault('router', 'r')])]) {
    const readiness = readinessOf(ONE, 2, observed, 9)
    const { state, generation, observedGeneration, since } = readiness
    assert.deepEqual([state, generation, observedGeneration, since], ['APPLYING', 2, 1, 9])
    assert.equal(readiness.lastError, undefined)
  }
})

test('a network that was seen to be right is SYNCED since the first look that found it so', () => {
  assert.deepEqual(told(seen([1, 5], [1, 6], [1, 7])), ['SYNCED', 5, undefined])
  assert.deepEqual(told(seen([1, 5], [2, 8]), 2), ['SYNCED', 8, undefined], 'in between it was APPLYING')
  const { generation, observedGeneration } = readinessOf(ONE, 1, seen([2, 8]), 0)
  assert.deepEqual([generation, observedGeneration], [2, 2], 'what was read as wanted is older than what was seen')
})

test('a failure of the router, a subnet or a table makes each of its peerings DEGRADED since the first one', () => {
  for (const kind of ['router', 'subnet', 'table'] as const) {
    const observed = seen([1, 5], [1, 6, fault(kind, 'x')], [1, 7, fault(kind, 'y')])
    for (const id of [ONE, OTHER]) assert.deepEqual(told(observed, 1, id), ['DEGRADED', 6, `${kind} y failed`])
    assert.deepEqual(told(observe(observed, { generation: 1, at: 8, faults: [] })), ['SYNCED', 8, undefined])
  }
})

test('P9: a failure of a peering is its own, and one of a port is no peering’s', () => {
  const observed = seen([1, 5], [1, 6, fault('peering', ONE), fault('port', 'p')], [1, 7, fault('peering', ONE)])
  assert.deepEqual(told(observed), ['DEGRADED', 6, `peering ${ONE} failed`])
  assert.deepEqual(told(observed, 1, OTHER), ['SYNCED', 5, undefined])
  const healed = observe(observed, { generation: 1, at: 9, faults: [] })
  assert.deepEqual(told(healed), ['SYNCED', 9, undefined])
  assert.deepEqual(told(healed, 1, OTHER), ['SYNCED', 5, undefined])
})

test('a peering whose own failure is followed by one of the router has been DEGRADED all the time', () => {
  const observed = seen([1, 5, fault('peering', ONE)], [1, 6, fault('router', 'r')], [1, 7, fault('router', 'r')])
  assert.deepEqual(told(observed), ['DEGRADED', 5, 'router r failed'])
  assert.deepEqual(told(observed, 1, OTHER), ['DEGRADED', 6, 'router r failed'])
})

test('both sides must be SYNCED', () => {
  const side = (state: Readiness['state']): Readiness => ({ ...readinessOf(ONE, 1, seen([1, 5]), 0), state })
  assert.equal(isSynced({ requester: side('SYNCED'), accepter: side('SYNCED') }), true)
  for (const state of ['APPLYING', 'DEGRADED'] as const) {
    assert.equal(isSynced({ requester: side('SYNCED'), accepter: side(state) }), false)
    assert.equal(isSynced({ requester: side(state), accepter: side('SYNCED') }), false)
  }
})

test('why a side is DEGRADED is told to that side and to an admin, and the state to both', () => {
  const [alice, bob] = ['alice', 'bob'] as [ProjectId, ProjectId]
  const peering = { requester: { projectId: alice }, accepter: { projectId: bob } } as Peering
  const readiness = readinessOf(ONE, 1, seen([1, 5, fault('router', 'r')]), 0)
  const errors = (projectId: ProjectId, admin: boolean) => {
    const { requester, accepter } = asSeenBy({ projectId, admin } as Caller, peering, {
      ...{ requester: readiness, accepter: readiness },
    })
    assert.deepEqual([requester.state, accepter.state], ['DEGRADED', 'DEGRADED'])
    return [requester.lastError !== undefined, accepter.lastError !== undefined]
  }
  assert.deepEqual(errors(alice, false), [true, false])
  assert.deepEqual(errors(bob, false), [false, true])
  assert.deepEqual(errors('admin' as ProjectId, true), [true, true])
})
