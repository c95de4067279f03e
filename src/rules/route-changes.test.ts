import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PeeringId, ProjectId, RouteId, RouteTableId, VpcId } from './ids.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './route.ts'
import { planRoutes, type RouteChanges, type RouteDraft, type RoutesBefore } from './route-changes.ts'

const NOW = 7
const [VIA, OTHER] = ['via', 'other'] as unknown as [PeeringId, PeeringId]
const LOCALS = ['10.0.0.0/24']

function route(destination: string, description = 'old'): Route {
  return {
    ...{ id: `route to ${destination}` as RouteId, tableId: 't' as RouteTableId, vpcId: 'v' as VpcId },
    ...{ projectId: 'p' as ProjectId, isDefault: true, type: 'peering', destination, nexthop: VIA, description },
    ...{ automatic: false, createdAt: 1, updatedAt: 1 },
  }
}

function draft(destination: string, changes: Partial<RouteDraft> = {}): RouteDraft {
  return { destination, nexthop: OTHER, description: undefined, ...changes }
}

function before(...destinations: string[]): RoutesBefore {
  return { known: destinations.map((each) => route(each)), count: destinations.length, limit: 200, locals: LOCALS }
}

function plan(state: RoutesBefore, changes: Partial<RouteChanges>, view: 'routes' | 'tables' = 'tables') {
  return planRoutes(view, state, { del: [], mod: [], add: [], ...changes }, NOW)
}

function assertRefused(run: () => unknown, code: string): void {
  assert.throws(run, (error) => error instanceof Refusal && error.code === code)
}

test('routes go, change and come in this order, so that a destination can be taken anew in one step', () => {
  const { removed, updated, added } = plan(before('10.1.0.0/16', '10.2.0.0/16'), {
    ...{ add: [draft('10.1.0.0/16'), draft('10.3.0.0/16')], mod: [draft('10.2.0.0/16')], del: ['10.1.0.0/16'] },
  })
  assert.deepEqual(removed, [route('10.1.0.0/16')])
  assert.deepEqual(updated, [{ ...route('10.2.0.0/16'), nexthop: OTHER, updatedAt: NOW }])
  assert.deepEqual(added, [draft('10.1.0.0/16'), draft('10.3.0.0/16')])
})

test('a change keeps the description unless it brings one, and the last of several counts', () => {
  const changed = (mod: readonly RouteDraft[]) => plan(before('10.1.0.0/16'), { mod }).updated
  const after = { ...route('10.1.0.0/16'), nexthop: OTHER, updatedAt: NOW }
  assert.deepEqual(changed([draft('10.1.0.0/16', { description: '' })]), [{ ...after, description: '' }])
  assert.deepEqual(changed([draft('10.1.0.0/16', { description: 'new' }), draft('10.1.0.0/16', { nexthop: VIA })]), [
    { ...after, nexthop: VIA, description: 'new' },
  ])
})

test('what is not there, or was just deleted, can neither be deleted nor changed', () => {
  for (const changes of [
    { del: ['10.9.0.0/16'] },
    { del: ['10.1.0.0/16', '10.1.0.0/16'] },
    { mod: [draft('10.9.0.0/16')] },
    { mod: [draft('10.0.0.0/24')] },
    { del: ['10.1.0.0/16'], mod: [draft('10.1.0.0/16')] },
  ]) {
    assertRefused(() => plan(before('10.1.0.0/16'), changes), 'table_route_not_found')
  }
})

test('a destination that is taken, local, or sent twice is refused, by each view with its own code', () => {
  const taken = { add: [draft('10.1.0.0/16')] }
  const twice = { add: [draft('10.2.0.0/16'), draft('10.2.0.0/16')] }
  const local = { add: [draft('10.0.0.128/25')] }
  for (const [changes, tables, routes] of [
    [taken, 'table_destination_taken', 'route_destination_taken'],
    [twice, 'table_destination_taken', 'route_destination_taken'],
    [local, 'table_destination_local', 'route_destination_local'],
  ] as const) {
    assertRefused(() => plan(before('10.1.0.0/16'), changes, 'tables'), tables)
    assertRefused(() => plan(before('10.1.0.0/16'), changes, 'routes'), routes)
  }
})

