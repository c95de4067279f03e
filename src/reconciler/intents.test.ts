import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { ReadTransaction, Store } from '../store/store.ts'
import type { Taken } from './due.ts'
import { readIntents } from './intents.ts'

const [A, B, C] = ['a', 'b', 'c'] as [VpcId, VpcId, VpcId]
const taken = (...ids: VpcId[]): Taken[] => ids.map((id) => ({ id, changedAt: 5, isMarked: false }))

/** A store whose networks change as they are read: `on` is told of each read of a VPC's rows. */
function storeWith(generations: Map<VpcId, number>, on: (id: VpcId) => void): Pick<Store, 'read'> {
  const tx = {
    generation: (id: VpcId) => generations.get(id),
    peeringsOfVpc: (id: VpcId) => {
      on(id)
      return [{ id: `p-${id}`, status: 'ACTIVE', requester: { vpcId: id }, accepter: { vpcId: 'far' } }] as Peering[]
    },
    ...{ subnetsOfVpc: () => [], routesOfVpc: () => [], portsOnHost: () => [] },
  } as unknown as ReadTransaction
  return { read: async (body, input) => body.run(tx, input) }
}

test('each VPC comes with the generation that was read first, its router and its peerings', async () => {
  const store = storeWith(new Map([[A, 3]]), () => {})
  const { intents, changed, unread } = await readIntents(store, taken(A, B))
  assert.deepEqual([changed, unread], [[], []])
  const told = intents.map(({ id, generation, router, peeringIds, changedAt }) => ({
    ...{ id, generation, changedAt, peeringIds, intended: router.generation, isThere: router.network !== undefined },
  }))
  assert.deepEqual(
    told.sort((one, other) => (one.id < other.id ? -1 : 1)),
    [
      { id: A, generation: 3, changedAt: 5, peeringIds: ['p-a'], intended: 3, isThere: true },
      { id: B, generation: undefined, changedAt: 5, peeringIds: [], intended: 0, isThere: false },
    ],
  )
})

test('a VPC that changes while another is read is left for the next batch, so that all of one are of one instant', async () => {
  const generations = new Map([A, B, C].map((id) => [id, 1]))
  const store = storeWith(generations, (id) => {
    if (id === C) generations.set(A, 2)
  })
  const { intents, changed } = await readIntents(store, taken(A, B, C))
  assert.deepEqual([intents.map(({ id }) => id).sort(), changed.map(({ id }) => id)], [[B, C], [A]])
})

test('where all of them change all the time, one is taken, with the generation of before', async () => {
  const generations = new Map([A, B].map((id) => [id, 1]))
  const store = storeWith(generations, (id) => generations.set(id, (generations.get(id) ?? 0) + 1))
  const { intents, changed } = await readIntents(store, taken(A, B))
  assert.deepEqual(
    intents.map(({ id, generation }) => [id, generation]),
    [[A, 1]],
  )
  assert.deepEqual(
    changed.map(({ id }) => id),
    [B],
  )
})

test('P9: rows that cannot be read leave the others as they are', async () => {
  const store = storeWith(new Map([A, B].map((id) => [id, 1])), (id) => {
    if (id === A) throw new Error('odd rows')
  })
  const { intents, unread } = await readIntents(store, taken(A, B))
  assert.deepEqual(
    intents.map(({ id }) => id),
    [B],
  )
  assert.deepEqual(
    unread.map(({ intent, error }) => [intent.id, intent.generation, String(error)]),
    [[A, 1, 'Error: odd rows']],
  )
})
