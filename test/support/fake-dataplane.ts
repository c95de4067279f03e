/**
 * A network in memory with the manners of a real one: a link has an end in each of two routers, and goes with either;
 * routes go with their link. It can be told to fail, to hang, to crash half-way and to drift.
 */
import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  Dataplane,
  Failure,
  IntendedNetwork,
  IntendedRouter,
  PeeringCounters,
  RouterReport,
} from '../../src/dataplane/dataplane.ts'
import type { PeeringId, VpcId } from '../../src/rules/ids.ts'
import type { PeeringTraffic } from '../../src/rules/readiness.ts'

type Kind = Exclude<Failure['kind'], 'router'>
const OBJECTS = {
  subnet: 'subnets',
  table: 'tables',
  peering: 'peerings',
  port: 'ports',
} as const satisfies Record<Kind, keyof IntendedNetwork>
const KINDS = Object.keys(OBJECTS) as Kind[]

interface Thing {
  readonly kind: Kind
  readonly id: string
  /** As text, so that it is compared as a whole. */
  readonly text: string
}

/** A router that is there: its objects by kind and id. */
type Router = Map<string, Thing>

export class FakeDataplane {
  /** What is there, of whatever VPC. */
  readonly routers = new Map<VpcId, Router>()
  /** By the id of an object, or of a VPC for its router: it cannot be made, for this reason. */
  readonly broken = new Map<string, string>()
  /** VPCs that make the driver give up, and everything while it is `all`. */
  readonly poison = new Set<VpcId | 'all'>()
  /** The next call that has more routers than this gives up after so many; undefined: none does. */
  crashAfter: number | undefined
  /** VPCs that no report is given on. */
  readonly silent = new Set<VpcId>()
  /** Why nothing can be listed and counted; undefined: all can. */
  problem: string | undefined
  readonly instances: string[] = []
  isClosed = false
  /** Calls of `apply`, each with its VPCs. */
  readonly calls: (readonly VpcId[])[] = []
  readonly #carried = new Map<PeeringId, PeeringTraffic>()
  #gate: Promise<void> | undefined
  #applying = 0

