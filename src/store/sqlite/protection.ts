import type { DatabaseSync } from 'node:sqlite'
import type { SideName } from '../../rules/protection.ts'
import type { ReadTransaction, WriteTransaction } from '../store.ts'

export function protectionReads(db: DatabaseSync): Pick<ReadTransaction, 'protectedBy'> {
  // Backwards by name: the requester comes first.
  const ofPeering = db.prepare('select side from peering_protection where peering_id = ? order by side desc')
  return { protectedBy: (id) => ofPeering.all(id).map((row) => row.side as SideName) }
}

export function protectionWrites(db: DatabaseSync): Pick<WriteTransaction, 'setProtection'> {
  const insert = db.prepare('insert into peering_protection values (?, ?) on conflict do nothing')
  const remove = db.prepare('delete from peering_protection where peering_id = ? and side = ?')
  return {
    setProtection(id, side, isProtected) {
      const statement = isProtected ? insert : remove
      statement.run(id, side)
    },
  }
}
