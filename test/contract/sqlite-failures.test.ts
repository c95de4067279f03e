/** What only a store in a file can meet: a file from a newer program, a disk that takes no more, no right to write. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { connectWriter } from '../../src/store/sqlite/connection.ts'
import { openSqlite } from '../../src/store/sqlite/sqlite.ts'
import { BODIES } from './stores.ts'

function folderFor(context: { after(clean: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-sqlite-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a database newer than the program is refused with a clear message, and left as it is', async (context) => {
  const file = join(folderFor(context), 'store.sqlite')
  await (await openSqlite(file, BODIES))[Symbol.asyncDispose]()
  const db = new DatabaseSync(file)
  const known = Number(db.prepare('pragma user_version').get()?.user_version)
  db.exec(`pragma user_version = ${known + 1}`)
  const opened = openSqlite(file, BODIES).then((store) => store[Symbol.asyncDispose]())
  await assert.rejects(opened, {
    message: `the database has schema ${known + 1}, this program knows ${known}: start the newer program that wrote it`,
  })
  assert.equal(db.prepare('pragma user_version').get()?.user_version, known + 1)
  db.close()
})

test('a commit returns when it is on disk, and leaves the checkpoint to others', (context) => {
  const db = connectWriter(join(folderFor(context), 'store.sqlite'))
  assert.equal(db.prepare('pragma journal_mode').get()?.journal_mode, 'wal')
  assert.equal(db.prepare('pragma synchronous').get()?.synchronous, 2)
  assert.equal(db.prepare('pragma wal_autocheckpoint').get()?.wal_autocheckpoint, 0)
  db.close()
})

test('the database is for nobody else to read', async (context) => {
  const file = join(folderFor(context), 'store.sqlite')
  await using _store = await openSqlite(file, BODIES)
  const found = spawnSync('stat', ['-c', '%a', file, `${file}-wal`, `${file}-shm`], { encoding: 'utf8' })
  assert.equal(found.stdout, '600\n600\n600\n')
})

/** Why a commit failed, for the log. */
const IO = ['disk I/O error']
const noLimits = spawnSync('prlimit', ['--version']).error ? 'prlimit (util-linux) is not here' : false

test('a disk that takes no more', { skip: noLimits }, async (context) => {
  const folder = folderFor(context)
  const script = join(import.meta.dirname, 'write-on-command.ts')
  const child = spawn(process.execPath, [script, join(folder, 'store.sqlite')], { stdio: 'pipe' })
  context.after(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const hear = async () => JSON.parse((await lines.next()).value ?? 'null')
  const ask = async (command: string) => {
    child.stdin.write(`${command}\n`)
    return await hear()
  }
  // The kernel then refuses every write to a file, as a full disk does: EFBIG instead of ENOSPC.
  const limit = (bytes: string) => assert.equal(spawnSync('prlimit', ['-p', `${child.pid}`, bytes]).status, 0)
  assert.equal(await hear(), 'ready')
  assert.equal(await ask('commit often'), 'done')
  assert.deepEqual(await ask('write'), { done: 20, unavailable: 0, reasons: [], other: [], count: 20 })

  await context.test('every caller of a commit that fails is told unavailable, and nothing is there', async () => {
    limit('--fsize=0:unlimited')
    assert.deepEqual(await ask('write'), { done: 0, unavailable: 20, reasons: IO, other: [], count: 20 })
    assert.deepEqual(await ask('large'), { done: 0, unavailable: 1, reasons: IO, other: [], count: 20 })
  })

  await context.test('a checkpoint that fails ends nothing', async () => {
    assert.deepEqual(await ask('checkpoint'), 'failed')
    assert.equal(child.exitCode, null)
    assert.deepEqual(await ask('write'), { done: 0, unavailable: 20, reasons: IO, other: [], count: 20 })
  })

  await context.test('the store works again when the disk does', async () => {
    limit('--fsize=unlimited:unlimited')
    assert.deepEqual(await ask('write'), { done: 20, unavailable: 0, reasons: [], other: [], count: 40 })
    child.stdin.end('close\n')
    assert.equal(await text(child.stderr), '')
    if (child.exitCode === null) await once(child, 'exit')
    assert.equal(child.exitCode, 0)
    const db = new DatabaseSync(join(folder, 'store.sqlite'), { readOnly: true })
    assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
    assert.equal(db.prepare('select quota from quota_limit').get()?.quota, 40)
    db.close()
  })
})
