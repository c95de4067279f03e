/** A database of an older version keeps its rows through every later migration. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { readTransaction } from '../../src/store/sqlite/transaction.ts'
import { temporaryFolder } from '../support/program.ts'
import { peering } from './store-samples.ts'

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
