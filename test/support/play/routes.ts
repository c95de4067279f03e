/** Commands on route tables and routes, as calls; the answer is the table as the model has it. */
import assert from 'node:assert/strict'
import type { EntryChoice, RouteCommand } from '../model/commands.ts'
import {
  existing,
  type Model,
  type ModelSubnet,
  type ModelTable,
  otherThan,
  pick,
  type Step,
  type Tenant,
} from '../model/model.ts'
import { isActiveEnd } from '../model/peerings.ts'
import {
  changeTable,
  createRoute,
  createTable,
  deleteRoute,
  deleteTable,
  type Entry,
  moveSubnets,
  routesOf,
  type TableChange,
} from '../model/routes.ts'
import { subnetsOf } from '../model/vpcs.ts'
import { ROUTES } from '../routes.ts'
import { choose, chooseOnly, destinationBeyond, entriesOf } from './choices.ts'
import { tableOf, withoutTimes } from './compare.ts'
import type { Play } from './play.ts'

type TableKind = 'changeTable' | 'moveSubnets' | 'deleteTable'
type Of<Kind extends RouteCommand['kind']> = Extract<RouteCommand, { kind: Kind }>

/** One that is not there yet, and has no routes. */
const NO_TABLE = -1

export async function playRoute(play: Play, command: RouteCommand): Promise<void> {
  if (command.kind === 'createRoute') return makeRoute(play, command)
  if (command.kind === 'deleteRoute') return removeRoute(play, pick(play.model.routes, command.at))
  if (command.kind === 'createTable') return makeTable(play, command)
  const table = choose(play.model.tables, command.at, (each, key) => isLikely(play.model, command, each, key))
  if (table === undefined) return
  const owner = play.ownerOf(existing(play.model.tables, table).vpc)
  const who = command.byStranger ? otherThan(owner) : owner
  /** To the other tenant there is no such table. */
  const asSeen = (step: Step): Step => (who === owner ? step : { status: 404, model: play.model })
  switch (command.kind) {
    case 'changeTable':
      return change(play, who, table, command, asSeen)
    case 'moveSubnets':
      return move(play, who, table, command, asSeen)
    case 'deleteTable':
      await play.change(who, asSeen(deleteTable(play.model, table)), 'DELETE', pathOf(play, who, table))
  }
}

/** Whether the command can do something with a table. */
function isLikely(model: Model, command: Of<TableKind>, { vpc }: ModelTable, key: number): boolean {
  switch (command.kind) {
    case 'changeTable': {
      const changesOld = command.del.length + command.mod.length > 0
      return isActiveEnd(model, vpc) && (!changesOld || routesOf(model, key).length > 0)
    }
    case 'moveSubnets':
      return key !== vpc && subnetsOf(model, vpc).length > 0
    case 'deleteTable':
      return key !== vpc
  }
}

async function makeTable(play: Play, { at, entries }: Of<'createTable'>): Promise<void> {
  const vpc = choose(play.model.vpcs, at, (_, key) => isActiveEnd(play.model, key))
  if (vpc === undefined) return
  const owner = play.ownerOf(vpc)
  const routes = entriesOf(play.model, vpc, NO_TABLE, entries)
  const body = { vpc_id: play.id(vpc), name: 'made', routes: routes.map((each) => sent(play, each)) }
  const step = (key: number) => createTable(play.model, key, vpc, 'made', routes)
  const { key, made } = await play.make(owner, step, play.path(owner, 'routetables'), 'routetable', body)
  if (made === undefined) return
  for (const _ of routes) play.number()
  assert.deepEqual(withoutTimes(made), tableOf(play, key))
}

async function change(
  play: Play,
  who: Tenant,
  table: number,
  { name, ...choices }: Of<'changeTable'>,
  asSeen: (step: Step) => Step,
): Promise<void> {
  const { vpc } = existing(play.model.tables, table)
  const entries = (list: readonly EntryChoice[]) => entriesOf(play.model, vpc, table, list)
  const [del, mod, add] = [entries(choices.del), entries(choices.mod), entries(choices.add)]
  const changes: TableChange = { name, mod, add, del: del.map(({ destination }) => destination) }
  const routes = {
    ...{ del: changes.del.map((destination) => ({ destination })), mod: mod.map((each) => sent(play, each)) },
    add: add.map((each) => sent(play, each)),
  }
  const step = asSeen(changeTable(play.model, play.next, table, changes))
  const body = { routetable: { ...(name !== undefined && { name }), routes } }
  const answered = await play.change(who, step, 'PUT', pathOf(play, who, table), body)
  if (step.status !== 200) return
  for (const _ of add) play.number()
  assert.deepEqual(withoutTimes(answered.routetable), tableOf(play, table))
}

async function move(
  play: Play,
  who: Tenant,
  table: number,
  command: Of<'moveSubnets'>,
  asSeen: (step: Step) => Step,
): Promise<void> {
  const { vpc } = existing(play.model.tables, table)
  const among = (list: readonly number[], isLikely: (subnet: ModelSubnet) => boolean) =>
    list.flatMap((at) => chooseOnly(play.model.subnets, at, isLikely) ?? [])
  const disassociate = among(command.disassociate, (subnet) => subnet.table === table)
  const associate = among(command.associate, (subnet) => subnet.vpc === vpc)
  if (disassociate.length + associate.length === 0) return
  const ids = (keys: readonly number[]) => keys.map((key) => play.id(key))
  const subnets = { disassociate: ids(disassociate), associate: ids(associate) }
  const step = asSeen(moveSubnets(play.model, table, disassociate, associate))
  const path = `${pathOf(play, who, table)}/action`
  const answered = await play.change(who, step, 'POST', path, { routetable: { subnets } })
  if (step.status === 200) assert.deepEqual(withoutTimes(answered.routetable), tableOf(play, table))
}

/** Most often of an end of the peering, or else hardly a route would be made; `at` chooses which, or any VPC. */
async function makeRoute(play: Play, { at, other, ...block }: Of<'createRoute'>): Promise<void> {
  const peering = choose(play.model.peerings, other, ({ status }) => status === 'ACTIVE')
  if (peering === undefined) return
  const { from, to } = existing(play.model.peerings, peering)
  const vpc = at % 4 === 3 ? (pick(play.model.vpcs, at) ?? from) : at % 2 === 0 ? from : to
  const destination = destinationBeyond(play.model, vpc, peering, block)
  const body = { type: 'peering', nexthop: play.id(peering), destination, vpc_id: play.id(vpc) }
  const step = (key: number) => createRoute(play.model, key, vpc, peering, destination)
  await play.make(play.ownerOf(vpc), step, ROUTES, 'route', body)
}

async function removeRoute(play: Play, key: number | undefined): Promise<void> {
  if (key === undefined) return
  const owner = play.ownerOf(existing(play.model.routes, key).vpc)
  await play.change(owner, deleteRoute(play.model, key), 'DELETE', `${ROUTES}/${play.id(key)}`)
}

/** As it stands on the wire. */
function sent(play: Play, { destination, peering, description }: Entry) {
  return { type: 'peering', destination, nexthop: play.id(peering), ...(description !== undefined && { description }) }
}

function pathOf(play: Play, who: Tenant, table: number): string {
  return play.path(who, `routetables/${play.tableId(table)}`)
}
