import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refusal } from '../../src/rules/refusal.ts'
import type { ReadTransaction, Store } from '../../src/store/store.ts'
import { applyChanges } from './store-bodies.ts'
import { PEOPLE } from './store-samples.ts'
import { BODIES, type StoreKind } from './stores.ts'

export interface Fresh extends AsyncDisposable {
  readonly store: Store
  readonly folder: string
}

/** A store in a folder of its own, empty but for the people. */
export async function openFresh(kind: StoreKind): Promise<Fresh> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-store-'))
  const store = await kind.open(folder, BODIES)
  await store.write(applyChanges, PEOPLE)
  return {
    ...{ store, folder },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

export function look<Result>(store: Store, run: (tx: ReadTransaction) => Result | Promise<Result>): Promise<Result> {
  return store.read({ name: 'look', run }, undefined)
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'unavailable'
}
