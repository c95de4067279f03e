import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pendingMigrations, readMigrations } from './migrate.ts'

/** A folder with these files, gone after the body. */
function inFolder(files: Readonly<Record<string, string>>, body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-migrations-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const read = (...names: readonly string[]) => {
  let versions: readonly number[] = []
  inFolder(Object.fromEntries(names.map((name) => [name, ''])), (folder) => {
    versions = readMigrations(folder).map(({ version }) => version)
  })
  return versions
}

test('migrations are read whole and in the order of their numbers, whichever was written first', () => {
  inFolder({ '0002-more.sql': 'select 2;\n', '0001-first.sql': "select 'ü';\n" }, (folder) => {
    assert.deepEqual(readMigrations(folder), [
      { version: 1, name: '0001-first.sql', sql: "select 'ü';\n" },
      { version: 2, name: '0002-more.sql', sql: 'select 2;\n' },
    ])
  })
})

test('the tenth migration comes after the ninth', () => {
  const names = Array.from({ length: 10 }, (_, index) => `${String(index + 1).padStart(4, '0')}-step.sql`)
  assert.deepEqual(read(...names.toReversed()), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('what is no SQL is no migration', () => {
  assert.deepEqual(read('0001-first.sql', 'README.md', '0002-notes.txt', '0002-later.sql.off'), [1])
  assert.deepEqual(read(), [])
})

test('a number that is missing, stands twice or is none is our bug and names the file', () => {
  const wrong = (names: readonly string[], message: string) =>
    assert.throws(() => read(...names), { message }, String(names))
  wrong(['0002-more.sql'], 'migration 0002-more.sql should have the number 1')
  wrong(['0001-a.sql', '0003-c.sql'], 'migration 0003-c.sql should have the number 2')
  wrong(['0001-a.sql', '0001-b.sql'], 'migration 0001-b.sql should have the number 2')
  wrong(['0000-zero.sql', '0001-a.sql'], 'migration 0000-zero.sql should have the number 1')
  wrong(['first.sql'], 'migration first.sql should have the number 1')
  wrong(['1-first.sql'], 'migration 1-first.sql should have the number 1')
})

test('a folder that is not there is an error, and not a store without tables', () => {
  assert.throws(() => readMigrations(join(tmpdir(), 'causeway-no-such-folder')), { code: 'ENOENT' })
})

test('the migrations of every store can be read, and none is empty', () => {
  const folder = new URL('../../migrations/sqlite', import.meta.url).pathname
  const all = readMigrations(folder)
  assert.ok(all.length > 0)
  for (const { name, sql } of all) assert.notEqual(sql.trim(), '', name)
})

test('those still to apply are those after the version of the database', () => {
  const all = [1, 2, 3].map((version) => ({ version, name: `000${version}.sql`, sql: '' }))
  assert.deepEqual(
    [0, 1, 2, 3].map((applied) => pendingMigrations(all, applied).map(({ version }) => version)),
    [[1, 2, 3], [2, 3], [3], []],
  )
})

test('a database of a newer program is refused, and the message says what to do', () => {
  const all = [{ version: 1, name: '0001.sql', sql: '' }]
  assert.throws(() => pendingMigrations(all, 2), {
    message: 'the database has schema 2, this program knows 1: start the newer program that wrote it',
  })
})
