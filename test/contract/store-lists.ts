/** The store contract, third part: lists, against a plain reading of the same rows. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import type { Peering } from '../../src/rules/peering.ts'
import type { Vpc } from '../../src/rules/vpc.ts'
import type { Page } from '../../src/store/page.ts'
import type { PeeringQuery, Store, VpcQuery } from '../../src/store/store.ts'
import { applyChanges, type Change } from './store-bodies.ts'
import { anyHistory, assertCounters } from './store-counters.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import * as samples from './store-samples.ts'
import type { StoreKind } from './stores.ts'

const FILTERS = ['visibleTo', 'id', 'name', 'status', 'projectId', 'vpcId', 'overdueSince', 'after', 'before']

export function listContract(kind: StoreKind): void {
  suite('its lists and counters', () => {
    let fresh: Fresh
    before(async () => {
      fresh = await openFresh(kind)
    })
    after(() => fresh[Symbol.asyncDispose]())

    test('every list of peerings is what a plain filter of the same rows gives', async () => {
      const proved = new Map<string, number>()
      await overPeerings(
        () => fresh,
        120,
        async (rows, queries) => {
          for (const query of queries) {
            const expected = expectedPeerings(rows, query)
            assert.deepEqual(await list(fresh.store, query), expected)
            const given = Object.entries(query).filter(([, value]) => value !== undefined)
            if (expected.length > 0) for (const [filter] of given) proved.set(filter, (proved.get(filter) ?? 0) + 1)
          }
        },
      )
      // Else the queries missed the rows, and two empty lists were compared.
      for (const filter of FILTERS) assert.ok((proved.get(filter) ?? 0) > 20, `${filter} found nothing`)
    })

    test('the pages of a list give the whole of it, without a gap or a repetition, in both directions', () =>
      overPeerings(
        () => fresh,
        60,
        async (rows, queries) => {
          for (const query of queries.slice(0, 10)) {
            const whole = expectedPeerings(rows, { ...query, limit: 10_000, after: undefined, before: undefined })
            const pageOf = (page: Page<Peering['id']>) => list(fresh.store, { ...query, ...page })
            await assertPages(whole, Math.max(1, query.limit), pageOf)
          }
        },
      ))

    test('tombstones never appear in a list that does not ask for DELETED, nor anything else in one that does', () =>
      overPeerings(
        () => fresh,
        60,
        async (_rows, queries) => {
          for (const query of queries) {
            for (const { status } of await list(fresh.store, query)) {
              assert.equal(status === 'DELETED', query.status === 'DELETED')
            }
          }
        },
      ))

    test('every list of VPCs is what a plain filter of the same rows gives, page by page too', () =>
      overVpcs(
        () => fresh,
        60,
        async (rows, queries) => {
          for (const query of queries) {
            assert.deepEqual(await listVpcs(fresh.store, query), expectedVpcs(rows, query))
            const whole = expectedVpcs(rows, { ...query, limit: 10_000, after: undefined, before: undefined })
            await assertPages(whole, Math.max(1, query.limit), (page) => listVpcs(fresh.store, { ...query, ...page }))
          }
        },
      ))

    test('what is forgotten is gone whole: the very same peering can be saved again', async () => {
      const one = samples.peering({ status: 'DELETED' })
      for (const _ of ['once', 'again']) {
        await fresh.store.write(applyChanges, [['insertPeering', one]])
        await fresh.store.write(applyChanges, [['forgetPeering', one.id]])
        assert.equal(await look(fresh.store, (tx) => tx.peering(one.id)), undefined)
      }
    })

    test('P4: after any sequence of changes, kept or undone, each counter equals a recount', () =>
      fc.assert(
        fc.asyncProperty(anyHistory, (history) => assertCounters(fresh.store, history)),
        { numRuns: 60 },
      ))
  })
}

type Check = (rows: readonly Peering[], queries: readonly PeeringQuery[]) => Promise<void>

/** Runs a check on random peerings, stored for it alone, with random queries. */
function overPeerings(fresh: () => Fresh, numRuns: number, check: Check): Promise<void> {
  const property = fc.asyncProperty(
    samples.anyPeerings.chain((rows) => withQueries(rows, samples.anyPeeringQuery)),
    async ([rows, queries]) => {
      const { store } = fresh()
      await store.write(applyChanges, rows.flatMap(saving))
      try {
        await check(rows, queries)
      } finally {
        await store.write(applyChanges, rows.flatMap(samples.forgetting))
      }
    },
  )
  return fc.assert(property, { numRuns })
}

