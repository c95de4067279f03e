import type { ReadTransaction, WriteTransaction } from '../../store/store.ts'

type Writes = Omit<WriteTransaction, keyof ReadTransaction>

/**
 * A transaction that reads what is there and writes nothing: an operation that is given it decides as it would, and
 * leaves no trace. It does not see its own writes, so it is for the first step only.
 */
export function dryRun(tx: ReadTransaction): WriteTransaction {
  return { ...tx, ...WRITES }
}

function nothing(): void {}

const WRITES: Writes = {
  insertPeering: nothing,
  updatePeering: nothing,
  forgetPeering: nothing,
  insertEvent: nothing,
  insertVpc: nothing,
  updateVpc: nothing,
  deleteVpc: nothing,
  insertSubnet: nothing,
  updateSubnet: nothing,
  deleteSubnet: nothing,
  insertRouteTable: nothing,
  updateRouteTable: nothing,
  deleteRouteTable: nothing,
  insertRoute: nothing,
  updateRoute: nothing,
  deleteRoute: nothing,
  insertPort: nothing,
  updatePort: nothing,
  deletePort: nothing,
  setLimit: nothing,
  insertDomain: nothing,
  insertProject: nothing,
  insertUser: nothing,
  updateUser: nothing,
  insertAccessKey: nothing,
  deleteAccessKey: nothing,
  revokeToken: nothing,
  insertSetting: nothing,
}
