/** People, VPCs and peerings for the store contract; few of each, so that random ones meet. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { AcceptanceRule } from '../../src/rules/acceptance.ts'
import type { DomainId, PeeringId, ProjectId, RouteId, RouteTableId, SubnetId, VpcId } from '../../src/rules/ids.ts'
import type { Peering } from '../../src/rules/peering.ts'
import { isLive, STATUSES } from '../../src/rules/status.ts'
import type { Vpc } from '../../src/rules/vpc.ts'
import type { PeeringEvent } from '../../src/store/history.ts'
import type { PeeringQuery, VpcQuery } from '../../src/store/store.ts'
import type { Change } from './store-bodies.ts'

const DOMAIN = 'd0'.repeat(16) as DomainId
export const PROJECTS = ['a1', 'b2', 'c3'].map((two) => two.repeat(16) as ProjectId)
export const ALICE = PROJECTS[0] as ProjectId
export const BOB = PROJECTS[1] as ProjectId
/** The VPC at index i belongs to the project at index i modulo 3. */
export const VPCS = [...'012345'].map((digit) => `0000000${digit}-0000-4000-8000-000000000000` as VpcId)
const NAMES = ['', 'left', 'right', 'Ünïcödé']
const INSTANTS = { min: 0, max: 5 }

/** The domain and the projects that everything else belongs to. */
export const PEOPLE: readonly Change[] = [
  ['insertDomain', { id: DOMAIN, name: 'somebody' }],
  ...PROJECTS.map((id): Change => ['insertProject', { id, domainId: DOMAIN, name: id, description: '' }]),
]

/** Greater than the id of any sample. */
export const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff' as PeeringId &
  VpcId &
  SubnetId &
  RouteTableId &
  RouteId

export function newId(): PeeringId {
  return randomUUID() as PeeringId
}

export function vpcAt(index: number): Peering['requester'] {
  return { vpcId: VPCS[index] as VpcId, projectId: PROJECTS[index % PROJECTS.length] as ProjectId }
}

/** A peering of VPC 0 (alice's) with VPC 1 (bob's) that waits, unless `changes` say otherwise. */
export function peering(changes: Partial<Peering> = {}): Peering {
  return {
    ...{ id: newId(), name: 'one', description: '', status: 'PENDING_ACCEPTANCE' },
    ...{ requester: vpcAt(0), accepter: vpcAt(1), createdAt: 1, updatedAt: 1 },
    ...changes,
  }
}

/** The first event of a peering of alice's with bob. */
export function birthOf(peeringId: PeeringId): PeeringEvent {
  return {
    ...{ at: 1, peeringId, requester: ALICE, accepter: BOB },
    ...{ verb: 'create', from: undefined, to: 'PENDING_ACCEPTANCE', why: 'request' },
    ...{ userId: undefined, projectId: undefined, requestId: undefined },
  }
}

export function vpc(changes: Partial<Vpc> = {}): Vpc {
  return {
    ...{ id: newId() as string as VpcId, projectId: ALICE, name: '', description: '', cidr: '10.0.0.0/16' },
    ...{ extendCidrs: ['203.0.113.0/28'], enterpriseProjectId: '0', tags: [{ key: 'k', value: '*' }] },
    ...{ acceptance: [RULE], createdAt: 1, updatedAt: 1 },
    ...changes,
  }
}

const RULE: AcceptanceRule = { tenantId: BOB, cidr: '10.0.0.0/8', action: 'accept' }

const anyIndex = fc.nat({ max: VPCS.length - 1 })
const anyInstant = fc.integer(INSTANTS)
export const anyPeering: fc.Arbitrary<Peering> = fc
  .record({
    ...{ id: fc.uuid(), name: fc.constantFrom(...NAMES), description: fc.constantFrom('', 'd') },
    ...{ status: fc.constantFrom(...STATUSES), requester: anyIndex, accepter: anyIndex },
    ...{ createdAt: anyInstant, updatedAt: anyInstant },
  })
  .map(({ id, requester, accepter, ...rest }) => ({
    ...rest,
    ...{ id: id as PeeringId, requester: vpcAt(requester), accepter: vpcAt(accepter) },
  }))

