/** The store contract, fifth part: subnets, read back, in pages, and in the counter of their quota (P4). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import type { ProjectId, RouteTableId, SubnetId, VpcId } from '../../src/rules/ids.ts'
import type { Subnet } from '../../src/rules/subnet.ts'
import type { SubnetQuery } from '../../src/store/networks.ts'
import type { Store } from '../../src/store/store.ts'
import { applyChanges, applyThenFail, type Change } from './store-bodies.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import { assertPages, pageOf, withQueries } from './store-lists.ts'
import { anyPage, BEHIND_ALL, byId, newId, PROJECTS, VPCS, vpc, vpcAt } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

/** Each VPC has its default table and one more. */
const TABLES = VPCS.map((id) => [0, 1].map((nth) => id.replace('-4000-', `-400${nth + 1}-`) as RouteTableId))

export function subnetContract(kind: StoreKind): void {
  suite('its subnets', () => {
    let fresh: Fresh
    before(async () => {
      fresh = await openFresh(kind)
      await fresh.store.write(applyChanges, VPCS.flatMap(makingVpc))
    })
    after(() => fresh[Symbol.asyncDispose]())

    test('a subnet reads back as it was saved, and as it was changed', () =>
      over(async (rows) => {
        for (const row of rows) assert.deepEqual(await look(fresh.store, (tx) => tx.subnet(row.id)), row)
      }))

    test('every list of subnets is what a plain filter of the same rows gives, page by page too', () =>
      over(async (rows, queries) => {
        for (const query of queries) {
          assert.deepEqual(await list(fresh.store, query), expected(rows, query))
          const whole = expected(rows, { ...query, limit: 10_000, after: undefined, before: undefined })
          await assertPages(whole, Math.max(1, query.limit), (page) => list(fresh.store, { ...query, ...page }))
        }
      }))

    test('those of a VPC and those of a table are all of them, ascending', () =>
      over(async (rows) => {
        const sorted = rows.toSorted(byId)
        for (const [index, id] of VPCS.entries()) {
          const ofVpc = await look(fresh.store, (tx) => tx.subnetsOfVpc(id))
          assert.deepEqual(
            ofVpc,
            sorted.filter(({ vpcId }) => vpcId === id),
          )
          for (const table of TABLES[index] ?? []) {
            const ofTable = await look(fresh.store, (tx) => tx.subnetsOfTable(table))
            assert.deepEqual(
              ofTable,
              sorted.filter(({ routeTableId }) => routeTableId === table),
            )
          }
        }
      }))

    test('what lies in a VPC is counted for its own project, and is nothing for another and of a VPC that is not there', () =>
      over(async (rows) => {
        const counted = (project: ProjectId, id: VpcId) => look(fresh.store, (tx) => tx.contentsOfVpc(project, id))
        for (const [index, id] of VPCS.entries()) {
          const subnets = rows.filter(({ vpcId }) => vpcId === id).length
          assert.deepEqual(await counted(vpcAt(index).projectId, id), { subnets, routeTables: 2 })
          assert.deepEqual(await counted(vpcAt(index + 1).projectId, id), { subnets: 0, routeTables: 0 })
        }
        assert.deepEqual(await counted(vpcAt(0).projectId, BEHIND_ALL), { subnets: 0, routeTables: 0 })
      }))

    test('P4: after any writes, kept or undone, the counter of the quota `subnet` equals a recount', () =>
      fc.assert(
        fc.asyncProperty(fc.array(anyBatch, { maxLength: 12, size: 'max' }), async (history) => {
          let rows: readonly Subnet[] = []
          for (const { steps, fails } of history) {
            const { changes, after } = played(rows, steps)
            if (fails) await assert.rejects(fresh.store.write(applyThenFail, changes), /something unexpected/)
            else await fresh.store.write(applyChanges, changes)
            rows = fails ? rows : after
            await assertCounted(fresh.store, rows)
          }
          await fresh.store.write(applyChanges, rows.map(removing))
          await assertCounted(fresh.store, [])
        }),
        { numRuns: 60 },
      ))

    /** Runs a check on random subnets, stored for it alone, with random queries. */
    function over(check: (rows: readonly Subnet[], queries: readonly SubnetQuery[]) => Promise<void>) {
      const any = anySubnets.chain((rows) => withQueries(rows, anyQuery))
      const property = fc.asyncProperty(any, async ([rows, queries]) => {
        await fresh.store.write(applyChanges, rows.flatMap(saving))
        try {
          await check(rows, queries)
        } finally {
          await fresh.store.write(applyChanges, rows.map(removing))
        }
      })
      return fc.assert(property, { numRuns: 40 })
    }
  })
}

function makingVpc(id: (typeof VPCS)[number], index: number): readonly Change[] {
  const { projectId } = vpcAt(index)
  const [first, second] = (TABLES[index] ?? []).map((tableId, nth) => ({
    ...{ id: tableId, vpcId: id, projectId, name: '', description: '', isDefault: nth === 0 },
    ...{ createdAt: 1, updatedAt: 1 },
  }))
  assert.ok(first && second)
  return [
    ['insertVpc', vpc({ id, projectId, name: id })],
    ['insertRouteTable', first],
    ['insertRouteTable', second],
  ]
}

