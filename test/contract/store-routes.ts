/** The store contract, sixth part: route tables and routes, read back, in pages, and by what they lead to. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import type { PeeringId, RouteId, RouteTableId, SubnetId } from '../../src/rules/ids.ts'
import type { Route, RouteTable } from '../../src/rules/route.ts'
import type { RouteQuery, RouteTableQuery } from '../../src/store/networks.ts'
import type { Store } from '../../src/store/store.ts'
import { applyChanges, type Change } from './store-bodies.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import { assertPages, pageOf, withQueries } from './store-lists.ts'
import { anyPage, byId, newId, PROJECTS, VPCS, vpc, vpcAt } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

const DESTINATIONS = ['10.1.0.0/16', '10.2.0.0/16', 'fd00::/64'] as const
const PEERINGS = [newId(), newId()] as const
/** Each VPC has its default table and two more. */
const TABLES: readonly RouteTable[] = VPCS.flatMap((id, index) =>
  [1, 2, 3].map((nth) => ({
    ...{ id: id.replace('-4000-', `-400${nth}-`) as RouteTableId, vpcId: id, projectId: vpcAt(index).projectId },
    ...{ name: `table ${nth}`, description: '', isDefault: nth === 1, createdAt: nth, updatedAt: nth },
  })),
)

export function routeContract(kind: StoreKind): void {
  suite('its route tables and routes', () => {
    let fresh: Fresh
    before(async () => {
      fresh = await openFresh(kind)
      await fresh.store.write(applyChanges, [
        ...VPCS.map((id, index): Change => ['insertVpc', vpc({ id, ...projectAt(index), name: id })]),
        ...TABLES.map((table): Change => ['insertRouteTable', table]),
      ])
    })
    after(() => fresh[Symbol.asyncDispose]())

    tableTests(() => fresh.store)
    routeTests(() => fresh.store)
  })
}

