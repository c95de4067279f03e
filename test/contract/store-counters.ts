/** The store contract, fourth part: P4, the counters of the quotas after histories that nobody chose. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { PeeringId, VpcId } from '../../src/rules/ids.ts'
import type { Peering } from '../../src/rules/peering.ts'
import { TRANSITIONS, VERBS } from '../../src/rules/status.ts'
import type { Vpc } from '../../src/rules/vpc.ts'
import type { PeeringQuery, Store } from '../../src/store/store.ts'
import { applyChanges, applyThenFail, type Change } from './store-bodies.ts'
import { look } from './store-fresh.ts'
import { anyPeering, byId, clash, forgetting, isPossible, newId, PROJECTS, vpc } from './store-samples.ts'

/** One write: several steps, kept or undone together. `at` chooses one of what is there. */
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), peering: anyPeering }),
  fc.record({ kind: fc.constant('step' as const), at: fc.nat(), verb: fc.constantFrom(...VERBS) }),
  fc.record({ kind: fc.constant('forget' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('insertVpc' as const), project: fc.constantFrom(...PROJECTS) }),
  fc.record({ kind: fc.constant('deleteVpc' as const), at: fc.nat() }),
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never
const anyBatch = fc.record({ steps: fc.array(anyStep, { maxLength: 8 }), fails: fc.boolean() })
export const anyHistory = fc.array(anyBatch, { maxLength: 12, size: 'max' })

interface Model {
  readonly peerings: Map<PeeringId, Peering>
  readonly vpcs: Map<VpcId, Vpc>
}

/** Plays a history against an empty store, compares after each write, and empties it again. */
export async function assertCounters(
  store: Store,
  history: readonly { steps: readonly Step[]; fails: boolean }[],
): Promise<void> {
  let model: Model = { peerings: new Map(), vpcs: new Map() }
  try {
    for (const { steps, fails } of history) {
      const next = { peerings: new Map(model.peerings), vpcs: new Map(model.vpcs) }
      const changes = steps.flatMap((step) => changesOf(next, step))
      if (fails) await assert.rejects(store.write(applyThenFail, changes), /something unexpected/)
      else await store.write(applyChanges, changes)
      if (!fails) model = next
      await assertSame(store, model)
    }
  } finally {
    const removals = [...model.vpcs.values()].map((row): Change => ['deleteVpc', row])
    await store.write(applyChanges, [...[...model.peerings.values()].flatMap(forgetting), ...removals])
  }
}

/** Takes a step in the model; returns how the store takes it. A step that makes no sense there is none. */
function changesOf(model: Model, step: Step): readonly Change[] {
  const chosen = (at: number) => [...model.peerings.values()][at % Math.max(1, model.peerings.size)]
  switch (step.kind) {
    case 'insert': {
      const { peering } = step
      if (!isPossible(peering) || [...model.peerings.values()].some((one) => clash(one, peering))) return []
      model.peerings.set(peering.id, peering)
      return [['insertPeering', peering]]
    }
    case 'step': {
      const before = chosen(step.at)
      const status = before && TRANSITIONS[before.status][step.verb]
      if (!before || !status) return []
      const after: Peering = { ...before, status, name: `${before.name}.`, updatedAt: before.updatedAt + 1 }
      model.peerings.set(after.id, after)
      return [['updatePeering', before, after]]
    }
    case 'forget': {
      const one = chosen(step.at)
      if (!one) return []
      // Only a tombstone can be forgotten; asked of the living it changes nothing.
      if (one.status === 'DELETED') model.peerings.delete(one.id)
      return [['forgetPeering', one.id]]
    }
    case 'insertVpc': {
      const row = vpc({ id: newId() as string as VpcId, projectId: step.project })
      model.vpcs.set(row.id, row)
      return [['insertVpc', row]]
    }
    case 'deleteVpc': {
      const row = [...model.vpcs.values()][step.at % Math.max(1, model.vpcs.size)]
      if (!row) return []
      model.vpcs.delete(row.id)
      return [['deleteVpc', row]]
    }
  }
}

async function assertSame(store: Store, model: Model): Promise<void> {
  const all: PeeringQuery = {
    ...{ limit: 10_000, after: undefined, before: undefined, visibleTo: undefined, id: undefined, name: undefined },
    ...{ status: undefined, projectId: undefined, vpcId: undefined, overdueSince: undefined, forgottenSince: -1 },
  }
  const living = await look(store, (tx) => tx.peerings(all))
  const dead = await look(store, (tx) => tx.peerings({ ...all, status: 'DELETED' }))
  const rows = [...living, ...dead].toSorted(byId)
  assert.deepEqual(rows, [...model.peerings.values()].toSorted(byId))
  for (const row of rows) assert.deepEqual(await look(store, (tx) => tx.peering(row.id)), row)
  for (const project of PROJECTS) {
    // P4 in its own words: a waiting one counts for the requester, an ACTIVE one for both.
    const used = rows.filter(
      ({ status, requester, accepter }) =>
        (status === 'PENDING_ACCEPTANCE' && requester.projectId === project) ||
        (status === 'ACTIVE' && [requester.projectId, accepter.projectId].includes(project)),
    )
    assert.equal(await look(store, (tx) => tx.used(project, 'vpcPeer')), used.length)
    const vpcs = [...model.vpcs.values()].filter(({ projectId }) => projectId === project)
    assert.equal(await look(store, (tx) => tx.used(project, 'vpc')), vpcs.length)
  }
}
