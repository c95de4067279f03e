/** The model's VPCs, their blocks and their subnets (model.ts). */
import {
  drop,
  existing,
  isWithin,
  keep,
  type Model,
  type ModelVpc,
  meet,
  put,
  type Step,
  type Tenant,
  values,
} from './model.ts'
import { isEnd, without } from './peerings.ts'

/** From the published API. */
const MAX_SECONDARY = 5

/** With its default table. */
export function createVpc(model: Model, key: number, owner: Tenant, cidr: string): Step {
  const vpcs = put(model.vpcs, key, { owner, cidr, extended: [] })
  return { status: 200, model: { ...model, vpcs, tables: put(model.tables, key, { vpc: key, name: undefined }) } }
}

export function setPrimary(model: Model, key: number, cidr: string): Step {
  const vpc = existing(model.vpcs, key)
  if (cidr === vpc.cidr) return { status: 200, model }
  return loseBlocks(model, key, { ...vpc, cidr }, 400)
}

export function addBlock(model: Model, key: number, block: string): Step {
  const vpc = existing(model.vpcs, key)
  if (blocksOf(vpc).some((each) => meet(each, block))) return { status: 409, model }
  if (vpc.extended.length === MAX_SECONDARY) return { status: 400, model }
  return changed(model, key, { ...vpc, extended: [...vpc.extended, block] })
}

export function removeBlock(model: Model, key: number, block: string): Step {
  const vpc = existing(model.vpcs, key)
  if (!vpc.extended.includes(block)) return { status: 404, model }
  return loseBlocks(model, key, { ...vpc, extended: vpc.extended.filter((each) => each !== block) }, 409)
}

/** No subnet may lie outside after it and, P8, no address be lost that the other side of a peering has a route to. */
function loseBlocks(model: Model, key: number, after: ModelVpc, displacing: number): Step {
  const kept = blocksOf(after)
  const displaces = subnetsOf(model, key).some(({ cidr }) => !kept.some((block) => isWithin(cidr, block)))
  if (displaces) return { status: displacing, model }
  const keptParts = new Set(kept.flatMap(partsOf))
  const lost = blocksOf(existing(model.vpcs, key))
    .flatMap(partsOf)
    .filter((part) => !keptParts.has(part))
  const holding = values(model.routes).filter(
    ({ vpc, peering, destination }) =>
      vpc !== key &&
      isEnd(existing(model.peerings, peering), key) &&
      partsOf(destination).some((part) => lost.includes(part)),
  )
  if (holding.length > 0) return { status: 409, model, names: holding.map(({ peering }) => peering) }
  return changed(model, key, after)
}

function changed(model: Model, key: number, vpc: ModelVpc): Step {
  return { status: 200, model: { ...model, vpcs: put(model.vpcs, key, vpc) } }
}

/** The /24s that sequences tell apart, and one part for what else there is of a /16. */
function partsOf(block: string): readonly string[] {
  const start = block.split('.').slice(0, 2).join('.')
  if (!block.endsWith('/16')) return [block]
  return [...[0, 1, 2, 3].map((third) => `${start}.${third}.0/24`), `the rest of ${block}`]
}

export function blocksOf({ cidr, extended }: ModelVpc): readonly string[] {
  return [cidr, ...extended]
}

/** Held by an ACTIVE peering, by a request of its own that waits, by its subnets and by tables that somebody made. */
export function deleteVpc(model: Model, key: number): Step {
  const own = [...model.peerings].filter(([, peering]) => isEnd(peering, key))
  const holding = own.filter(
    ([, { status, from }]) => status === 'ACTIVE' || (status === 'PENDING_ACCEPTANCE' && from === key),
  )
  if (holding.length > 0) return { status: 409, model, names: holding.map(([each]) => each) }
  const subnets = [...model.subnets].filter(([, { vpc }]) => vpc === key)
  if (subnets.length > 0) return { status: 409, model, names: subnets.map(([each]) => each) }
  const custom = [...model.tables].filter(([table, { vpc }]) => vpc === key && table !== key)
  if (custom.length > 0) return { status: 409, model, names: custom.map(([table]) => table) }
  const after = without(
    model,
    own.map(([peering]) => peering),
  )
  return { status: 204, model: { ...after, vpcs: drop(after.vpcs, key), tables: drop(after.tables, key) } }
}

/** A new one is routed by the default table. */
export function createSubnet(model: Model, key: number, vpc: number, cidr: string): Step {
  if (!blocksOf(existing(model.vpcs, vpc)).some((block) => isWithin(cidr, block))) return { status: 400, model }
  if (subnetsOf(model, vpc).some((each) => meet(each.cidr, cidr))) return { status: 400, model }
  // P8: a route to a part of it would be cut off from its peering.
  const covered = values(model.routes).filter((route) => route.vpc === vpc && isWithin(route.destination, cidr))
  if (covered.length > 0) return { status: 409, model, names: covered.map(({ peering }) => peering) }
  return { status: 200, model: { ...model, subnets: put(model.subnets, key, { vpc, cidr, table: vpc }) } }
}

export function deleteSubnet(model: Model, key: number): Step {
  return { status: 204, model: { ...model, subnets: drop(model.subnets, key) } }
}

export function subnetsOf(model: Model, vpc: number) {
  return values(keep(model.subnets, (subnet) => subnet.vpc === vpc))
}