const anyBlock6 = fc.constantFrom(undefined, { cidr: 'fd00::/64', gatewayIp: 'fd00::1' })
const anySubnet: fc.Arbitrary<Subnet> = fc
  .record(
    {
      ...{ id: fc.uuid(), vpc: fc.nat({ max: VPCS.length - 1 }), table: fc.nat({ max: 1 }), v6: anyBlock6 },
      ...{ name: fc.constantFrom('n', 'ü'), description: fc.constantFrom('', 'd'), dhcpEnable: fc.boolean() },
      ...{ cidr: fc.constantFrom('10.0.0.0/24', '10.0.1.0/24'), dnsList: fc.constantFrom([], ['1.1.1.1', 'fd00::2']) },
      ...{ extraDhcpOpts: fc.constantFrom([], [{ name: 'ntp', value: '1.1.1.1' }]), tags: fc.constant([]) },
      ...{ availabilityZone: fc.constantFrom('', 'az'), createdAt: fc.nat({ max: 5 }), updatedAt: fc.nat({ max: 5 }) },
    },
    { noNullPrototype: true },
  )
  .map(({ id, vpc: index, table, ...rest }) => ({
    ...rest,
    ...{ id: id as SubnetId, ...vpcAt(index), routeTableId: TABLES[index]?.[table] as RouteTableId },
    ...{ neutronSubnetId: newId(), neutronSubnetIdV6: newId(), gatewayIp: '10.0.0.1' },
  }))

const anySubnets: fc.Arbitrary<readonly Subnet[]> = fc.uniqueArray(anySubnet, {
  ...{ maxLength: 40, size: 'max' },
  selector: ({ id }) => id,
})

function anyQuery(ids: readonly SubnetId[]): fc.Arbitrary<SubnetQuery> {
  const filters = { projectId: fc.constantFrom(...PROJECTS), vpcId: fc.constantFrom(undefined, ...VPCS) }
  return fc.record({ ...filters, page: anyPage(ids) }).map(({ page, ...rest }) => ({ ...rest, ...page }))
}

/** One write; `at` chooses one of what is there. */
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), subnet: anySubnet }),
  fc.record({ kind: fc.constant('update' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never
const anyBatch = fc.record({ steps: fc.array(anyStep, { maxLength: 8 }), fails: fc.boolean() })

/** What steps are to the store, and what they leave. A step that has nothing to work on is none. */
function played(rows: readonly Subnet[], steps: readonly Step[]) {
  const changes: Change[] = []
  let after = rows
  for (const step of steps) {
    const chosen = step.kind === 'insert' ? step.subnet : after[step.at % Math.max(1, after.length)]
    if (chosen === undefined || (step.kind === 'insert' && after.some(({ id }) => id === chosen.id))) continue
    const others = after.filter((each) => each.id !== chosen.id)
    const renamed = { ...chosen, name: `${chosen.name}.` }
    changes.push(
      step.kind === 'insert'
        ? ['insertSubnet', chosen]
        : step.kind === 'update'
          ? ['updateSubnet', renamed]
          : removing(chosen),
    )
    after = step.kind === 'delete' ? others : [...others, step.kind === 'update' ? renamed : chosen]
  }
  return { changes, after }
}

/** Every other one is saved as something else first, and then changed into what it is. */
function saving(row: Subnet, index: number): readonly Change[] {
  if (index % 2 === 0) return [['insertSubnet', row]]
  const [first, second] = TABLES.find((tables) => tables.includes(row.routeTableId)) ?? []
  const otherTable = (row.routeTableId === first ? second : first) as RouteTableId
  const earlier: Subnet = {
    ...{ ...row, routeTableId: otherTable, name: 'earlier', description: 'earlier', dhcpEnable: !row.dhcpEnable },
    ...{ v6: undefined, dnsList: ['9.9.9.9'], extraDhcpOpts: [], tags: [{ key: 'k', value: 'v' }], updatedAt: 0 },
  }
  return [
    ['insertSubnet', earlier],
    ['updateSubnet', row],
  ]
}

function removing(row: Subnet): Change {
  return ['deleteSubnet', row]
}

function list(store: Store, query: SubnetQuery): Promise<readonly Subnet[]> {
  return look(store, (tx) => tx.subnets(query))
}

/** The filters once more, in the words of SubnetQuery and with no index in sight. */
function expected(rows: readonly Subnet[], query: SubnetQuery): readonly Subnet[] {
  const { projectId, vpcId } = query
  return pageOf(
    rows.filter((row) => row.projectId === projectId && (vpcId === undefined || row.vpcId === vpcId)),
    query,
  )
}

async function assertCounted(store: Store, rows: readonly Subnet[]): Promise<void> {
  for (const project of PROJECTS) {
    const mine = rows.filter(({ projectId }) => projectId === project)
    assert.equal(await look(store, (tx) => tx.used(project, 'subnet')), mine.length)
    const all = { projectId: project, vpcId: undefined, limit: 10_000, after: undefined, before: undefined }
    assert.deepEqual(await list(store, all), mine.toSorted(byId))
  }
}
