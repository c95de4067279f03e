/** Everything that is stored, as plain data: what was refused must leave it as it was. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Dump = Readonly<Record<string, readonly unknown[]>>

/** All rows of all tables of the service that runs on this folder. */
export function dump(folder: string): Dump {
  const db = new DatabaseSync(join(folder, 'causeway.sqlite'), { readOnly: true })
  try {
    const tables = db.prepare("select name from sqlite_schema where type = 'table' order by name").all()
    return Object.fromEntries(tables.map(({ name }) => [name, db.prepare(`select * from "${name}"`).all()]))
  } finally {
    db.close()
  }
}