function tableTests(store: () => Store): void {
  test('a table reads back as it was saved, and name, description and time as they were changed', async () => {
    for (const table of TABLES) assert.deepEqual(await look(store(), (tx) => tx.routeTable(table.id)), table)
    const [table] = TABLES
    assert.ok(table)
    const changed = { ...table, name: 'ü', description: 'd', updatedAt: 9 }
    await store().write(applyChanges, [['updateRouteTable', changed]])
    assert.deepEqual(await look(store(), (tx) => tx.routeTable(table.id)), changed)
    await store().write(applyChanges, [['updateRouteTable', table]])
  })

  test('those of a VPC are all of them, ascending; every list is what a plain filter gives, page by page too', () =>
    fc.assert(
      fc.asyncProperty(anyTableQuery, async (query) => {
        const found = TABLES.filter(
          (row) =>
            row.projectId === query.projectId &&
            (query.vpcId ?? row.vpcId) === row.vpcId &&
            (query.id ?? row.id) === row.id,
        )
        const list = (page: Partial<RouteTableQuery>) =>
          look(store(), (tx) => tx.routeTables({ ...query, subnetId: undefined, ...page }))
        assert.deepEqual(await list({}), pageOf(found, query))
        await assertPages(found.toSorted(byId), Math.max(1, query.limit), list)
        for (const id of VPCS) {
          assert.deepEqual(
            await look(store(), (tx) => tx.routeTablesOfVpc(id)),
            TABLES.filter(({ vpcId }) => vpcId === id).toSorted(byId),
          )
        }
      }),
      { numRuns: 40 },
    ))

  test('the list finds the one table that routes a subnet, and follows it to another one', async () => {
    const [first, second] = TABLES
    assert.ok(first && second)
    const subnet = {
      ...{ id: newId() as string as SubnetId, neutronSubnetId: newId(), neutronSubnetIdV6: newId() },
      ...{ vpcId: first.vpcId, projectId: first.projectId, routeTableId: first.id, name: 's', description: '' },
      ...{ cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1', v6: undefined, dhcpEnable: true, dnsList: [] },
      ...{ availabilityZone: '', extraDhcpOpts: [], tags: [], createdAt: 1, updatedAt: 1 },
    }
    const { projectId } = first
    const routing = (subnetId: SubnetId, project = projectId) =>
      look(store(), (tx) => tx.routeTables({ ...ALL, projectId: project, id: undefined, vpcId: undefined, subnetId }))
    await store().write(applyChanges, [['insertSubnet', subnet]])
    assert.deepEqual(await routing(subnet.id), [first])
    await store().write(applyChanges, [['updateSubnet', { ...subnet, routeTableId: second.id }]])
    assert.deepEqual(await routing(subnet.id), [second])
    assert.deepEqual(await routing(newId() as string as SubnetId), [])
    for (const other of PROJECTS.slice(1)) assert.deepEqual(await routing(subnet.id, other), [])
    // A table that still routes a subnet cannot go, whoever forgets to look.
    await assert.rejects(store().write(applyChanges, [['deleteRouteTable', second.id]]))
    await store().write(applyChanges, [['deleteSubnet', subnet]])
    await store().write(applyChanges, [['deleteRouteTable', second.id]])
    assert.equal(await look(store(), (tx) => tx.routeTable(second.id)), undefined)
    await store().write(applyChanges, [['insertRouteTable', second]])
  })

  test('a VPC has one default table: a second is not saved', async () => {
    const [table] = TABLES
    assert.ok(table)
    const second = { ...table, id: newId() as string as RouteTableId }
    await assert.rejects(store().write(applyChanges, [['insertRouteTable', second]]))
    assert.equal(await look(store(), (tx) => tx.routeTable(second.id)), undefined)
  })
}

function routeTests(store: () => Store): void {
  test('a route reads back by its id and by its destination, as it was saved and as it was changed', () =>
    over(store, async (rows) => {
      for (const row of rows) assert.deepEqual(await look(store(), (tx) => tx.route(row.id)), row)
      for (const { id } of TABLES) {
        for (const destination of DESTINATIONS) {
          const row = rows.find((each) => each.tableId === id && each.destination === destination)
          assert.deepEqual(await look(store(), (tx) => tx.routeTo(id, destination)), row)
        }
      }
    }))

  test('those of a table are all of them in the order of their making, and counted', () =>
    over(store, async (rows) => {
      for (const { id } of TABLES) {
        const expected = rows.filter(({ tableId }) => tableId === id)
        assert.deepEqual(await look(store(), (tx) => tx.routesOfTable(id)), expected)
        assert.equal(await look(store(), (tx) => tx.routeCount(id)), expected.length)
      }
    }))

  test('those via a peering are those of every table, ascending', () =>
    over(store, async (rows) => {
      for (const id of PEERINGS) {
        const expected = rows.filter(({ nexthop }) => nexthop === id).toSorted(byId)
        assert.deepEqual(await look(store(), (tx) => tx.routesVia(id)), expected)
      }
      assert.deepEqual(await look(store(), (tx) => tx.routesVia(newId())), [])
    }))

  test('every list of routes is what a plain filter of those in default tables gives, page by page too', () =>
    over(store, async (rows, queries) => {
      for (const query of queries) {
        const found = rows.filter(
          (row) =>
            row.isDefault &&
            row.projectId === query.projectId &&
            (query.vpcId ?? row.vpcId) === row.vpcId &&
            (query.id ?? row.id) === row.id &&
            (query.destination ?? row.destination) === row.destination,
        )
        const list = (page: Partial<RouteQuery>) => look(store(), (tx) => tx.routes({ ...query, ...page }))
        assert.deepEqual(await list({}), pageOf(found, query))
        await assertPages(found.toSorted(byId), Math.max(1, query.limit), list)
      }
    }))

  test('a table takes one route to a destination, and cannot go before its routes', async () => {
    const [table] = TABLES
    assert.ok(table)
    const one = routeIn(table, { id: newId(), destination: '10.1.0.0/16' })
    const other = { ...one, id: newId() as string as RouteId }
    await store().write(applyChanges, [['insertRoute', one]])
    await assert.rejects(store().write(applyChanges, [['insertRoute', other]]))
    await assert.rejects(store().write(applyChanges, [['deleteRouteTable', table.id]]))
    assert.deepEqual(await look(store(), (tx) => tx.routesOfTable(table.id)), [one])
    await store().write(applyChanges, [['deleteRoute', one.id]])
    assert.deepEqual(await look(store(), (tx) => tx.routesOfTable(table.id)), [])
  })
}

/** Runs a check on random routes, stored for it alone, with random queries. */
function over(
  store: () => Store,
  check: (rows: readonly Route[], queries: readonly RouteQuery[]) => Promise<void>,
): Promise<void> {
  const any = anyRoutes.chain((rows) => withQueries(rows, anyQuery))
  const property = fc.asyncProperty(any, async ([rows, queries]) => {
    await store().write(applyChanges, rows.flatMap(saving))
    try {
      await check(rows, queries)
    } finally {
      await store().write(
        applyChanges,
        rows.map(({ id }): Change => ['deleteRoute', id]),
      )
    }
  })
  return fc.assert(property, { numRuns: 40 })
}

/** Every other one is saved as something else first, and then changed into what it is. */
function saving(row: Route, index: number): readonly Change[] {
  if (index % 2 === 0) return [['insertRoute', row]]
  return [
    ['insertRoute', { ...row, nexthop: newId(), description: 'earlier', updatedAt: 0 }],
    ['updateRoute', row],
  ]
}

function routeIn(table: RouteTable, { id, ...rest }: { readonly id: string } & Partial<Omit<Route, 'id'>>): Route {
  return {
    ...{ id: id as RouteId, tableId: table.id, vpcId: table.vpcId, projectId: table.projectId },
    ...{ isDefault: table.isDefault, type: 'peering', destination: DESTINATIONS[0], nexthop: PEERINGS[0] },
    ...{ description: '', automatic: false, createdAt: 1, updatedAt: 1 },
    ...rest,
  }
}

function projectAt(index: number) {
  const { projectId } = vpcAt(index)
  return { projectId }
}

const ALL = { limit: 10_000, after: undefined, before: undefined }

const anyRoute: fc.Arbitrary<Route> = fc
  .record(
    {
      ...{ id: fc.uuid(), table: fc.constantFrom(...TABLES), destination: fc.constantFrom(...DESTINATIONS) },
      ...{ nexthop: fc.constantFrom<PeeringId>(...PEERINGS), description: fc.constantFrom('', 'd') },
      ...{ automatic: fc.boolean() },
      ...{ createdAt: fc.nat({ max: 5 }), updatedAt: fc.nat({ max: 5 }) },
    },
    { noNullPrototype: true },
  )
  .map(({ table, ...rest }) => routeIn(table, rest))

const anyRoutes: fc.Arbitrary<readonly Route[]> = fc.uniqueArray(anyRoute, {
  ...{ maxLength: 40, size: 'max' },
  selector: ({ tableId, destination }) => `${tableId} ${destination}`,
})

function anyQuery(ids: readonly RouteId[]): fc.Arbitrary<RouteQuery> {
  const filters = {
    ...{ projectId: fc.constantFrom(...PROJECTS), vpcId: fc.constantFrom(undefined, ...VPCS) },
    ...{ id: fc.constantFrom(undefined, undefined, ...ids), destination: fc.constantFrom(undefined, ...DESTINATIONS) },
  }
  return fc.record({ ...filters, page: anyPage(ids) }).map(({ page, ...rest }) => ({ ...rest, ...page }))
}

const anyTableQuery: fc.Arbitrary<Omit<RouteTableQuery, 'subnetId'>> = fc
  .record({
    ...{ projectId: fc.constantFrom(...PROJECTS), vpcId: fc.constantFrom(undefined, ...VPCS) },
    ...{ id: fc.constantFrom(undefined, ...TABLES.map(({ id }) => id)), page: anyPage(TABLES.map(({ id }) => id)) },
  })
  .map(({ page, ...rest }) => ({ ...rest, ...page }))
