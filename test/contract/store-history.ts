/** The contract of src/store/history.ts: chains, and who is told what. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chained } from '../../src/store/chain.ts'
import type { ChainedEvent, PeeringEvent } from '../../src/store/history.ts'
import * as bodies from './store-bodies.ts'
import { look, openFresh } from './store-fresh.ts'
import { ALICE, BOB, birthOf, newId, PROJECTS } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

export function historyContract(kind: StoreKind): void {
  test('events are chained within their peering, numbered among all, and told to both projects and to no other', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const [one, other, own] = [newId(), newId(), newId()]
    const [, , EVE] = PROJECTS
    const next = (event: PeeringEvent): PeeringEvent => ({ ...event, at: 2, verb: 'update', from: event.to })
    const written: readonly PeeringEvent[] = [
      birthOf(one),
      { ...birthOf(other), requester: BOB, accepter: EVE },
      next(birthOf(one)),
      { ...birthOf(own), requester: ALICE, accepter: ALICE },
      next({ ...birthOf(other), requester: BOB, accepter: EVE }),
      { ...next(birthOf(one)), userId: undefined, requestId: 'r', why: 'time' },
    ]
    for (const event of written) await store.write(bodies.applyChanges, [['insertEvent', event]])

    const last = new Map<string, ChainedEvent>()
    const expected = written.map((event, index) => {
      const link = chained(last.get(event.peeringId), event)
      last.set(event.peeringId, link)
      return { ...link, seq: index + 1 }
    })
    const pick = (...numbers: readonly number[]) => numbers.map((seq) => expected[seq - 1])
    const history = (id: typeof one, after: number, limit: number) => look(store, (tx) => tx.history(id, after, limit))
    assert.deepEqual(await history(one, 0, 9), pick(1, 3, 6))
    assert.deepEqual(await history(one, 1, 1), pick(3))
    assert.deepEqual(await history(one, 3, 9), [])
    assert.deepEqual(await history(newId(), 0, 9), [])
    const events = (visibleTo: typeof ALICE | undefined, after: number, limit: number) =>
      look(store, (tx) => tx.events({ visibleTo, after, limit }))
    assert.deepEqual(await events(undefined, 0, 9), expected)
    assert.deepEqual(await events(undefined, 2, 2), pick(3, 4))
    assert.deepEqual(await events(ALICE, 0, 9), pick(1, 3, 4, 6))
    assert.deepEqual(await events(BOB, 0, 9), pick(1, 2, 3, 5, 6))
    assert.deepEqual(await events(BOB, 1, 3), pick(2, 3, 5))
    assert.deepEqual(await events(EVE, 0, 9), pick(2, 5))
    assert.equal(await look(store, (tx) => tx.lastSeq()), 6)
  })
}
