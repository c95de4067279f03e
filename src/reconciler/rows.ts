/** What of the store a VPC's network is made of. */
import type { VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { Port } from '../rules/port.ts'
import type { Route } from '../rules/route.ts'
import type { Subnet } from '../rules/subnet.ts'
import type { Generation } from '../store/networks.ts'
import type { Body, ReadTransaction } from '../store/store.ts'

type Read<Input, Result> = Body<ReadTransaction, Input, Result>

/** Each read a moment after the one before it, so that they need not agree. */
export interface VpcRows {
  /** Those of a VPC that have not been deleted, in any status. */
  readonly peerings: readonly Peering[]
  readonly subnets: readonly Subnet[]
  readonly routes: readonly Route[]
  /** Those with a workload on this host. */
  readonly ports: readonly Port[]
}

export const readRows: Read<VpcId, VpcRows> = {
  name: 'readRows',
  run: async (tx, id) => ({
    peerings: await tx.peeringsOfVpc(id),
    subnets: await tx.subnetsOfVpc(id),
    routes: await tx.routesOfVpc(id),
    ports: await tx.portsOnHost(id),
  }),
}

/** Of each VPC, in order; undefined: there is none. */
export const readGenerations: Read<readonly VpcId[], readonly (number | undefined)[]> = {
  name: 'readGenerations',
  async run(tx, ids) {
    const found: (number | undefined)[] = []
    for (const id of ids) found.push(await tx.generation(id))
    return found
  },
}

export interface PageOfVpcs {
  readonly after: VpcId | undefined
  readonly limit: number
}

export const readPage: Read<PageOfVpcs, readonly Generation[]> = {
  name: 'readPage',
  run: (tx, { after, limit }) => tx.generations(after, limit),
}