  /** As the service opens a driver. */
  readonly open = async (_driver: string, instance: string): Promise<Dataplane> => {
    this.instances.push(instance)
    this.isClosed = false
    return {
      apply: (routers) => this.#apply(routers),
      present: async () => this.#tell([...this.routers.keys()]),
      counters: async () => this.#tell(this.#counters()),
      probe: () => Promise.reject(new Error('this network carries no packets')),
      [Symbol.asyncDispose]: async () => {
        assert.equal(this.#applying, 0, 'closed while it was at work')
        this.isClosed = true
      },
    }
  }

  /** From now on calls of `apply` hang; until what is given is called. */
  hang(): () => void {
    let release = () => {}
    this.#gate = new Promise((resolve) => {
      release = resolve
    })
    return () => {
      this.#gate = undefined
      release()
    }
  }

  /** Somebody else takes an object away behind the back of the service. */
  lose(vpcId: VpcId, id: string): void {
    const router = this.routers.get(vpcId)
    const key = [...(router?.keys() ?? [])].find((each) => each.endsWith(id))
    if (router === undefined || key === undefined) throw new Error(`there is no ${id} in ${vpcId}`)
    router.delete(key)
  }

  /** What is left over of a VPC that the service does not know. */
  leave(vpcId: VpcId): void {
    this.routers.set(vpcId, new Map())
  }

  carry(id: PeeringId, traffic: PeeringTraffic): void {
    this.#carried.set(id, traffic)
  }

  /** What is there, so that it can be compared. */
  get text(): readonly string[] {
    return [...this.routers]
      .flatMap(([id, router]) => [id, ...[...router.values()].map(({ text }) => `${id} ${text}`)])
      .sort()
  }

  async #apply(routers: readonly IntendedRouter[]): Promise<readonly RouterReport[]> {
    assert.equal(this.#applying, 0, 'two calls at once')
    assert.equal(this.isClosed, false, 'called after it was closed')
    this.#applying += 1
    try {
      const ids = routers.map(({ vpcId }) => vpcId)
      assert.equal(new Set(ids).size, ids.length, 'a VPC stands twice in a call')
      this.calls.push(ids)
      await nextTurn()
      await this.#gate
      const poison = ids.find((id) => this.poison.has(id) || this.poison.has('all'))
      if (poison !== undefined) throw new Error(`gave up at ${poison}`)
      const crashAfter = routers.length > (this.crashAfter ?? Number.POSITIVE_INFINITY) ? this.crashAfter : undefined
      if (crashAfter !== undefined) this.crashAfter = undefined
      return routers
        .map((router, index) => {
          if (index === crashAfter) throw new Error('crashed')
          return this.#applyOne(router)
        })
        .filter(({ vpcId }) => !this.silent.has(vpcId))
    } finally {
      this.#applying -= 1
    }
  }

  #applyOne({ vpcId, generation, network }: IntendedRouter): RouterReport {
    const reason = this.broken.get(vpcId)
    if (reason !== undefined) {
      return { vpcId, generation, changes: 0, failures: [{ kind: 'router', id: vpcId, message: reason }] }
    }
    const there = this.routers.get(vpcId)
    const wanted = network === undefined ? new Map<string, Thing>() : thingsOf(network)
    const failures = [...wanted.values()].flatMap((thing): Failure[] => {
      const message = this.broken.get(thing.id)
      return message === undefined ? [] : [{ kind: thing.kind, id: thing.id, message }]
    })
    for (const { kind, id } of failures) wanted.delete(`${kind} ${id}`)
    let changes = 0
    for (const [key, { kind, id }] of there ?? []) {
      if (wanted.has(key)) continue
      changes += 1
      there?.delete(key)
      if (kind === 'peering') this.#unlink(id)
    }
    if (network === undefined) {
      if (this.routers.delete(vpcId)) changes += 1
    } else {
      const router = this.#router(vpcId)
      if (there === undefined) changes += 1
      for (const [key, thing] of wanted) {
        if (router.get(key)?.text === thing.text) continue
        changes += 1
        router.set(key, thing)
      }
      for (const { id, farVpcId } of network.peerings) if (!this.broken.has(id)) this.#linkFar(id, vpcId, farVpcId)
    }
    return { vpcId, generation, changes, failures }
  }

  #tell<Told>(told: Told): Told {
    if (this.problem !== undefined) throw new Error(this.problem)
    return told
  }

  #router(vpcId: VpcId): Router {
    const router = this.routers.get(vpcId) ?? new Map<string, Thing>()
    this.routers.set(vpcId, router)
    return router
  }

  /** The other end is there with this one; whose side it is, the router itself will say. */
  #linkFar(id: PeeringId, vpcId: VpcId, farVpcId: VpcId): void {
    const far = this.#router(farVpcId)
    const key = `peering ${id}`
    if (!far.has(key)) far.set(key, { kind: 'peering', id, text: `the far end of ${vpcId}` })
  }

  /** The link goes at both ends, and with it every route by it. */
  #unlink(id: string): void {
    for (const router of this.routers.values()) {
      router.delete(`peering ${id}`)
      for (const [key, thing] of router) {
        if (thing.kind === 'table' && thing.text.includes(id)) router.set(key, { ...thing, text: 'routes were lost' })
      }
    }
  }

  #counters(): readonly PeeringCounters[] {
    return [...this.#carried]
      .filter(([id]) => [...this.routers.values()].some((router) => router.has(`peering ${id}`)))
      .map(([id, traffic]) => ({ id, ...traffic }))
  }
}

/** The network as `FakeDataplane.text` has it when nothing is broken. */
export function textOf(routers: readonly IntendedRouter[]): readonly string[] {
  return routers
    .flatMap(({ vpcId, network }) =>
      network === undefined ? [] : [vpcId, ...[...thingsOf(network).values()].map(({ text }) => `${vpcId} ${text}`)],
    )
    .sort()
}

function thingsOf(network: IntendedNetwork): Map<string, Thing> {
  const things = KINDS.flatMap((kind) =>
    network[OBJECTS[kind]].map(({ id, ...rest }): Thing => ({ kind, id, text: `${kind} ${id} ${spell(rest)}` })),
  )
  return new Map(things.map((thing) => [`${thing.kind} ${thing.id}`, thing]))
}

/** The routes of a table are in no order. */
function spell(rest: object): string {
  const routes =
    'routes' in rest ? { routes: (rest.routes as object[]).map((each) => JSON.stringify(each)).sort() } : {}
  return JSON.stringify({ ...rest, ...routes })
}
