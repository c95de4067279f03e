import { macOf } from '../../rules/port.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { furtherId } from '../operation.ts'

/** With a million ports among 16 million MACs the hundredth in a row is taken once in 10^120 times. */
const MAX_ATTEMPTS = 100

/** The MAC of a new id, or the next one that no port has. */
export async function freeMac(tx: ReadTransaction, newId: string): Promise<string> {
  for (let nth = 0; nth < MAX_ATTEMPTS; nth += 1) {
    const mac = macOf(furtherId(newId, nth))
    if (!(await tx.isMacTaken(mac))) return mac
  }
  throw new Error(`${MAX_ATTEMPTS} MAC addresses in a row are taken`)
}
