/** What each tenant sees is what the model says it sees, and its quotas are a recount of that. */
import assert from 'node:assert/strict'
import { existing, keep, type ModelRoute, meet, type Tenant, values } from '../model/model.ts'
import { beyond, peeringsCounted, takesPart } from '../model/peerings.ts'
import { localsOf, routesOf } from '../model/routes.ts'
import { subnetsOf } from '../model/vpcs.ts'
import { PEERINGS } from '../peerings.ts'
import { ROUTES } from '../routes.ts'
import type { Play } from './play.ts'

export async function compare(play: Play, tenant: Tenant): Promise<void> {
  const { peerings } = play.model
  const seen = keep(peerings, (peering) => takesPart(play.model, peering, tenant))
  assert.deepEqual(
    byId((await get(play, tenant, PEERINGS)).peerings.map(({ id, status }: Listed) => ({ id, status }))),
    byId([...seen].map(([key, { status }]) => ({ id: play.id(key), status }))),
  )
  await compareVpcs(play, tenant)
  await compareTables(play, tenant)
  await compareRoutes(play, tenant)
  for (const key of seen.keys()) await compareReport(play, tenant, key)
  await compareQuotas(play, tenant)
}

async function compareVpcs(play: Play, tenant: Tenant): Promise<void> {
  const { vpcs } = await get(play, tenant, `/v3/${play.service[tenant].projectId}/vpc/vpcs`)
  const count = (type: string, number: number) => (number === 0 ? [] : [[type, number]])
  assert.deepEqual(
    byId(
      vpcs.map(({ id, cidr, extend_cidrs, cloud_resources }: ListedVpc) => ({
        ...{ id, cidr, extend_cidrs },
        resources: cloud_resources.map(({ resource_type, resource_count }) => [resource_type, resource_count]),
      })),
    ),
    byId(
      [...keep(play.model.vpcs, ({ owner }) => owner === tenant)].map(([key, { cidr, extended }]) => ({
        ...{ id: play.id(key), cidr, extend_cidrs: extended },
        resources: [
          ...count('routetable', values(play.model.tables).filter(({ vpc }) => vpc === key).length),
          ...count('virsubnet', subnetsOf(play.model, key).length),
        ],
      })),
    ),
  )
}

async function compareTables(play: Play, tenant: Tenant): Promise<void> {
  const own = keep(play.model.tables, ({ vpc }) => play.ownerOf(vpc) === tenant)
  const { routetables } = await get(play, tenant, play.path(tenant, 'routetables'))
  assert.deepEqual(routetables.map(withoutTimes), byId([...own.keys()].map((key) => tableOf(play, key))))
  // One by itself: which, moves with the sequence.
  const shown = [...own.keys()][play.calls.length % Math.max(1, own.size)]
  if (shown === undefined) return
  const { routetable } = await get(play, tenant, play.path(tenant, `routetables/${play.tableId(shown)}`))
  assert.deepEqual(withoutTimes(routetable), tableOf(play, shown))
}

/** Both views have one id for a route, which stays. */
async function compareRoutes(play: Play, tenant: Tenant): Promise<void> {
  const own = keep(play.model.routes, ({ vpc, table }) => table === vpc && play.ownerOf(vpc) === tenant)
  const { routes } = await get(play, tenant, ROUTES)
  seeRoutes(
    play,
    own,
    routes.map(({ vpc_id, ...rest }: ListedRoute) => ({ ...rest, place: vpc_id })),
    ({ vpc }) => play.id(vpc),
  )
  assert.deepEqual(
    byId(routes.map(({ id, type, destination, nexthop }: ListedRoute) => ({ id, type, destination, nexthop }))),
    byId(
      [...own].map(([key, { destination, peering }]) => ({
        ...{ id: play.id(key), type: 'peering', destination, nexthop: play.id(peering) },
      })),
    ),
  )
}

