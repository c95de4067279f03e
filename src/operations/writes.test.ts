/** The list of write bodies against the tree: one that is missing there would fail only when it is first called. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keepInstance } from './network/keep-instance.ts'
import { markPorts } from './network/mark-ports.ts'
import { seedPeople } from './people/seed-people.ts'
import { WRITES } from './writes.ts'

test('WRITES has every operation that writes, and what is written without a caller', async () => {
  const exported = (await Promise.all(operationFiles().map((file) => import(file)))).flatMap(Object.entries)
  const writing = exported.filter(([, value]) => isWrite(value)).map(([name]) => name)
  assert.ok(writing.length > 10, 'does this test see them?')
  assert.deepEqual(namesOf(WRITES), [...writing, keepInstance.name, markPorts.name, seedPeople.name].sort())
})

test('every body in WRITES has the name that it is exported by, so that the writer thread finds it', async () => {
  const exported = (await Promise.all(operationFiles().map((file) => import(file)))).flatMap(Object.entries)
  for (const body of WRITES) {
    const names = exported.filter(([, value]) => value === body).map(([name]) => name)
    assert.deepEqual(names, [body.name])
  }
})

function operationFiles(): string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/') && name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(import.meta.dirname, name))
}

function isWrite(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'access' in value && value.access === 'write'
}

function namesOf(bodies: readonly { readonly name: string }[]): string[] {
  return bodies.map(({ name }) => name).sort()
}
