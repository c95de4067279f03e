/** Fills the data folder of a stopped service: a fixed mix, so that one run can be compared with the next. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { v7 } from 'uuid'
import type { PeeringId, ProjectId, VpcId } from '../src/rules/ids.ts'
import type { Peering, Side } from '../src/rules/peering.ts'
import type { Status } from '../src/rules/status.ts'
import type { Vpc } from '../src/rules/vpc.ts'
import { lockFolder } from '../src/store/sqlite/lock.ts'
import { openSqlite } from '../src/store/sqlite/sqlite.ts'
import { insertPeerings, insertVpcs } from './bodies.ts'

export interface Population {
  /** Alice's, ascending: she takes part in nine of ten. */
  readonly ids: readonly PeeringId[]
  /** VPCs without any peering, for the creates: from each of hers to each of his. */
  readonly free: { readonly alice: readonly VpcId[]; readonly bob: readonly VpcId[] }
}

export interface Projects {
  readonly alice: ProjectId
  readonly bob: ProjectId
  readonly admin: ProjectId
}

/** Rows in a commit. */
const BATCH = 5_000
/** Free VPCs of each of the two: their pairs outlast any run. */
const FREE = 500

export async function populate(folder: string, projects: Projects, count: number): Promise<Population> {
  const now = Date.now()
  // Owners by turns: 7 of 10 are alice's, 2 are bob's, 1 is the admin's.
  const owners = [...Array<ProjectId>(7).fill(projects.alice), projects.bob, projects.bob, projects.admin]
  const vpcs = Array.from({ length: Math.ceil(Math.sqrt(2 * count)) + 1 }, (_, index) =>
    newVpc(owners[index % owners.length] ?? projects.alice, `vpc-${index}`, now),
  )
  const peerings = Array.from({ length: count }, (_, index) => newPeering(vpcs, index, now - (count - index) * 1000))
  const free = (owner: ProjectId) => Array.from({ length: FREE }, (_, index) => newVpc(owner, `free-${index}`, now))
  const alices = free(projects.alice)
  const bobs = free(projects.bob)

  using _lock = lockFolder(folder)
  await using store = await openSqlite(databaseIn(folder), new URL('./bodies.ts', import.meta.url))
  for (const batch of batches([...vpcs, ...alices, ...bobs])) await store.write(insertVpcs, batch)
  for (const batch of batches(peerings)) await store.write(insertPeerings, batch)
  return {
    ids: peerings.filter((peering) => isOf(peering, projects.alice)).map(({ id }) => id),
    free: { alice: alices.map(({ id }) => id), bob: bobs.map(({ id }) => id) },
  }
}

/** How many peerings the database of a stopped service holds. */
export function countPeerings(folder: string): number {
  using db = new DatabaseSync(databaseIn(folder), { readOnly: true })
  return db.prepare('select count(*) as count from peering').get()?.count as number
}

/** Steps through 0 … total - 1 in an order that looks random and is the same every time; each once, then again. */
export function scatter(index: number, total: number): number {
  // A prime near the golden section of 2^20, so that neighbours land far apart; no total here is a multiple of it.
  return (index * 648_059) % total
}

function databaseIn(folder: string): string {
  return join(folder, 'causeway.sqlite')
}

function newVpc(projectId: ProjectId, name: string, now: number): Vpc {
  const id = v7({ msecs: now }) as VpcId
  const cidr = '10.0.0.0/16'
  return {
    ...{ id, projectId, name, description: '', cidr, extendCidrs: [], enterpriseProjectId: '0', tags: [] },
    ...{ acceptance: [], createdAt: now, updatedAt: now },
  }
}

/** Each index is another pair; half of the pairs are asked for from the other side. */
function newPeering(vpcs: readonly Vpc[], index: number, at: number): Peering {
  const pair = scatter(index, (vpcs.length * (vpcs.length - 1)) / 2)
  const high = Math.floor((1 + Math.sqrt(1 + 8 * pair)) / 2)
  const low = pair - (high * (high - 1)) / 2
  const [requester, accepter] =
    pair % 2 === 0 ? [sideOf(vpcs[low]), sideOf(vpcs[high])] : [sideOf(vpcs[high]), sideOf(vpcs[low])]
  const status = requester.projectId === accepter.projectId ? 'ACTIVE' : MIX[index % MIX.length]
  return {
    ...{ id: v7({ msecs: at }) as PeeringId, name: `peering-${String(index).padStart(6, '0')}`, description: '' },
    ...{ status: status ?? 'ACTIVE', requester, accepter, createdAt: at, updatedAt: at },
  }
}

/** Between two projects; inside one a peering is always ACTIVE. */
const MIX: readonly Status[] = [
  ...Array<Status>(5).fill('ACTIVE'),
  ...Array<Status>(3).fill('PENDING_ACCEPTANCE'),
  ...Array<Status>(2).fill('REJECTED'),
]

function sideOf(vpc: Vpc | undefined): Side {
  if (vpc === undefined) throw new Error('a pair beyond the VPCs')
  return { vpcId: vpc.id, projectId: vpc.projectId }
}

function isOf({ requester, accepter }: Peering, project: ProjectId): boolean {
  return requester.projectId === project || accepter.projectId === project
}

function batches<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  )
}
