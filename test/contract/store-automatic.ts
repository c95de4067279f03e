/** The store contract, eighth part: which sides of which peerings ask for automatic routes. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import type { PeeringId } from '../../src/rules/ids.ts'
import type { Peering } from '../../src/rules/peering.ts'
import { SIDE_NAMES, type SideName } from '../../src/rules/protection.ts'
import type { ReadTransaction } from '../../src/store/store.ts'
import { applyChanges, applyThenFail, type Change } from './store-bodies.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import { anyPeerings, byId, forgetting, newId, PROJECTS, VPCS, vpc, vpcAt } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

interface Asking {
  readonly peering: Peering
  readonly sides: readonly SideName[]
}

export function automaticContract(kind: StoreKind): void {
  suite('its automatic routes', () => {
    let fresh: Fresh
    before(async () => {
      fresh = await openFresh(kind)
      const vpcs = VPCS.map((id, at): Change => ['insertVpc', vpc({ id, projectId: vpcAt(at).projectId, name: id })])
      await fresh.store.write(applyChanges, vpcs)
    })
    after(() => fresh[Symbol.asyncDispose]())
    const read = <Result>(run: (tx: ReadTransaction) => Result | Promise<Result>) => look(fresh.store, run)

    test('who asks is found by peering, by either VPC and by project; but for the first, where it is ACTIVE', async () => {
      let found = 0
      const property = fc.asyncProperty(anyAsking, async (all) => {
        await fresh.store.write(applyChanges, all.flatMap(saving))
        try {
          for (const { peering, sides } of all) {
            assert.deepEqual(await read((tx) => tx.automaticSides(peering.id)), sides)
          }
          const active = all.flatMap(linksOf)
          for (const id of VPCS) {
            const peers = active.filter(({ near }) => near.vpcId === id).toSorted(byId)
            assert.deepEqual(
              await read((tx) => tx.automaticPeers(id)),
              peers.map((link) => ({ peeringId: link.id, vpcId: link.far.vpcId })),
            )
            const followers = active.filter(({ far }) => far.vpcId === id).map(({ near }) => near.vpcId)
            assert.deepEqual(await read((tx) => tx.automaticFollowers(id)), followers.toSorted())
            found += peers.length
          }
          for (const project of PROJECTS) {
            const own = active.filter(({ near }) => near.projectId === project).map(({ near }) => near.vpcId)
            assert.deepEqual(await read((tx) => tx.automaticVpcsOfProject(project)), [...new Set(own)].toSorted())
          }
        } finally {
          const gone = all.flatMap(({ peering }) => forgetting(peering))
          await fresh.store.write(applyChanges, gone)
        }
        for (const { peering } of all) assert.deepEqual(await read((tx) => tx.automaticSides(peering.id)), [])
      })
      await fc.assert(property, { numRuns: 60 })
      assert.ok(found > 20, `only ${found} sides were looked for: two empty lists were compared`)
    })

    test('what is undone was never asked for', async () => {
      const one = peeringOf('ACTIVE')
      const asking: Change = ['setAutomaticRoutes', one, 'accepter', true]
      await assert.rejects(fresh.store.write(applyThenFail, [['insertPeering', one], asking]))
      assert.deepEqual(await read((tx) => tx.automaticSides(one.id)), [])
      assert.deepEqual(await read((tx) => tx.automaticPeers(one.accepter.vpcId)), [])
    })
  })
}

/** A side that asks, of an ACTIVE peering. */
function linksOf({ peering, sides }: Asking) {
  if (peering.status !== 'ACTIVE') return []
  return sides.map((side) => ({
    ...{ id: peering.id, near: peering[side] },
    far: side === 'requester' ? peering.accepter : peering.requester,
  }))
}

/** Every third one was asked for before it became what it is, and of every third one more was asked for first. */
function saving({ peering, sides }: Asking, index: number): readonly Change[] {
  const ask = (as: Peering, which: readonly SideName[], isAsking = true) =>
    which.map((side): Change => ['setAutomaticRoutes', as, side, isAsking])
  if (index % 3 === 0) {
    const earlier = { ...peering, status: peering.status === 'REJECTED' ? 'EXPIRED' : 'REJECTED' } as const
    return [['insertPeering', earlier], ...ask(earlier, sides), ['updatePeering', earlier, peering]]
  }
  const others = SIDE_NAMES.filter((side) => !sides.includes(side))
  const more = index % 3 === 1 ? [...ask(peering, SIDE_NAMES), ...ask(peering, others, false)] : []
  return [['insertPeering', peering], ...more, ...ask(peering, sides)]
}

function peeringOf(status: Peering['status']): Peering {
  return {
    ...{ id: newId() as PeeringId, name: '', description: '', status, createdAt: 1, updatedAt: 1 },
    ...{ requester: vpcAt(0), accepter: vpcAt(1) },
  }
}

const anySides = fc.subarray([...SIDE_NAMES])
const anyAsking: fc.Arbitrary<readonly Asking[]> = anyPeerings.chain((peerings) =>
  fc.tuple(...peerings.map((peering) => anySides.map((sides) => ({ peering, sides })))),
)
