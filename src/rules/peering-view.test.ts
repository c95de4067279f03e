import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './access.ts'
import type { DomainId, PeeringId, ProjectId, UserId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import { type PeeringView, perSide, versionOfView } from './peering-view.ts'
import { SIDE_NAMES } from './protection.ts'

const [ALICE, BOB, EVE] = ['a', 'b', 'e'].map((digit) => digit.repeat(32) as ProjectId)

const PEERING: Peering = {
  ...{ id: 'p' as PeeringId, name: 'n', description: '', status: 'ACTIVE', createdAt: 0, updatedAt: 0 },
  requester: { vpcId: 'v' as VpcId, projectId: ALICE as ProjectId },
  accepter: { vpcId: 'w' as VpcId, projectId: BOB as ProjectId },
}

function caller(projectId: ProjectId | undefined, admin = false): Caller {
  return { userId: 'u' as UserId, domainId: 'd' as DomainId, admin, projectId }
}

test('what is a side’s own business is told to that side, and to an admin, who may take part himself', () => {
  const told = (who: Caller, peering = PEERING) => perSide(who, peering, (side) => side)
  assert.deepEqual(told(caller(ALICE)), { requester: 'requester', accepter: undefined })
  assert.deepEqual(told(caller(BOB)), { requester: undefined, accepter: 'accepter' })
  assert.deepEqual(told(caller(EVE)), { requester: undefined, accepter: undefined })
  const both = { requester: 'requester', accepter: 'accepter' }
  for (const who of [caller(EVE, true), caller(undefined, true), caller(ALICE, true)]) assert.deepEqual(told(who), both)
  const accepter = { ...PEERING.accepter, projectId: ALICE as ProjectId }
  assert.deepEqual(told(caller(ALICE), { ...PEERING, accepter }), both)
})

test('every combination of what is shown is a version of its own, and what is not shown makes none', () => {
  const subsets = [[], ['requester'], ['accepter'], SIDE_NAMES] as const
  const version = (protectedBy: PeeringView['protectedBy'], automatic: readonly string[], hidden?: 'accepter') => {
    const shown = (side: (typeof SIDE_NAMES)[number]) => (side === hidden ? undefined : automatic.includes(side))
    const autoRoutes = { requester: shown('requester'), accepter: shown('accepter') }
    return versionOfView({ peering: PEERING, protectedBy, autoRoutes })
  }
  const versions = subsets.flatMap((one) => subsets.map((other) => version(one, other)))
  assert.equal(new Set(versions).size, 16)
  assert.equal(version([], ['accepter'], 'accepter'), version([], [], 'accepter'))
})
