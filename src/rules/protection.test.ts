import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './access.ts'
import type { DomainId, PeeringId, ProjectId, UserId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import { refuseProtected, SIDE_NAMES, type SideName, sidesOf } from './protection.ts'
import { STATUSES, type Status } from './status.ts'

const [ALICE, BOB, EVE] = ['a', 'b', 'e'].map((digit) => digit.repeat(32) as ProjectId)

function peering(status: Status, accepter = BOB): Peering {
  return {
    ...{ id: 'p' as PeeringId, name: 'n', description: '', status, createdAt: 0, updatedAt: 0 },
    requester: { vpcId: 'v' as VpcId, projectId: ALICE as ProjectId },
    accepter: { vpcId: 'w' as VpcId, projectId: accepter as ProjectId },
  }
}

function caller(projectId: ProjectId | undefined, admin = false): Caller {
  return { userId: 'u' as UserId, domainId: 'd' as DomainId, admin, projectId }
}

test('a caller speaks for the side of its project, for both where both are its own, and an admin elsewhere for both', () => {
  assert.deepEqual(sidesOf(caller(ALICE), peering('ACTIVE')), ['requester'])
  assert.deepEqual(sidesOf(caller(BOB), peering('ACTIVE')), ['accepter'])
  assert.deepEqual(sidesOf(caller(ALICE), peering('ACTIVE', ALICE)), SIDE_NAMES)
  assert.deepEqual(sidesOf(caller(EVE), peering('ACTIVE')), [])
  assert.deepEqual(sidesOf(caller(EVE, true), peering('ACTIVE')), SIDE_NAMES)
  assert.deepEqual(sidesOf(caller(undefined, true), peering('ACTIVE')), SIDE_NAMES)
  assert.deepEqual(sidesOf(caller(BOB, true), peering('ACTIVE')), ['accepter'])
})

test('an ACTIVE peering is held by either side against everybody, any other by one’s own side only', () => {
  const holds = (who: ProjectId | undefined, status: Status, protectedBy: readonly SideName[]): boolean => {
    try {
      refuseProtected(caller(who), peering(status), protectedBy)
      return false
    } catch (error) {
      assert.equal((error as { code: string }).code, 'peering_protected')
      return true
    }
  }
  for (const status of STATUSES) {
    assert.equal(holds(ALICE, status, []), false)
    assert.equal(holds(ALICE, status, ['requester']), true)
    assert.equal(holds(BOB, status, ['accepter']), true)
    assert.equal(holds(ALICE, status, ['accepter']), status === 'ACTIVE')
    assert.equal(holds(BOB, status, ['requester']), status === 'ACTIVE')
  }
})

test('the refusal names the sides that hold it', () => {
  const refuse = (who: ProjectId | undefined, status: Status) =>
    refuseProtected(caller(who), peering(status), SIDE_NAMES)
  const text = 'Vpc peering p is protected against deletion by'
  assert.throws(() => refuse(ALICE, 'ACTIVE'), { message: `${text} its requester and its accepter` })
  assert.throws(() => refuse(BOB, 'REJECTED'), { message: `${text} its accepter` })
})
