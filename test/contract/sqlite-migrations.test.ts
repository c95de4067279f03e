/** A database of an older version keeps its rows through every later migration. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type ProjectId, parseRouteTableId } from '../../src/rules/ids.ts'
import { defaultTableName, type RouteTable } from '../../src/rules/route.ts'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { readTransaction } from '../../src/store/sqlite/transaction.ts'
import { temporaryFolder } from '../support/program.ts'
import { peering, vpc } from './store-samples.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../migrations/sqlite')

test('the peerings of a database of schema 1 are there after the start of this version, and P1 holds', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'old.sqlite')
  const old = new DatabaseSync(file)
  old.exec(readFileSync(join(MIGRATIONS, '0001-peerings-vpcs-people.sql'), 'utf8'))
  old.exec('pragma user_version = 1')
  const [waiting, rejected] = [
    peering(),
    peering({ status: 'REJECTED', description: 'no', createdAt: 2, updatedAt: 3 }),
  ]
  const insert = old.prepare('insert into peering values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (const { requester, accepter, ...one } of [waiting, rejected]) {
    insert.run(
      ...[one.id, one.name, one.description, one.status, requester.vpcId, requester.projectId],
      ...[accepter.vpcId, accepter.projectId, one.createdAt, one.updatedAt],
    )
  }
  old.close()

  const db = connectWriter(file)
  const tx = readTransaction(db)
  assert.deepEqual(tx.peering(waiting.id), waiting)
  assert.deepEqual(tx.peering(rejected.id), rejected)
  assert.deepEqual(tx.livePeeringBetween(waiting.accepter.vpcId, waiting.requester.vpcId), waiting)
  assert.throws(
    () => db.exec(`update peering set status = 'ACTIVE' where id = '${rejected.id}'`),
    /UNIQUE constraint failed: index 'peering_live_pair'/,
  )
  db.close()
})

test('every VPC of a database of schema 2 has its default table after the start, named as a new one would be', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'old.sqlite')
  const old = new DatabaseSync(file)
  const [first, second] = readdirSync(MIGRATIONS).sort()
  for (const name of [first, second]) old.exec(readFileSync(join(MIGRATIONS, String(name)), 'utf8'))
  old.exec('pragma user_version = 2')
  const people = { domain: ['d', 'n'], project: ['p', 'd', 'n', ''] }
  for (const [table, row] of Object.entries(people)) {
    old.prepare(`insert into ${table} values (${row.map(() => '?').join()})`).run(...row)
  }
  const vpcs = ['', 'orchard', '𝒳'.repeat(64)].map((name) => vpc({ projectId: 'p' as ProjectId, name, createdAt: 7 }))
  const insert = old.prepare('insert into vpc values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (const { id, projectId, name, createdAt } of vpcs) {
    insert.run(id, projectId, name, '', '10.0.0.0/16', '[]', '0', '[]', createdAt, 8)
  }
  old.close()

  const db = connectWriter(file)
  const tx = readTransaction(db)
  for (const each of vpcs) {
    const tables = tx.routeTablesOfVpc(each.id) as readonly RouteTable[]
    assert.equal(tables.length, 1)
    assert.notEqual(parseRouteTableId(String(tables[0]?.id)), undefined)
    assert.deepEqual(
      { ...tables[0], id: undefined },
      {
        ...{ id: undefined, vpcId: each.id, projectId: each.projectId, name: defaultTableName(each) },
        ...{ description: '', isDefault: true, createdAt: 7, updatedAt: 7 },
      },
    )
  }
  db.close()
})
