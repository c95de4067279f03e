import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeeringId, ProjectId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import { peeringText, spellPeering } from './peerings.ts'

const PEERING: Peering = {
  ...{ id: '0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10' as PeeringId, name: 'a "b" ü', description: '' },
  status: 'PENDING_ACCEPTANCE',
  requester: { vpcId: '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01' as VpcId, projectId: '1'.repeat(32) as ProjectId },
  accepter: { vpcId: 'a91d4b77-8f5d-49a0-8f6f-0d5d0b1f7c22' as VpcId, projectId: '2'.repeat(32) as ProjectId },
  ...{ createdAt: Date.UTC(2026, 2, 4, 5, 6, 7, 890), updatedAt: Date.UTC(2026, 2, 4, 5, 9, 0) },
}

test('the text of a peering is the JSON of its spelling, the second time too', () => {
  const peering = { ...PEERING }
  for (let time = 0; time < 2; time += 1) assert.equal(peeringText(peering), JSON.stringify(spellPeering(PEERING)))
})

test('a peering made out of another has a text of its own', () => {
  const peering = { ...PEERING }
  peeringText(peering)
  const expired: Peering = { ...peering, status: 'EXPIRED' }
  assert.equal(JSON.parse(peeringText(expired)).status, 'EXPIRED')
})

test('keeping the text changes nothing that anybody compares or sends', () => {
  const peering = { ...PEERING }
  peeringText(peering)
  assert.deepEqual(peering, PEERING)
  assert.deepEqual(structuredClone(peering), PEERING)
})
