/**
 * Migrations are plain SQL files, numbered, forward only, applied in order. Each store applies them inside one
 * transaction of its own, so that two processes that start at once find either the old schema or the new one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** The migrations in a folder, ascending. Throws where a number is missing or stands twice: that is our bug. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  return names.map((name, index) => {
    const version = Number(name.slice(0, 4))
    if (version !== index + 1) throw new Error(`migration ${name} should have the number ${index + 1}`)
    return { version, name, sql: readFileSync(join(folder, name), 'utf8') }
  })
}

/** The migrations still to apply. Throws where the database is newer than this program. */
export function pendingMigrations(all: readonly Migration[], applied: number): readonly Migration[] {
  if (applied > all.length) {
    throw new Error(
      `the database has schema ${applied}, this program knows ${all.length}: start the newer program that wrote it`,
    )
  }
  return all.slice(applied)
}
