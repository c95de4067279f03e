/** The command `verify-history`: says whether the history in the data folder is as the service wrote it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkHistory } from './store/sqlite/check-history.ts'
import { DATABASE } from './store/sqlite/connection.ts'

/** Gives the exit code: 0 where nothing was found, 1 where something was. Throws where it cannot look. */
export function verifyHistory(dataFolder: string, say: (line: string) => void): 0 | 1 {
  const file = join(resolve(dataFolder), DATABASE)
  if (!existsSync(file)) throw new Error(`there is no database ${file}; CAUSEWAY_DATA names the data folder`)
  const { entries, peerings, faults, last } = checkHistory(file, say)
  const found = faults === 0 ? 'no fault' : `${faults} fault${faults === 1 ? '' : 's'}`
  say(`checked ${entries} entries of ${peerings} peerings: ${found}`)
  if (last !== undefined) say(`last: event ${last.seq}, hash ${last.hash}`)
  return faults === 0 ? 0 : 1
}
