/**
 * What must hold of automatic routes in any database, said again without the rule that makes them (src/rules): each one
 * that is there may be there, and each that could be there is.
 */
import { isWithin, SYSTEM_DESTINATIONS } from '../../src/rules/destination.ts'
import { DEFAULT_LIMITS } from '../../src/rules/quota.ts'
import type { Dump } from './dump.ts'

export interface RouteRow {
  readonly id: string
  readonly table_id: string
  readonly vpc_id: string
  readonly is_default: number
  readonly destination: string
  readonly nexthop: string
  readonly automatic: number
}
interface SideRow {
  readonly peering_id: string
  readonly side: 'requester' | 'accepter'
  readonly vpc_id: string
  readonly peer_vpc_id: string
}
type Row = Readonly<Record<string, string | number | null>>

export interface Checked {
  readonly faults: readonly string[]
  /** How many routes are there, and how many have none for each reason: a check of nothing proves nothing. */
  readonly there: number
  readonly local: number
  readonly taken: number
  readonly limit: number
}

export function checkAutomatic(stored: Dump): Checked {
  const sides = activeSides(stored)
  const routes = routesIn(stored)
  const wished = new Map(
    sides.flatMap((side) => blocksOf(stored, side.peer_vpc_id).map((to) => [keyOf(side, to), side])),
  )
  const faults: string[] = []
  for (const route of routes.filter(({ automatic }) => automatic === 1)) {
    const told = `the automatic route of ${route.vpc_id} to ${route.destination} by ${route.nexthop}`
    if (!wished.has(keyOf({ vpc_id: route.vpc_id, peering_id: route.nexthop }, route.destination))) {
      faults.push(`${told} leads to no block of a peer, or nobody asks for it`)
    }
    if (route.is_default !== 1) faults.push(`${told} stands in a custom table`)
    if (isLocal(stored, route.vpc_id, route.destination)) faults.push(`${told} is covered by a local route`)
  }
  const counts = { there: 0, local: 0, taken: 0, limit: 0 }
  for (const [key, side] of wished) {
    const destination = key.slice(key.lastIndexOf(' ') + 1)
    const table = routes.filter((route) => route.vpc_id === side.vpc_id && route.is_default === 1)
    const holder = table.find((route) => route.destination === destination)
    if (holder?.automatic === 1 && holder.nexthop === side.peering_id) counts.there += 1
    else if (isLocal(stored, side.vpc_id, destination)) counts.local += 1
    else if (holder !== undefined) counts.taken += 1
    else if (table.length >= limitOf(stored, side.vpc_id)) counts.limit += 1
    else
      faults.push(`${side.vpc_id} has no automatic route to ${destination} by ${side.peering_id}, and nothing forbids`)
  }
  return { faults, ...counts }
}

export function routesIn(stored: Dump): readonly RouteRow[] {
  return (stored.route ?? []) as readonly RouteRow[]
}

/** By the peerings themselves, and not by what the sides' rows say of them. */
function activeSides(stored: Dump): readonly SideRow[] {
  const active = rows(stored, 'peering').filter(({ status }) => status === 'ACTIVE')
  const asking = new Set(rows(stored, 'automatic_side').map(({ peering_id, side }) => `${peering_id} ${side}`))
  return active.flatMap(({ id, request_vpc_id, accept_vpc_id }) => {
    const ends = { requester: String(request_vpc_id), accepter: String(accept_vpc_id) }
    return (['requester', 'accepter'] as const)
      .filter((side) => asking.has(`${id} ${side}`))
      .map((side) => ({
        ...{ peering_id: String(id), side, vpc_id: ends[side] },
        peer_vpc_id: side === 'requester' ? ends.accepter : ends.requester,
      }))
  })
}

function keyOf({ vpc_id, peering_id }: Pick<SideRow, 'vpc_id' | 'peering_id'>, destination: string): string {
  return `${vpc_id} ${peering_id} ${destination}`
}

function blocksOf(stored: Dump, vpc: string): readonly string[] {
  const found = rows(stored, 'vpc').find(({ id }) => id === vpc)
  const secondary = JSON.parse(String(found?.extend_cidrs ?? '[]')) as string[]
  const v6 = rows(stored, 'subnet').filter(({ vpc_id, cidr_v6 }) => vpc_id === vpc && cidr_v6 !== null)
  return [String(found?.cidr ?? ''), ...secondary, ...v6.map(({ cidr_v6 }) => String(cidr_v6))].filter((each) => each)
}

function isLocal(stored: Dump, vpc: string, destination: string): boolean {
  const subnets = rows(stored, 'subnet').filter(({ vpc_id }) => vpc_id === vpc)
  const locals = [...subnets.flatMap(({ cidr, cidr_v6 }) => [cidr, cidr_v6 ?? []].flat()), ...SYSTEM_DESTINATIONS]
  return locals.some((local) => isWithin(destination, String(local)))
}

function limitOf(stored: Dump, vpc: string): number {
  const project = rows(stored, 'vpc').find(({ id }) => id === vpc)?.project_id
  const set = rows(stored, 'quota_limit').find(
    ({ project_id, resource }) => project_id === project && resource === 'routetableContainRoutes',
  )
  const limit = Number(set?.quota ?? DEFAULT_LIMITS.routetableContainRoutes)
  return limit === -1 ? Number.POSITIVE_INFINITY : limit
}

function rows(stored: Dump, table: string): readonly Row[] {
  return (stored[table] ?? []) as readonly Row[]
}
