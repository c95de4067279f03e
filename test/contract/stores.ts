/** The stores that keep the contract of src/store/store.ts. A second one joins by one line of `STORES`. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { PeeringEvent } from '../../src/store/history.ts'
import { openSqlite } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'

/** `folder` is fresh and belongs to one test; a store that lives elsewhere may take its name for one of its own. */
export interface StoreKind {
  open(folder: string, bodies: URL): Promise<Store>
  /** The history as it lies there, oldest first: the seam itself only adds to it. */
  eventsIn(folder: string): Promise<readonly Pick<PeeringEvent, 'peeringId' | 'verb' | 'to'>[]>
}

const sqlite: StoreKind = {
  open: (folder, bodies) => openSqlite(join(folder, 'store.sqlite'), bodies),
  async eventsIn(folder) {
    const db = new DatabaseSync(join(folder, 'store.sqlite'), { readOnly: true })
    const rows = db.prepare('select peering_id as peeringId, verb, to_status as "to" from event order by seq').all()
    db.close()
    return rows.map((row) => ({ ...row })) as unknown as readonly PeeringEvent[]
  },
}

export const STORES: Readonly<Record<string, StoreKind>> = { sqlite }

/** The module in which every store under test finds the bodies of its writes. */
export const BODIES = new URL('./store-bodies.ts', import.meta.url)
