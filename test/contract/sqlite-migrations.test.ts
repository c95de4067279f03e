/** A database of an older version keeps its rows through every later migration. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type PeeringId, type ProjectId, parseRouteTableId, type RouteTableId } from '../../src/rules/ids.ts'
import { defaultTableName, type RouteTable } from '../../src/rules/route.ts'
import { chained } from '../../src/store/chain.ts'
import type { StoredEvent } from '../../src/store/history.ts'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { eventReads, eventWrites } from '../../src/store/sqlite/events.ts'
import { readTransaction } from '../../src/store/sqlite/transaction.ts'
import { temporaryFolder } from '../support/program.ts'
import { newId, peering, vpc } from './store-samples.ts'

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
    assert.equal(tx.generation(each.id), 1)
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

test('the events of a database of schema 3 get their place, their sides and their hashes, and go on from there', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'old.sqlite')
  const old = new DatabaseSync(file)
  const names = readdirSync(MIGRATIONS).sort().slice(0, 3)
  for (const name of names) old.exec(readFileSync(join(MIGRATIONS, name), 'utf8'))
  old.exec('pragma user_version = 3')
  const kept = peering({ status: 'EXPIRED' })
  const forgotten = newId()
  const { id, requester, accepter } = kept
  old
    .prepare(`insert into peering (id, name, description, status, request_vpc_id, request_project_id, accept_vpc_id,
      accept_project_id, created_at, updated_at) values (?, '', '', 'EXPIRED', ?, ?, ?, ?, 1, 1)`)
    .run(id, requester.vpcId, requester.projectId, accepter.vpcId, accepter.projectId)
  const insert = old.prepare(`insert into event (at, peering_id, verb, from_status, to_status, user_id, project_id,
    request_id) values (?, ?, ?, ?, ?, 'u', 'p', 'r')`)
  insert.run(1, id, 'create', null, 'PENDING_ACCEPTANCE')
  insert.run(2, forgotten, 'create', null, 'ACTIVE')
  insert.run(3, id, 'expire', 'PENDING_ACCEPTANCE', 'EXPIRED')
  insert.run(4, forgotten, 'delete', 'ACTIVE', 'DELETED')
  old.close()

  const db = connectWriter(file)
  const reads = eventReads(db)
  const of = (peering: PeeringId) => reads.history(peering, 0, 9) as readonly StoredEvent[]
  assert.deepEqual(
    [...of(id), ...of(forgotten)].map(({ seq, place, requester, why }) => [seq, place, requester, why]),
    [
      [1, 1, requester.projectId, 'request'],
      [3, 2, requester.projectId, 'time'],
      [2, 1, undefined, 'request'],
      [4, 2, undefined, 'request'],
    ],
  )
  eventWrites(db, () => {}).insertEvent({ ...(of(id)[1] as StoredEvent), at: 5, verb: 'delete', to: 'DELETED' })
  for (const chain of [of(id), of(forgotten)]) {
    let last: StoredEvent | undefined
    for (const event of chain) {
      assert.equal(event.hash, chained(last, event).hash)
      last = event
    }
  }
  assert.equal(of(id).length, 3)
  db.close()
})

test('the routes of a database of schema 7 are nobody’s but their makers’ after the start, and nobody asks for others', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'old.sqlite')
  const old = new DatabaseSync(file)
  for (const name of readdirSync(MIGRATIONS).sort().slice(0, 7)) old.exec(readFileSync(join(MIGRATIONS, name), 'utf8'))
  old.exec('pragma user_version = 7')
  old.exec(`insert into domain values ('d', 'n'); insert into project values ('p', 'd', 'n', '')`)
  const { id: vpcId } = vpc()
  old.exec(`insert into vpc (id, project_id, name, description, cidr, extend_cidrs, enterprise_project_id, tags,
    created_at, updated_at) values ('${vpcId}', 'p', '', '', '10.0.0.0/16', '[]', '0', '[]', 1, 1)`)
  old.exec(`insert into route_table values (1, 't', '${vpcId}', 'p', '', '', 1, 1, 1)`)
  old.exec(`insert into route values (1, 'r', 't', '${vpcId}', 'p', 1, 'peering', '10.9.0.0/16', 'via', 'd', 2, 3)`)
  old.close()

  const db = connectWriter(file)
  const tx = readTransaction(db)
  assert.deepEqual(tx.routesOfTable('t' as RouteTableId), [
    {
      ...{ id: 'r', tableId: 't', vpcId, projectId: 'p', isDefault: true, type: 'peering', destination: '10.9.0.0/16' },
      ...{ nexthop: 'via', description: 'd', automatic: false, createdAt: 2, updatedAt: 3 },
    },
  ])
  assert.deepEqual(tx.automaticPeers(vpcId), [])
  db.close()
})
