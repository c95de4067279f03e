/**
 * What a command's numbers choose: most often what the call can be done with, or else hardly anything would happen; and
 * now and then anything at all.
 */
import type { Block, EntryChoice } from '../model/commands.ts'
import { blockOf, existing, keep, type Model, pick } from '../model/model.ts'
import { beyond, isEnd } from '../model/peerings.ts'
import { type Entry, routesOf } from '../model/routes.ts'
import { blocksOf } from '../model/vpcs.ts'

/** A number that nothing has. */
const NOTHING = -1
/** The highest number of `at`, one of twelve. */
const ANYTHING = 11

/** One of the likely ones, where there are any. */
export function choose<T>(all: ReadonlyMap<number, T>, at: number, isLikely: (value: T, key: number) => boolean) {
  return chooseOnly(all, at, isLikely) ?? pick(all, at)
}

/** Likewise, but most often none where none is likely. */
export function chooseOnly<T>(all: ReadonlyMap<number, T>, at: number, isLikely: (value: T, key: number) => boolean) {
  return pick(at === ANYTHING ? all : keep(all, isLikely), at)
}

/** Most often a block of the VPC, or a part of one. */
export function blockIn(model: Model, vpc: number, { nth, wide }: Block): string {
  const blocks = blocksOf(existing(model.vpcs, vpc))
  const block = nth % 4 === 3 ? undefined : blocks[nth % blocks.length]
  if (block === undefined) return blockOf(nth, wide)
  return wide || block.endsWith('/24') ? block : block.replace('.0.0/16', `.${(nth >> 2) % 4}.0/24`)
}

/** Most often in the VPC that the peering leads to. */
export function destinationBeyond(model: Model, vpc: number, peering: number, block: Block): string {
  return model.peerings.has(peering)
    ? blockIn(model, beyond(model, peering, vpc), block)
    : blockOf(block.nth, block.wide)
}

/** Entries of a table; none where the VPC has no peering that they could lead through, or there are none to change. */
export function entriesOf(model: Model, vpc: number, table: number, choices: readonly EntryChoice[]): readonly Entry[] {
  const there = routesOf(model, table)
  const own = keep(model.peerings, (peering) => isEnd(peering, vpc) && peering.status === 'ACTIVE')
  return choices.flatMap(({ other, known, described, ...block }) => {
    const any = other === ANYTHING
    const peering = pick(any ? model.peerings : own, other) ?? NOTHING
    if (!any && (peering === NOTHING || (known !== undefined && there.length === 0))) return []
    const route = known === undefined ? undefined : there[known % Math.max(1, there.length)]
    const destination = route?.destination ?? destinationBeyond(model, vpc, peering, block)
    return [{ peering, destination, description: described }]
  })
}