test('a table may be filled, and one that is fuller than it may be can still lose and change routes', () => {
  const full = { ...before('10.1.0.0/16'), count: 200 }
  const add = [draft('10.2.0.0/16')]
  assertRefused(() => plan(full, { add }), 'route_table_over_quota')
  assertRefused(() => plan(full, { add }, 'routes'), 'route_over_quota')
  assert.deepEqual(plan({ ...full, count: 199 }, { add }).added, add)
  assert.deepEqual(plan(full, { add, del: ['10.1.0.0/16'] }).added, add)
  assert.deepEqual(plan({ ...full, limit: 201 }, { add }).added, add)
  assert.deepEqual(plan({ ...full, limit: -1 }, { add }).added, add)
  assertRefused(() => plan({ ...before(), limit: 0 }, { add }), 'route_table_over_quota')
  const fuller = { ...full, count: 209 }
  assert.equal(plan(fuller, { mod: [draft('10.1.0.0/16')] }).updated.length, 1)
  assert.equal(plan(fuller, { del: ['10.1.0.0/16'] }).removed.length, 1)
})

const anyDestination = fc.nat({ max: 7 }).map((third) => `10.0.${third}.0/24`)
const anyDraft = fc.record({
  ...{ destination: anyDestination, nexthop: fc.constantFrom(VIA, OTHER) },
  description: fc.constantFrom(undefined, '', 'new'),
})
const anyChanges = fc.record({
  del: fc.array(anyDestination, { maxLength: 3 }),
  mod: fc.array(anyDraft, { maxLength: 3 }),
  add: fc.array(anyDraft, { maxLength: 3 }),
})

test('whatever is asked, it is refused, or the table is what doing it step by step makes of it', () => {
  let done = 0
  fc.assert(
    fc.property(fc.uniqueArray(anyDestination), anyChanges, (there, changes) => {
      const naive = stepByStep(there, changes)
      let result: ReturnType<typeof plan>
      try {
        result = plan(before(...there), changes)
      } catch (error) {
        assert.ok(error instanceof Refusal)
        assert.equal(naive, undefined)
        return
      }
      done += 1
      const table = new Map(there.map((each) => [each, { nexthop: VIA, description: 'old' }]))
      for (const { destination } of result.removed) table.delete(destination)
      for (const { destination, nexthop, description } of result.updated)
        table.set(destination, { nexthop, description })
      for (const { destination, nexthop, description } of result.added) {
        assert.ok(!table.has(destination))
        table.set(destination, { nexthop, description: description ?? '' })
      }
      assert.deepEqual(table, naive)
    }),
    { numRuns: 1000 },
  )
  assert.ok(done > 50, `${done} of the plans were carried out`)
})

/** The plain meaning of a change; undefined where a step cannot be done. */
function stepByStep(there: readonly string[], { del, mod, add }: RouteChanges) {
  const table = new Map(there.map((each) => [each, { nexthop: VIA, description: 'old' }]))
  for (const destination of del) if (!table.delete(destination)) return undefined
  for (const { destination, nexthop, description } of mod) {
    const old = table.get(destination)
    if (old === undefined) return undefined
    table.set(destination, { nexthop, description: description ?? old.description })
  }
  for (const { destination, nexthop, description } of add) {
    if (LOCALS.includes(destination) || table.has(destination)) return undefined
    table.set(destination, { nexthop, description: description ?? '' })
  }
  return table
}

test('an automatic route is neither deleted nor changed nor replaced, and the text says whose it is', () => {
  const state = { ...before(), known: [{ ...route('10.1.0.0/16'), automatic: true }], count: 1 }
  for (const changes of [{ del: ['10.1.0.0/16'] }, { mod: [draft('10.1.0.0/16')] }]) {
    assertRefused(() => plan(state, changes), 'route_automatic')
    assertRefused(() => plan(state, { ...changes, add: [draft('10.1.0.0/16')] }), 'route_automatic')
  }
  assertRefused(() => plan(state, { add: [draft('10.1.0.0/16')] }), 'table_destination_taken')
  assertRefused(() => plan(state, { add: [draft('10.1.0.0/16')] }, 'routes'), 'route_destination_taken')
  assert.throws(() => plan(state, { add: [draft('10.1.0.0/16')] }), /an automatic route of peering via/)
})
