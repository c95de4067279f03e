import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PeeringId, VpcId } from '../rules/ids.ts'
import type { Fault } from '../rules/readiness.ts'
import { Sightings } from './sightings.ts'

const [A, B] = ['a', 'b'] as [VpcId, VpcId]
const PEERING = 'p' as PeeringId
const FAULT: Fault = { kind: 'router', id: A, message: 'It stays.' }

/** Both VPCs were seen, and are gone now, as the network is yet to learn. */
function gone(): { readonly sightings: Sightings; readonly told: readonly string[] } {
  const sightings = new Sightings(0)
  for (const id of [A, B]) {
    sightings.note(id, { generation: 7, at: 1, faults: [] }, false, undefined)
    sightings.change(id, 2)
  }
  const told: string[] = []
  const ends = [A, B].map((vpcId) => ({ vpcId, wanted: undefined }))
  void sightings.settled(PEERING, ends, 2).then((settled) => told.push(settled))
  return { sightings, told }
}

test('P5: a deletion waits for routers of VPCs that are gone as well, until they are gone, too', async () => {
  const { sightings, told } = gone()
  await nextTurn()
  assert.deepEqual(told, [])
  sightings.forget(A, 3)
  await nextTurn()
  assert.deepEqual(told, [])
  sightings.forget(B, 4)
  await nextTurn()
  assert.deepEqual(told, ['SYNCED'])
})

test('a router that cannot be removed is told of, though its VPC is gone', async () => {
  const { sightings, told } = gone()
  sightings.note(A, { generation: 0, at: 3, faults: [FAULT] }, true, undefined)
  sightings.forget(B, 4)
  await nextTurn()
  assert.deepEqual(told, ['DEGRADED'])
})

test('of a VPC that is gone, and that nothing is known of, nothing is waited for', async () => {
  const ends = [A, B].map((vpcId) => ({ vpcId, wanted: undefined }))
  assert.equal(await new Sightings(0).settled(PEERING, ends, 0), 'SYNCED')
})