function overVpcs(
  fresh: () => Fresh,
  numRuns: number,
  check: (rows: readonly Vpc[], queries: readonly VpcQuery[]) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(
    samples.anyVpcs.chain((rows) => withQueries(rows, samples.anyVpcQuery)),
    async ([rows, queries]) => {
      const { store } = fresh()
      await store.write(
        applyChanges,
        rows.map((row): Change => ['insertVpc', row]),
      )
      try {
        await check(rows, queries)
      } finally {
        await store.write(
          applyChanges,
          rows.map((row): Change => ['deleteVpc', row]),
        )
      }
    },
  )
  return fc.assert(property, { numRuns })
}

export function withQueries<Row extends { readonly id: string }, Query>(
  rows: readonly Row[],
  anyQuery: (ids: readonly Row['id'][]) => fc.Arbitrary<Query>,
): fc.Arbitrary<[readonly Row[], readonly Query[]]> {
  const queries = fc.array(anyQuery(rows.map(({ id }) => id)), { minLength: 30, maxLength: 30 })
  return fc.tuple(fc.constant(rows), queries)
}

/** Every other one is saved as something else first, and then changed into what it is. */
function saving(row: Peering, index: number): readonly Change[] {
  if (index % 2 === 0) return [['insertPeering', row]]
  const earlier: Peering = { ...row, name: 'earlier', description: 'earlier', status: 'EXPIRED', updatedAt: 0 }
  return [
    ['insertPeering', earlier],
    ['updatePeering', earlier, row],
  ]
}

function list(store: Store, query: PeeringQuery): Promise<readonly Peering[]> {
  return look(store, (tx) => tx.peerings(query))
}

function listVpcs(store: Store, query: VpcQuery): Promise<readonly Vpc[]> {
  return look(store, (tx) => tx.vpcs(query))
}

/** The filters once more, in the words of PeeringQuery and with no index in sight. */
function expectedPeerings(rows: readonly Peering[], query: PeeringQuery): readonly Peering[] {
  const { id, name, status, visibleTo, projectId, vpcId, overdueSince, forgottenSince } = query
  const found = rows.filter((row) => {
    const { requester, accepter } = row
    const isOverdue = row.status === 'PENDING_ACCEPTANCE' && overdueSince !== undefined && row.createdAt <= overdueSince
    return (
      (status === undefined ? row.status !== 'DELETED' : status === (isOverdue ? 'EXPIRED' : row.status)) &&
      !(row.status === 'DELETED' && row.updatedAt <= forgottenSince) &&
      (id === undefined || row.id === id) &&
      (name === undefined || row.name === name) &&
      [visibleTo, projectId].every((one) => !one || one === requester.projectId || one === accepter.projectId) &&
      (vpcId === undefined || vpcId === requester.vpcId || vpcId === accepter.vpcId)
    )
  })
  return pageOf(found, query)
}

function expectedVpcs(rows: readonly Vpc[], query: VpcQuery): readonly Vpc[] {
  const { projectId, ids, names, descriptions, cidrs, enterpriseProjectId } = query
  const found = rows.filter(
    (row) =>
      row.projectId === projectId &&
      (ids?.includes(row.id) ?? true) &&
      (names?.includes(row.name) ?? true) &&
      (descriptions?.includes(row.description) ?? true) &&
      (cidrs?.includes(row.cidr) ?? true) &&
      (enterpriseProjectId === undefined || row.enterpriseProjectId === enterpriseProjectId),
  )
  return pageOf(found, query)
}

export function pageOf<Row extends { readonly id: string }>(
  found: readonly Row[],
  page: Page<Row['id']>,
): readonly Row[] {
  const { limit, after, before } = page
  const range = found.filter(({ id }) => (after === undefined || id > after) && (before === undefined || id < before))
  const sorted = range.toSorted(samples.byId)
  return before === undefined ? sorted.slice(0, limit) : sorted.slice(Math.max(0, sorted.length - limit))
}

/** Reads `whole` page by page, from its first item on and from its last one back. */
export async function assertPages<Row extends { readonly id: string }>(
  whole: readonly Row[],
  limit: number,
  read: (page: Page<Row['id']>) => Promise<readonly Row[]>,
): Promise<void> {
  const forwards: Row[] = []
  for (let page = await read({ limit, after: undefined, before: undefined }); page.length > 0; ) {
    forwards.push(...page)
    assert.ok(forwards.length <= whole.length, 'forwards there is no end')
    page = await read({ limit, after: page.at(-1)?.id, before: undefined })
  }
  assert.deepEqual(forwards, whole)
  const backwards: Row[] = []
  for (let page = await read({ limit, after: undefined, before: samples.BEHIND_ALL }); page.length > 0; ) {
    backwards.unshift(...page)
    assert.ok(backwards.length <= whole.length, 'backwards there is no end')
    page = await read({ limit, after: undefined, before: page[0]?.id })
  }
  assert.deepEqual(backwards, whole)
}
