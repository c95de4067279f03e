/** The store contract, second part: what is seen while others write, and how a store is opened and closed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { PeeringQuery, Store } from '../../src/store/store.ts'
import * as bodies from './store-bodies.ts'
import { isUnavailable, look, openFresh } from './store-fresh.ts'
import { ALICE, BOB, birthOf, newId, PEOPLE, peering, vpc, vpcAt } from './store-samples.ts'
import { BODIES, type StoreKind } from './stores.ts'

export function lifeContract(name: string, kind: StoreKind): void {
  visibilityContract(kind)
  tellingContract(kind)
  closingContract(kind)
  openingContract(name, kind)
}

function visibilityContract(kind: StoreKind): void {
  test('what a write saved is visible to every read after its acknowledgement', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    let now = peering({ name: '0000' })
    await store.write(bodies.applyChanges, [['insertPeering', now]])
    for (let round = 1; round <= 100; round += 1) {
      assert.deepEqual(await look(store, (tx) => tx.peering(now.id)), now)
      now = { ...now, name: await store.write(bodies.countName, now.id) }
      assert.equal(Number(now.name), round)
      assert.deepEqual(await look(store, (tx) => tx.peering(now.id)), now)
      assert.deepEqual(await look(store, (tx) => tx.peeringsOfVpc(vpcAt(1).vpcId)), [now])
      for (const visibleTo of [ALICE, BOB]) {
        assert.deepEqual(await look(store, (tx) => tx.peerings({ ...EVERYTHING, visibleTo })), [now])
      }
    }
    const gone = { ...now, status: 'DELETED', updatedAt: 9 } as const
    await store.write(bodies.applyChanges, [['updatePeering', now, gone]])
    assert.deepEqual(await look(store, (tx) => tx.peering(now.id)), gone)
    await store.write(bodies.applyChanges, [['forgetPeering', now.id]])
    assert.equal(await look(store, (tx) => tx.peering(now.id)), undefined)
  })

  test('a read during writes never shows a state older than one already shown', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const one = peering({ name: '0000' })
    await store.write(bodies.applyChanges, [['insertPeering', one]])
    let writing = true
    const writers = Array.from({ length: 4 }, async () => {
      for (let count = 0; count < 150; count += 1) await store.write(bodies.countName, one.id)
    })
    const written = Promise.all(writers).then(() => {
      writing = false
    })
    let shown = '0000'
    const versions = new Set<string>()
    while (writing) {
      // Many reads in one turn of the event loop: commits happen meanwhile of which this thread is not yet told.
      for (let read = 0; read < 60; read += 1) {
        const seen = await nameOf(store, one, read)
        assert.ok(seen >= shown, `${seen} was shown after ${shown}`)
        versions.add(seen)
        shown = seen
      }
      await setImmediate()
    }
    await written
    assert.equal(await nameOf(store, one, 0), '0600')
    assert.ok(versions.size > 10, `only ${versions.size} states were seen: nothing was raced`)
  })
}

function tellingContract(kind: StoreKind): void {
  test('a change of people is told before the write that did it is acknowledged, and no other change is', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const told: string[] = []
    store.onPeopleChanged(() => told.push('changed'))
    const writes: readonly bodies.Change[] = [
      ['insertUser', { ...USER, name: 'u' }],
      ['updateUser', { ...USER, name: 'v' }],
      ['insertAccessKey', { access: 'A', secret: 's', userId: USER.id, description: '', createdAt: 1 }],
      ['deleteAccessKey', 'A'],
      ['revokeToken', 'token', 9, 1],
    ]
    for (const change of writes) {
      await store.write(bodies.applyChanges, [change]).then(() => told.push('acknowledged'))
      assert.deepEqual(told.splice(0), ['changed', 'acknowledged'], change[0])
    }
    await store.write(bodies.applyChanges, [
      ['insertPeering', peering()],
      ['insertVpc', vpc()],
    ])
    assert.deepEqual(told, [])
  })

  test('which peerings were changed is told before the write that did it is acknowledged, and no other change is', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const told: string[] = []
    store.onPeeringsChanged((ids) => told.push(...ids))
    const one = peering()
    const gone = { ...one, status: 'DELETED' } as const
    const writes: readonly bodies.Change[] = [
      ['insertPeering', one],
      ['updatePeering', one, gone],
      ['forgetPeering', one.id],
    ]
    for (const change of writes) {
      await store.write(bodies.applyChanges, [change]).then(() => told.push('acknowledged'))
      assert.deepEqual(told.splice(0), [one.id, 'acknowledged'], change[0])
    }
    await store.write(bodies.applyChanges, [['insertVpc', vpc()]])
    assert.deepEqual(told, [])
  })

  test('events are told after they can be read and before they are acknowledged, and no other change is', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const told: string[] = []
    const reads: Promise<number>[] = []
    store.onEvents(() => {
      told.push('told')
      reads.push(look(store, (tx) => tx.lastSeq()))
    })
    for (const seq of [1, 2, 3]) {
      await store.write(bodies.applyChanges, [['insertEvent', birthOf(newId())]]).then(() => told.push('acknowledged'))
      assert.deepEqual(told.splice(0), ['told', 'acknowledged'])
      assert.equal(await reads.at(-1), seq)
    }
    await store.write(bodies.applyChanges, [['insertVpc', vpc()]])
    assert.deepEqual(told, [])
  })
}

const USER = {
  ...{
    id: 'e0'.repeat(16),
    domainId: 'd0'.repeat(16),
    passwordHash: 'hash',
    admin: false,
    enabled: true,
    tokensSince: 0,
  },
} as unknown as Extract<bodies.Change, readonly ['insertUser', unknown]>[1]

const EVERYTHING: PeeringQuery = {
  ...{ limit: 5, after: undefined, before: undefined, visibleTo: undefined, id: undefined, name: undefined },
  ...{ status: undefined, projectId: undefined, vpcId: undefined, overdueSince: undefined, forgottenSince: 0 },
}

/** The counter in the peering's name, read in one of several ways. */
async function nameOf(store: Store, { id }: ReturnType<typeof peering>, way: number): Promise<string> {
  const found = await look(store, async (tx) => {
    if (way % 4 === 0) return tx.peering(id)
    if (way % 4 === 1) return (await tx.peerings({ ...EVERYTHING, visibleTo: ALICE }))[0]
    if (way % 4 === 2) return (await tx.peerings(EVERYTHING))[0]
    return tx.livePeeringBetween(vpcAt(0).vpcId, vpcAt(1).vpcId)
  })
  assert.ok(found)
  return found.name
}

