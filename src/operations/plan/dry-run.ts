import type { ReadTransaction, WriteTransaction } from '../../store/store.ts'
import { isReplay } from '../once.ts'
import type { Context, WriteOperation } from '../operation.ts'

type Writes = Omit<WriteTransaction, keyof ReadTransaction>

/**
 * A transaction that reads what is there and writes nothing: an operation that is given it decides as it would, and
 * leaves no trace. It does not see its own writes, so it is for the first step only.
 */
export function dryRun(tx: ReadTransaction): WriteTransaction {
  return { ...tx, ...WRITES }
}

/** What an operation would give, or the refusal that it would throw. */
export async function tryOut<Input, Result>(
  tx: ReadTransaction,
  context: Context,
  operation: WriteOperation<Input, Result>,
  input: Input,
): Promise<Result> {
  // A plan is no repeat of the change that it asks about, whatever key its request has.
  const result = await operation.run(dryRun(tx), { context: { ...context, once: undefined }, input })
  if (isReplay(result)) throw new Error(`${operation.name} was tried out and not run`)
  return result
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
  setAutomaticRoutes: nothing,
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
  keepAnswer: nothing,
  forgetAnswer: nothing,
  setProtection: nothing,
}
