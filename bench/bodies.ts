/** The module of write bodies that populate.ts opens the store with: rows by the thousand, and no questions asked. */
import { sides } from '../src/operations/peerings/change-peering.ts'
import type { Peering } from '../src/rules/peering.ts'
import type { Vpc } from '../src/rules/vpc.ts'
import type { Body, WriteTransaction } from '../src/store/store.ts'

export const insertVpcs: Body<WriteTransaction, readonly Vpc[], void> = {
  name: 'insertVpcs',
  run: async (tx, vpcs) => {
    for (const vpc of vpcs) await tx.insertVpc(vpc)
  },
}

/** Each with the event of its birth. */
export const insertPeerings: Body<WriteTransaction, readonly Peering[], void> = {
  name: 'insertPeerings',
  run: async (tx, peerings) => {
    for (const peering of peerings) {
      await tx.insertPeering(peering)
      await tx.insertEvent({
        ...sides(peering),
        ...{ at: peering.createdAt, verb: 'create', from: undefined, to: peering.status, why: 'request' },
        ...{ userId: undefined, projectId: peering.requester.projectId, requestId: undefined },
      })
    }
  },
}

export const WRITES = [insertVpcs, insertPeerings] as const
