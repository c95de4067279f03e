/**
 * What every store must keep, whatever it is made of: the sentences of src/store/store.ts as tests. What is read while
 * others write, opening and closing are in store-life.ts, lists and counters in store-lists.ts, subnets in
 * store-subnets.ts, route tables and routes in store-routes.ts, who asks for automatic ones in store-automatic.ts, the
 * history in store-history.ts, generations in store-generations.ts.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PeeringId } from '../../src/rules/ids.ts'
import { Refusal } from '../../src/rules/refusal.ts'
import type { Store } from '../../src/store/store.ts'
import { automaticContract } from './store-automatic.ts'
import * as bodies from './store-bodies.ts'
import { isUnavailable, look, openFresh } from './store-fresh.ts'
import { generationContract } from './store-generations.ts'
import { historyContract } from './store-history.ts'
import { lifeContract } from './store-life.ts'
import { listContract } from './store-lists.ts'
import { portContract } from './store-ports.ts'
import { routeContract } from './store-routes.ts'
import { ALICE, birthOf, PROJECTS, peering, vpc, vpcAt } from './store-samples.ts'
import { subnetContract } from './store-subnets.ts'
import type { StoreKind } from './stores.ts'

export function storeContract(name: string, kind: StoreKind): void {
  suite(`a ${name} store`, () => {
    undoContract(kind)
    errorContract(kind)
    pairContract(kind)
    orderContract(kind)
    lifeContract(name, kind)
    listContract(kind)
    portContract(kind)
    subnetContract(kind)
    routeContract(kind)
    automaticContract(kind)
    historyContract(kind)
    generationContract(kind)
  })
}

function undoContract(kind: StoreKind): void {
  test('a body that throws leaves nothing behind, not even an event or a quota count', async () => {
    await using fresh = await openFresh(kind)
    const one = peering()
    const kept = peering({ requester: vpcAt(0), accepter: vpcAt(4) })
    const changes: readonly bodies.Change[] = [
      ['insertPeering', one],
      ['insertEvent', birthOf(one.id)],
      ['insertVpc', vpc({ name: 'gone' })],
      ['setLimit', ALICE, 'vpc', 7],
      ['insertSetting', 'a setting', 'of it'],
      ['revokeToken', 'a token', 9, 1],
      ['keepAnswer', { id: 'a key', fingerprint: 'f', result: 1, at: 1 }],
    ]
    const { store } = fresh
    // Together, so that a store that groups its commits has the three in one.
    const outcomes = await Promise.allSettled([
      store.write(bodies.applyThenFail, changes),
      store.write(bodies.applyChanges, [
        ['insertPeering', kept],
        ['insertEvent', birthOf(kept.id)],
      ]),
      store.write(bodies.applyThenRefuse, changes),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected'],
    )
    assert.equal(await look(store, (tx) => tx.peering(one.id)), undefined)
    assert.deepEqual(await look(store, (tx) => tx.peeringsOfVpc(vpcAt(0).vpcId)), [kept])
    assert.equal(await look(store, (tx) => tx.used(ALICE, 'vpcPeer')), 1)
    assert.equal(await look(store, (tx) => tx.used(ALICE, 'vpc')), 0)
    assert.equal(await look(store, (tx) => tx.limit(ALICE, 'vpc')), undefined)
    assert.equal(await look(store, (tx) => tx.vpcNamed(ALICE, 'gone')), undefined)
    assert.equal(await look(store, (tx) => tx.keptAnswer('a key')), undefined)
    assert.equal(await look(store, (tx) => tx.setting('a setting')), undefined)
    assert.equal(await look(store, (tx) => tx.isRevoked('a token')), false)
    assert.deepEqual(await kind.eventsIn(fresh.folder), [{ peeringId: kept.id, verb: 'create', to: kept.status }])
  })

  test('what a body that throws made of a VPC is seen by no later write, in its group or after it', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const one = vpc({ name: 'kept' })
    await store.write(bodies.applyChanges, [['insertVpc', one]])
    const [failed, inGroup] = await Promise.allSettled([
      store.write(bodies.renameThenFail, one.id),
      store.write(bodies.vpcInWrite, one.id),
    ])
    assert.match(String(failed.status === 'rejected' && failed.reason), /something unexpected in renameThenFail/)
    assert.deepEqual(inGroup, { status: 'fulfilled', value: one })
    assert.deepEqual(await store.write(bodies.vpcInWrite, one.id), one)
    await store.write(bodies.applyChanges, [['updateVpc', { ...one, name: 'new' }]])
    assert.equal((await store.write(bodies.vpcInWrite, one.id))?.name, 'new')
    await store.write(bodies.applyChanges, [['deleteVpc', one]])
    assert.equal(await store.write(bodies.vpcInWrite, one.id), undefined)
  })
}

function errorContract(kind: StoreKind): void {
  test('a refusal thrown in a body arrives with its code, message and facts', async () => {
    await using fresh = await openFresh(kind)
    await assert.rejects(fresh.store.write(bodies.applyThenRefuse, []), (error) => {
      assert.ok(error instanceof Refusal)
      assert.equal(error.code, 'vpc_has_peerings')
      assert.equal(error.message, 'no, because')
      assert.deepEqual(error.facts, { vpcId: 'a VPC', count: 3, certain: true })
      return true
    })
  })

  test('an unexpected error arrives with its message, and its stack names the body', async () => {
    await using fresh = await openFresh(kind)
    await assert.rejects(fresh.store.write(bodies.applyThenFail, []), (error) => {
      assert.ok(error instanceof Error && !(error instanceof Refusal))
      assert.equal(error.message, 'something unexpected in applyThenFail')
      assert.match(error.stack ?? '', /at .*run .*store-bodies\.ts:\d+/)
      return true
    })
    await assert.rejects(fresh.store.write(bodies.unlisted, undefined), /no write body is named unlisted/)
  })

  test('an error that cannot travel between threads is told all the same, and stops nobody else', async () => {
    await using fresh = await openFresh(kind)
    const [odd, next] = await Promise.allSettled([
      fresh.store.write(bodies.failOddly, undefined),
      fresh.store.write(bodies.countUp, ALICE),
    ])
    assert.ok(odd?.status === 'rejected' && /odd/.test(odd.reason.message))
    assert.deepEqual(next, { status: 'fulfilled', value: 1 })
  })
}

function pairContract(kind: StoreKind): void {
  for (const [first, second] of [
    ['PENDING_ACCEPTANCE', 'PENDING_ACCEPTANCE'],
    ['PENDING_ACCEPTANCE', 'ACTIVE'],
    ['ACTIVE', 'PENDING_ACCEPTANCE'],
    ['ACTIVE', 'ACTIVE'],
  ] as const) {
    test(`P1: after a peering that is ${first} none that is ${second} can be saved for its pair`, async () => {
      await using fresh = await openFresh(kind)
      const one = peering({ status: first })
      await fresh.store.write(bodies.applyChanges, [['insertPeering', one]])
      const before = await stateOf(fresh.store, one.id)
      const same = peering({ status: second })
      const turned = peering({ status: second, requester: one.accepter, accepter: one.requester })
      for (const other of [same, turned]) {
        await assert.rejects(fresh.store.write(bodies.applyChanges, [['insertPeering', other]]))
        assert.equal(await look(fresh.store, (tx) => tx.peering(other.id)), undefined)
        assert.deepEqual(await stateOf(fresh.store, one.id), before)
      }
      // One that is over comes to life no more, either.
      const over = { ...turned, status: 'REJECTED' } as const
      await fresh.store.write(bodies.applyChanges, [['insertPeering', over]])
      await assert.rejects(fresh.store.write(bodies.applyChanges, [['updatePeering', over, turned]]))
      assert.deepEqual(await look(fresh.store, (tx) => tx.peering(over.id)), over)
      assert.deepEqual(await stateOf(fresh.store, one.id), before)
    })
  }

  test('P1: of fifty peerings for one pair, saved at once in both directions, one is there', async () => {
    await using fresh = await openFresh(kind)
    const all = Array.from({ length: 50 }, (_, index) =>
      peering(index % 2 ? { requester: vpcAt(0), accepter: vpcAt(1) } : { requester: vpcAt(1), accepter: vpcAt(0) }),
    )
    const outcomes = await Promise.allSettled(
      all.map((each) => fresh.store.write(bodies.applyChanges, [['insertPeering', each]])),
    )
    const winner = all.filter((_, index) => outcomes[index]?.status === 'fulfilled')
    assert.equal(winner.length, 1)
    assert.deepEqual(await look(fresh.store, (tx) => tx.peeringsOfVpc(vpcAt(0).vpcId)), winner)
    assert.deepEqual(await look(fresh.store, (tx) => tx.livePeeringBetween(vpcAt(1).vpcId, vpcAt(0).vpcId)), winner[0])
  })
}

function orderContract(kind: StoreKind): void {
  test('bodies run alone and in order: a counter raced 200 times loses nothing', async () => {
    await using fresh = await openFresh(kind)
    const counts = await Promise.all(Array.from({ length: 200 }, () => fresh.store.write(bodies.countUp, ALICE)))
    assert.deepEqual(
      counts,
      Array.from({ length: 200 }, (_, index) => index + 1),
    )
    assert.equal(await look(fresh.store, (tx) => tx.limit(ALICE, 'vpc')), 200)
  })

  test('many concurrent writes share commits', async () => {
    await using fresh = await openFresh(kind)
    const before = fresh.store.statistics()
    await Promise.all(Array.from({ length: 500 }, () => fresh.store.write(bodies.countUp, ALICE)))
    const { commits, writes, waiting } = fresh.store.statistics()
    assert.equal(writes - before.writes, 500)
    assert.ok(commits - before.commits < 100, `${commits - before.commits} commits`)
    assert.equal(waiting, 0)
  })

  test('of more writes than may wait each is done, or refused as unavailable and not done', async () => {
    await using fresh = await openFresh(kind)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 15_000 }, () => fresh.store.write(bodies.countUp, ALICE)),
    )
    const done = outcomes.filter(({ status }) => status === 'fulfilled')
    const refused = outcomes.filter((each) => each.status === 'rejected' && isUnavailable(each.reason))
    assert.equal(done.length + refused.length, 15_000)
    assert.ok(refused.length > 0, 'something bounds the queue')
    assert.equal(await look(fresh.store, (tx) => tx.limit(ALICE, 'vpc')), done.length)
  })
}

/** Everything that a second peering of the pair could have touched. */
function stateOf(store: Store, id: PeeringId) {
  return look(store, async (tx) => ({
    peering: await tx.peering(id),
    between: await tx.livePeeringBetween(vpcAt(0).vpcId, vpcAt(1).vpcId),
    used: await Promise.all(PROJECTS.map((project) => tx.used(project, 'vpcPeer'))),
  }))
}
