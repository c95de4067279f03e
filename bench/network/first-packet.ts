/** From an accept to the first packet, and from a delete to the last one: the whole service beside `ip`. */
import type { Dataplane, IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { addPort, intentOf, peer, testVpc } from '../../test/support/intents.ts'
import { apply } from './bulk.ts'
import { linkBatches, runScript, unlinkBatches, writeScript } from './by-hand.ts'
import { type Ground, openGround, pathOf } from './ground.ts'
import { apart } from './mesh.ts'
import { acceptAll, openNetSite } from './net-site.ts'
import { now, type Prober, startProber } from './probing.ts'

/** Milliseconds, of each turn. */
export interface Series {
  readonly first: number[]
  readonly last: number[]
}

export interface FirstPacket {
  readonly service: Series
  readonly byHand: Series
  /** From the first of so many accepts until all of them are SYNCED, in milliseconds. */
  readonly bulk: number
}

/** So long no answer must come until it is told that none will: the stream asks every millisecond. */
const QUIET_MS = 20
/** Before it begins nobody may have answered for so long. */
const SILENT_MS = 5

/** With so many peerings that are there already. */
export async function measureFirstPacket(folder: string, peerings: number, rounds: number): Promise<FirstPacket> {
  using ground = openGround()
  using prober = startProber()
  await using site = await openNetSite(folder, ground, peerings)
  const [pair, ...others] = site.pairs
  if (pair === undefined) throw new Error('a site without VPCs')
  const bulk = await acceptAll(site, others.slice(0, peerings))
  const [from, to] = [ground.namespace(), ground.namespace()]
  const [near, far] = [await site.attach(pair[0], from), await site.attach(pair[1], to)]
  for (const { path } of [near, far]) await prober.open(path)
  await using hand = await byHandIn(folder, ground, prober)
  const [service, byHand] = [
    { first: [], last: [] },
    { first: [], last: [] },
  ] as [Series, Series]
  // The first round warms up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const id = await site.request(pair)
    const ours = await turn(prober, near.path, far.address, {
      join: () => site.accept(id),
      joined: () => site.synced(id),
      part: () => site.remove(id),
    })
    const theirs = await turn(prober, hand.from, hand.to, {
      join: async () => runScript(hand.join),
      joined: () => Promise.resolve(),
      part: async () => runScript(hand.part),
    })
    if (round === 0) continue
    for (const [series, { first, last }] of [
      [service, ours],
      [byHand, theirs],
    ] as const) {
      series.first.push(first)
      series.last.push(last)
    }
  }
  return { service, byHand, bulk }
}

interface Turn {
  join(): Promise<void>
  joined(): Promise<void>
  part(): Promise<void>
}

async function turn(prober: Prober, from: string, to: string, { join, joined, part }: Turn) {
  await prober.start(from, to)
  if ((await prober.quiet(SILENT_MS)) !== null) throw new Error('it was answered before it could be')
  await prober.start(from, to)
  const asked = now()
  await join()
  const first = (await prober.first()) - asked
  await joined()
  const parted = now()
  await part()
  // Where the last answer came before, none came after.
  const last = Math.max(0, ((await prober.quiet(QUIET_MS)) ?? 0) - parted)
  return { first, last }
}

interface Hand extends AsyncDisposable {
  /** Path of the near workload's namespace, and the address of the far one. */
  readonly from: string
  readonly to: string
  /** Scripts. */
  readonly join: string
  readonly part: string
}

/** Two routers like those of the service, with a workload each, and what joins and parts them. */
async function byHandIn(folder: string, ground: Ground, prober: Prober): Promise<Hand> {
  const dataplane: Dataplane = await openNetns({ instance: ground.instance })
  const vpcs = [testVpc(1), testVpc(2)] as const
  const paths = vpcs.map((vpc) => {
    const netns = pathOf(ground.namespace())
    addPort(vpc, { netns, inode: undefined, device: 'eth0' })
    return netns
  })
  peer(...vpcs)
  const joined: readonly IntendedRouter[] = vpcs.map((vpc) => intentOf(vpc))
  await apply(dataplane, apart(vpcs))
  for (const path of paths) await prober.open(path)
  return {
    from: paths[0] as string,
    to: vpcs[1].ports[0]?.addresses[0] as string,
    join: writeScript(folder, 'join', linkBatches(ground.instance, joined)),
    part: writeScript(folder, 'part', unlinkBatches(ground.instance, joined)),
    [Symbol.asyncDispose]: () => dataplane[Symbol.asyncDispose](),
  }
}
