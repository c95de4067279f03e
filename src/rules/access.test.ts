import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actingProject, authorize, type Caller, canSee, peeringNotFound, requireAdmin } from './access.ts'
import type { DomainId, PeeringId, ProjectId, UserId, VpcId } from './ids.ts'
import type { Peering } from './peering.ts'
import { VERBS } from './status.ts'

const ALPHA = '0a1b2c3d4e5f60718293a4b5c6d7e8f9' as ProjectId
const BETA = 'f9e8d7c6b5a4938271605f4e3d2c1b0a' as ProjectId
const GAMMA = '00000000000000000000000000000001' as ProjectId
const DOMAIN = 'd0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0' as DomainId

const PEERING: Peering = {
  id: '0c6c9f6e-3d6e-4f57-9b0a-6d8e5b7c4a10' as PeeringId,
  name: 'blue-green',
  description: '',
  status: 'PENDING_ACCEPTANCE',
  requester: { vpcId: '5f2c1c3e-0f0b-4f3f-9a51-7c1f2b1d9e01' as VpcId, projectId: ALPHA },
  accepter: { vpcId: 'a91d4b77-8f5d-49a0-8f6f-0d5d0b1f7c22' as VpcId, projectId: BETA },
  createdAt: 0,
  updatedAt: 0,
}

function caller(projectId: ProjectId | undefined, admin = false): Caller {
  return { userId: '5e1f5e1f5e1f5e1f5e1f5e1f5e1f5e1f' as UserId, domainId: DOMAIN, admin, projectId }
}

const CALLERS: Readonly<Record<string, Caller>> = {
  requester: caller(ALPHA),
  accepter: caller(BETA),
  stranger: caller(GAMMA),
  'domain-scoped': caller(undefined),
  admin: caller(GAMMA, true),
  'domain-scoped admin': caller(undefined, true),
}

/** P2. `-`: refused; for who cannot see it the peering does not exist, and the other columns do not come into play. */
const EXPECTED = `
  who                 | see | accept | reject | expire | update | delete
  requester           | yes | -      | -      | yes    | yes    | yes
  accepter            | yes | yes    | yes    | yes    | yes    | yes
  stranger            | -   | -      | -      | yes    | yes    | yes
  domain-scoped       | -   | -      | -      | yes    | yes    | yes
  admin               | yes | yes    | yes    | yes    | yes    | yes
  domain-scoped admin | yes | yes    | yes    | yes    | yes    | yes
`

test('who may do what with a peering (P2)', () => {
  const [header = '', ...lines] = EXPECTED.trim().split('\n')
  const columns = header.split('|').map((cell) => cell.trim())
  assert.deepEqual(columns, ['who', 'see', ...VERBS])
  for (const line of lines) {
    const [who = '', ...cells] = line.split('|').map((cell) => cell.trim())
    const asker = CALLERS[who]
    assert.ok(asker, who)
    const found = [canSee(asker, PEERING), ...VERBS.map((verb) => isAuthorized(asker, verb))]
    assert.deepEqual(
      found.map((yes) => (yes ? 'yes' : '-')),
      cells,
      who,
    )
  }
  assert.equal(lines.length, Object.keys(CALLERS).length)
})

function isAuthorized(asker: Caller, verb: (typeof VERBS)[number]): boolean {
  try {
    authorize(asker, verb, PEERING)
    return true
  } catch {
    return false
  }
}

test('a requester who accepts is told that only the accepter can', () => {
  for (const verb of ['accept', 'reject'] as const) {
    assert.throws(() => authorize(caller(ALPHA), verb, PEERING), {
      code: 'not_the_accepter',
      message: `Policy does not allow this call: only the accepter can ${verb} a peering.`,
      facts: { peeringId: PEERING.id },
    })
  }
})

test('a peering that one may not see and one that is not there are refused in the same words', () => {
  const { code, message } = peeringNotFound(PEERING.id)
  assert.equal(code, 'peering_not_found')
  assert.equal(message, `Vpc peering ${PEERING.id} could not be found`)
})

test('a call on networks takes a token scoped to a project, also from an admin', () => {
  assert.equal(actingProject(caller(ALPHA)), ALPHA)
  for (const asker of [caller(undefined), caller(undefined, true)]) {
    assert.throws(() => actingProject(asker), { code: 'project_scope_required' })
  }
})

test('a call of the admin takes the admin', () => {
  requireAdmin(caller(ALPHA, true))
  requireAdmin(caller(undefined, true))
  assert.throws(() => requireAdmin(caller(ALPHA)), { code: 'admin_only' })
})