/** Peerings that may all be stored together. */
export const anyPeerings: fc.Arbitrary<readonly Peering[]> = fc
  .array(anyPeering, { maxLength: 40, size: 'max' })
  .map((all) => all.filter((each, index) => isPossible(each) && !all.slice(0, index).some((one) => clash(one, each))))

export function isPossible({ status, requester, accepter }: Peering): boolean {
  if (requester.vpcId === accepter.vpcId) return false
  return status !== 'PENDING_ACCEPTANCE' || requester.projectId !== accepter.projectId
}

/** Whether two cannot be stored together: one id, or P1. */
export function clash(one: Peering, other: Peering): boolean {
  return one.id === other.id || (isLive(one.status) && isLive(other.status) && pair(one) === pair(other))
}

/** The changes that take a peering out of the store, whatever its status. */
export function forgetting(row: Peering): readonly Change[] {
  const gone: Peering = { ...row, status: 'DELETED' }
  return [...(row.status === 'DELETED' ? [] : [['updatePeering', row, gone] as const]), ['forgetPeering', row.id]]
}

export function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1
}

function pair({ requester, accepter }: Peering): string {
  return [requester.vpcId, accepter.vpcId].sort().join()
}

export const anyVpcs: fc.Arbitrary<readonly Vpc[]> = fc.uniqueArray(
  fc.record(
    {
      ...{ id: fc.uuid().map((id) => id as VpcId), projectId: fc.constantFrom(...PROJECTS) },
      ...{ name: fc.constantFrom(...NAMES), description: fc.constantFrom(...NAMES) },
      ...{
        cidr: fc.constantFrom('', '10.0.0.0/8', '192.168.0.0/16'),
        extendCidrs: fc.constantFrom([], ['1.0.0.0/28']),
      },
      ...{ enterpriseProjectId: fc.constantFrom('0', 'other'), tags: fc.constant([]), acceptance: fc.constant([]) },
      ...{ createdAt: anyInstant, updatedAt: anyInstant },
    },
    { noNullPrototype: true },
  ),
  { maxLength: 30, size: 'max', selector: ({ id, projectId, name }) => (name === '' ? id : `${projectId} ${name}`) },
)

/** Every filter is there or not; a marker is one of `ids`, or an id that nothing has, or none. */
export function anyPeeringQuery(ids: readonly PeeringId[]): fc.Arbitrary<PeeringQuery> {
  return fc
    .record({
      ...{ visibleTo: maybe(fc.constantFrom(...PROJECTS)), id: rarely(anyOf(ids)) },
      ...{ name: maybe(fc.constantFrom(...NAMES)), status: maybe(fc.constantFrom(...STATUSES)) },
      ...{ projectId: maybe(fc.constantFrom(...PROJECTS)), vpcId: maybe(fc.constantFrom(...VPCS)) },
      ...{ overdueSince: maybe(anyInstant), forgottenSince: anyInstant, page: anyPage(ids) },
    })
    .map(({ page, ...filters }) => ({ ...filters, ...page }))
}

export function anyVpcQuery(ids: readonly VpcId[]): fc.Arbitrary<VpcQuery> {
  const some = <T>(one: fc.Arbitrary<T>) => maybe(fc.array(one, { maxLength: 4 }))
  return fc
    .record({
      ...{ projectId: fc.constantFrom(...PROJECTS), ids: some(anyOf(ids)), names: some(fc.constantFrom(...NAMES)) },
      ...{ descriptions: some(fc.constantFrom(...NAMES)), cidrs: some(fc.constantFrom('', '10.0.0.0/8')) },
      ...{ enterpriseProjectId: maybe(fc.constantFrom('0', 'other')), page: anyPage(ids) },
    })
    .map(({ page, ...filters }) => ({ ...filters, ...page }))
}

export function anyPage<Id extends string>(ids: readonly Id[]) {
  const marker = maybe(anyOf(ids))
  return fc
    .record({ limit: fc.constantFrom(0, 1, 2, 3, 7, 2001), marker, backwards: fc.boolean() })
    .map(({ limit, marker, backwards }) => ({
      limit,
      after: backwards ? undefined : marker,
      before: backwards ? marker : undefined,
    }))
}

function anyOf<Id extends string>(ids: readonly Id[]): fc.Arbitrary<Id> {
  const unknown = fc.uuid().map((id) => id as Id)
  return ids.length === 0 ? unknown : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, unknown)
}

function maybe<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one })
}

function rarely<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one })
}
