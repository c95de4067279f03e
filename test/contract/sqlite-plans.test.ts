/** A page of a list costs the page and not the table: SQLite says itself how it would read every list statement. */
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { STATUSES } from '../../src/rules/status.ts'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { peeringPages } from '../../src/store/sqlite/peering-pages.ts'
import { peeringReads } from '../../src/store/sqlite/peerings.ts'
import { vpcReads } from '../../src/store/sqlite/vpcs.ts'
import type { PeeringQuery } from '../../src/store/store.ts'
import { newId, PROJECTS, VPCS } from './store-samples.ts'

const FIRST = { limit: 3, after: undefined, before: undefined }

test('every list of peerings reads an index in its order: no whole table, no sorting', () => {
  const { db, statements } = recording()
  const list = peeringPages(db)
  for (const query of everyQuery()) list(query)
  // Seven sources, forwards and backwards.
  assert.equal(statements.size, 14)
  for (const statement of statements) assertInOrder(db, statement)
})

test('each list of peerings is driven by the index that is meant for it', () => {
  const { db, statements } = recording()
  const list = peeringPages(db)
  const driver = (changes: Partial<PeeringQuery>): readonly string[] => {
    statements.clear()
    // A fresh reader, so that each statement is prepared, and seen, anew.
    peeringPages(db)({ ...NOTHING, ...changes })
    return [...statements].map((statement) => planOf(db, statement)[0] ?? '')
  }
  assert.deepEqual(list({ ...NOTHING }), [])
  const [alice] = PROJECTS
  const [vpcId] = VPCS
  assert.match(driver({ id: newId() }).join(), /^SEARCH p USING PRIMARY KEY \(id=\?/)
  assert.match(driver({ visibleTo: alice }).join(), /^SEARCH m USING PRIMARY KEY \(project_id=\? AND deleted=\?/)
  assert.match(driver({ visibleTo: alice, name: 'n' }).join(), /peering_member_by_name \(.*name=\? AND peering_id>\?/)
  assert.match(driver({ visibleTo: alice, status: 'DELETED' }).join(), /peering_member_by_status .*peering_id>\?/)
  assert.match(driver({ status: 'ACTIVE' }).join(), /peering_by_status \(status=\? AND id>\?/)
  assert.match(driver({ vpcId }).join(), /peering_of_request_vpc .*id>\?.*peering_of_accept_vpc .*id>\?/)
})

test('every list of VPCs reads an index in its order', () => {
  const { db, statements } = recording()
  vpcReads(db)
  const lists = [...statements].filter((statement) => statement.includes('limit'))
  assert.equal(lists.length, 2)
  for (const statement of lists) assertInOrder(db, statement)
})

test('the sweep, the lookups and the refusals of a second peering read no whole table', () => {
  const { db, statements } = recording()
  peeringReads(db)
  assert.equal(statements.size, 6)
  for (const statement of statements) {
    for (const step of planOf(db, statement)) assert.doesNotMatch(step, /^SCAN/, `${statement}\n${step}`)
  }
})

test('these tests bite: a statement that sorts, or reads the whole table, is told apart', () => {
  const { db } = recording()
  assert.throws(() => assertInOrder(db, 'select * from peering order by name limit 3'), /SCAN peering/)
  const sorting = "select * from peering where request_vpc_id = 'a' and status <> 'DELETED' order by name"
  assert.throws(() => assertInOrder(db, sorting), /TEMP B-TREE/)
})

const NOTHING: PeeringQuery = {
  ...{ ...FIRST, visibleTo: undefined, id: undefined, name: undefined, status: undefined },
  ...{ projectId: undefined, vpcId: undefined, overdueSince: undefined, forgottenSince: 0 },
}

/** Each filter there or not, each status, both directions. */
function* everyQuery(): Generator<PeeringQuery> {
  for (let bits = 0; bits < 64; bits += 1) {
    const given = <T>(bit: number, value: T | undefined) => (bits & (1 << bit) ? value : undefined)
    for (const status of [undefined, ...STATUSES]) {
      yield {
        ...{ limit: 3, after: undefined, before: given(0, newId()), visibleTo: given(1, PROJECTS[0]) },
        ...{ id: given(2, newId()), name: given(3, 'n'), status, projectId: given(4, PROJECTS[1]) },
        ...{ vpcId: given(5, VPCS[0]), overdueSince: 3, forgottenSince: 1 },
      }
    }
  }
}

/** An empty database with the schema, and the texts of what is prepared on it. */
function recording(): { db: DatabaseSync; statements: Set<string> } {
  const db = connectWriter(':memory:')
  const statements = new Set<string>()
  const prepare = db.prepare.bind(db)
  db.prepare = (sql) => {
    if (!sql.startsWith('explain')) statements.add(sql)
    return prepare(sql)
  }
  return { db, statements }
}

function planOf(db: DatabaseSync, statement: string): readonly string[] {
  return db
    .prepare(`explain query plan ${statement}`)
    .all()
    .map(({ detail }) => String(detail))
    .filter((detail) => !/json_each/.test(detail))
}

function assertInOrder(db: DatabaseSync, statement: string): void {
  const plan = planOf(db, statement)
  assert.ok(plan.length > 0)
  for (const step of plan) assert.doesNotMatch(step, /^SCAN|TEMP B-TREE/, `${statement}\n${plan.join('\n')}`)
}
