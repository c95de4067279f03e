import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './access.ts'
import type { DomainId, PeeringId, ProjectId, UserId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import { Refusal } from './refusal.ts'
import { checkNextHop, defaultTableName, parseRouteType, parseTableName, type RouteView } from './route.ts'
import { STATUSES } from './status.ts'

const [ALICE, BOB, EVE] = ['a', 'b', 'e'] as unknown as [ProjectId, ProjectId, ProjectId]
const [MINE, YOURS, THIRD] = ['vpc-a', 'vpc-b', 'vpc-c'] as unknown as [VpcId, VpcId, VpcId]
const ID = 'peering' as PeeringId

function callerOf(projectId: ProjectId, admin = false): Caller {
  return { userId: 'u' as UserId, domainId: 'd' as DomainId, admin, projectId }
}

function peering(status: Peering['status']): Peering {
  return {
    ...{ id: ID, name: 'n', description: '', status, createdAt: 1, updatedAt: 1 },
    ...{ requester: { vpcId: MINE, projectId: ALICE }, accepter: { vpcId: YOURS, projectId: BOB } },
  }
}

function codeOf(view: RouteView, caller: Caller, vpc: VpcId, found: Peering | undefined): string {
  try {
    checkNextHop(view, caller, vpc, ID, found)
    return 'fine'
  } catch (error) {
    assert.ok(error instanceof Refusal)
    return error.code
  }
}

test('both ends of an ACTIVE peering may be routed through it, and nothing else', () => {
  const active = peering('ACTIVE')
  assert.equal(codeOf('routes', callerOf(ALICE), MINE, active), 'fine')
  assert.equal(codeOf('tables', callerOf(BOB), YOURS, active), 'fine')
  assert.equal(codeOf('tables', callerOf(EVE, true), YOURS, active), 'fine')
  assert.equal(codeOf('routes', callerOf(ALICE), THIRD, active), 'route_vpc_not_peered')
  assert.equal(codeOf('routes', callerOf(EVE), MINE, active), 'peering_not_found')
  assert.equal(codeOf('routes', callerOf(ALICE), MINE, undefined), 'peering_not_found')
  for (const found of [undefined, peering('DELETED')]) {
    assert.equal(codeOf('tables', callerOf(ALICE), MINE, found), 'table_next_hop_invalid')
  }
})

for (const status of STATUSES) {
  test(`a peering that is ${status} ${status === 'ACTIVE' ? 'serves' : 'does not serve'} as a next hop`, () => {
    const expected = status === 'ACTIVE' ? 'fine' : status === 'DELETED' ? 'peering_not_found' : 'peering_wrong_state'
    assert.equal(codeOf('routes', callerOf(ALICE), MINE, peering(status)), expected)
    const inTables = status === 'ACTIVE' ? 'fine' : 'table_next_hop_invalid'
    assert.equal(codeOf('tables', callerOf(ALICE), MINE, peering(status)), inTables)
  })
}

test('a stranger is told the same of a peering, whatever it is, as of none', () => {
  const told = [...STATUSES.map(peering), undefined].map((found) => {
    try {
      checkNextHop('routes', callerOf(EVE), THIRD, ID, found)
    } catch (error) {
      return String(error)
    }
    return 'fine'
  })
  assert.equal(new Set(told).size, 1)
})

test('a default table is named after its VPC, cut to what a name may have', () => {
  assert.equal(defaultTableName({ id: MINE, name: 'orchard' }), 'rtb-orchard')
  assert.equal(defaultTableName({ id: MINE, name: '' }), 'rtb-vpc-a')
  const long = defaultTableName({ id: MINE, name: '𝒳'.repeat(64) })
  assert.equal(long, `rtb-${'𝒳'.repeat(60)}`)
  assert.equal(parseTableName(long), long)
})

test('names of up to 64 printable characters are taken, and the type peering alone', () => {
  for (const name of ['', 'a b', 'ü', '𝒳'.repeat(64)]) assert.equal(parseTableName(name), name)
  for (const name of ['x'.repeat(65), 'a\n', '\ud800']) assert.throws(() => parseTableName(name), Refusal)
  assert.equal(parseRouteType('peering'), 'peering')
  for (const type of ['', 'Peering', 'local', 'vpn']) assert.throws(() => parseRouteType(type), Refusal)
})