function closingContract(kind: StoreKind): void {
  test('closing answers what was asked before and refuses what comes after as unavailable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-store-'))
    const store = await kind.open(folder, BODIES)
    await store.write(bodies.applyChanges, PEOPLE)
    const asked = Promise.all(Array.from({ length: 600 }, () => store.write(bodies.countUp, ALICE)))
    const closed = store[Symbol.asyncDispose]()
    const late = assert.rejects(store.write(bodies.countUp, ALICE), isUnavailable)
    assert.equal((await asked).at(-1), 600)
    await Promise.all([late, closed])
    await assert.rejects(store.write(bodies.countUp, ALICE), isUnavailable)
    await assert.rejects(
      look(store, (tx) => tx.limit(ALICE, 'vpc')),
      isUnavailable,
    )
    await store[Symbol.asyncDispose]()

    await using again = await kind.open(folder, BODIES)
    assert.equal(await look(again, (tx) => tx.limit(ALICE, 'vpc')), 600)
    rmSync(folder, { recursive: true })
  })
}

function openingContract(name: string, kind: StoreKind): void {
  test('processes that open the same fresh database at once all succeed, and one of them makes the schema', async () => {
    for (let round = 0; round < 5; round += 1) {
      const folder = mkdtempSync(join(tmpdir(), 'causeway-store-'))
      const script = join(import.meta.dirname, 'open-store.ts')
      const children = [0, 1, 2].map(() =>
        spawn(process.execPath, [script, name, folder], { stdio: ['pipe', 'pipe', 'pipe'] }),
      )
      // Each says that it is loaded, and then waits for the word: so they really open at once.
      await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
      for (const { stdin } of children) stdin.end('go')
      const ends = await Promise.all(
        children.map(async (child) => ({ said: await text(child.stderr), code: (await exitOf(child))[0] })),
      )
      assert.deepEqual(
        ends,
        [0, 1, 2].map(() => ({ said: '', code: 0 })),
      )
      await using store = await kind.open(folder, BODIES)
      assert.equal(await look(store, async (tx) => (await tx.domains()).length), 3)
      rmSync(folder, { recursive: true })
    }
  })
}

function exitOf(child: ReturnType<typeof spawn>): Promise<unknown[]> {
  return child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
}