/** Our own report knows the routes of all tables by their ids; of the other side it tells only if there is a way. */
async function compareReport(play: Play, tenant: Tenant, key: number): Promise<void> {
  const through = keep(play.model.routes, ({ peering }) => peering === key)
  if (through.size === 0) return
  const { peering_routes } = await get(play, tenant, `/causeway/v1/peerings/${play.id(key)}/routes`)
  const { from, to } = existing(play.model.peerings, key)
  for (const [side, vpc] of [
    [peering_routes.requester, from],
    [peering_routes.accepter, to],
  ] as const) {
    const own = keep(through, (route) => route.vpc === vpc)
    const far = subnetsOf(play.model, beyond(play.model, key, vpc))
    const routed = values(own).some(({ destination }) => far.some(({ cidr }) => meet(cidr, destination)))
    assert.equal(side.routed, routed)
    assert.equal(side.routes !== undefined, play.ownerOf(vpc) === tenant)
    if (side.routes === undefined) continue
    const listed = side.routes.map(({ id, routetable_id, destination }: ReportedRoute) => ({
      ...{ id, destination, place: routetable_id },
    }))
    seeRoutes(play, own, listed, ({ table }) => play.tableId(table))
    assert.equal(listed.length, own.size)
  }
}

/** Each listed route is one of these, which has the id that it had before, if any. */
function seeRoutes(
  play: Play,
  own: ReadonlyMap<number, ModelRoute>,
  listed: readonly { readonly id: string; readonly destination: string; readonly place: string }[],
  placeOf: (route: ModelRoute) => string,
): void {
  for (const { id, destination, place } of listed) {
    const found = [...own].find(([, route]) => route.destination === destination && placeOf(route) === place)
    assert.ok(found, `a route to ${destination} in ${place} that there should not be`)
    play.see(found[0], id)
  }
}

async function compareQuotas(play: Play, tenant: Tenant): Promise<void> {
  const { resources } = (await get(play, tenant, play.path(tenant, 'quotas'))).quotas
  const used = (type: string) => resources.find((each: Listed) => each.type === type).used
  assert.deepEqual(
    { vpc: used('vpc'), subnet: used('subnet'), vpcPeer: used('vpcPeer') },
    {
      vpc: values(play.model.vpcs).filter(({ owner }) => owner === tenant).length,
      subnet: values(play.model.subnets).filter(({ vpc }) => play.ownerOf(vpc) === tenant).length,
      vpcPeer: peeringsCounted(play.model, tenant),
    },
  )
}

/** A table as the service must show it, but for its times. */
export function tableOf(play: Play, key: number) {
  const { vpc, name } = existing(play.model.tables, key)
  const subnets = byId(
    [...keep(play.model.subnets, (subnet) => subnet.vpc === vpc)].map(([each, { cidr, table }]) => ({
      ...{ id: play.id(each), cidr, table },
    })),
  )
  return {
    ...{ id: play.tableId(key), name: name ?? `rtb-${play.id(vpc)}`, default: key === vpc, description: '' },
    vpc_id: play.id(vpc),
    routes: [
      ...localsOf(subnets).map((destination) => ({ type: 'local', destination, nexthop: '-', description: '' })),
      ...routesOf(play.model, key).map(({ destination, peering, description }) => ({
        ...{ type: 'peering', destination, nexthop: play.id(peering), description },
      })),
    ],
    subnets: subnets.filter(({ table }) => table === key).map(({ id }) => ({ id })),
    tenant_id: play.service[play.ownerOf(vpc)].projectId,
  }
}

export function withoutTimes({ created_at, updated_at, ...table }: Readonly<Record<string, unknown>>) {
  return table
}

async function get(play: Play, tenant: Tenant, path: string) {
  return (await play.service.ask(play.service[tenant], 'GET', path)).body
}

interface Listed {
  readonly id: string
  readonly status: string
  readonly type: string
}

interface ListedRoute {
  readonly id: string
  readonly type: string
  readonly destination: string
  readonly nexthop: string
  readonly vpc_id: string
}

interface ReportedRoute {
  readonly id: string
  readonly routetable_id: string
  readonly destination: string
}

interface ListedVpc {
  readonly id: string
  readonly cidr: string
  readonly extend_cidrs: readonly string[]
  readonly cloud_resources: readonly { readonly resource_type: string; readonly resource_count: number }[]
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
