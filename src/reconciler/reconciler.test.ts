import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntendedRouter } from '../dataplane/dataplane.ts'
import type { VpcId } from '../rules/ids.ts'
import type { ReconcilerParts } from './parts.ts'
import { Reconciler } from './reconciler.ts'

const [A, B] = ['a', 'b'] as [VpcId, VpcId]
const ROWS = { peerings: [], subnets: [], routes: [], ports: [] }
/** Answers by the names of the bodies: two VPCs without a network. */
const ANSWERS: Readonly<Record<string, (input: readonly VpcId[]) => unknown>> = {
  readGenerations: (ids) => ids.map(() => 1),
  readRows: () => ROWS,
  readPage: () => [A, B].map((vpcId) => ({ vpcId, generation: 1 })),
}

test('full passes go on where one VPC is changed for ever', async () => {
  const CHANGES = 200
  let at = 0
  let passes = 0
  let looked = 0
  const calls: (readonly VpcId[])[] = []
  const done = Promise.withResolvers<number>()
  const parts: ReconcilerParts = {
    store: { read: async ({ name }, input) => ANSWERS[name]?.(input as readonly VpcId[]) as never },
    dataplane: {
      present: async () => [B],
      async apply(routers: readonly IntendedRouter[]) {
        calls.push(routers.map(({ vpcId }) => vpcId))
        at += 500
        if (calls.length < CHANGES) reconciler.wake([A])
        else done.resolve(passes)
        return routers.map(({ vpcId, generation }) => ({ vpcId, generation, changes: 0, failures: [] }))
      },
    },
    now: () => at,
    random: () => 0,
    log: { warn: () => {}, error: (facts) => done.reject(new Error(JSON.stringify(facts))) },
    metrics: { passed: () => passes++, repaired: () => {}, lagged: () => {} },
    looked: () => looked++,
  }
  await using reconciler = new Reconciler(parts)
  reconciler.wake([A])
  // In 100 seconds; each is 10 late.
  assert.ok((await done.promise) >= 4, `${passes} passes`)
  assert.ok(calls.filter((ids) => ids.includes(B)).length >= 4)
  assert.ok(looked >= CHANGES)
})
