/** Whatever is called, and whatever befalls the network: when that is over, the network is what it ought to be. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import {
  intendedText,
  metric,
  showView,
  startTestNetwork,
  statesIn,
  type TestNetwork,
  until,
} from '../support/network.ts'
import { PEERINGS, peeringBody } from '../support/peerings.ts'
import { ROUTES, routeBody } from '../support/routes.ts'
import type { Answer, Person } from '../support/service.ts'

const RUNS = 40
const STEPS = 30

/** Numbers choose among what is there when their turn comes. */
interface Step {
  readonly kind: keyof typeof DOING
  readonly who: 'alice' | 'bob'
  readonly at: number
  readonly other: number
}

const DOING = {
  createVpc: (play: Play, { who }: Step) => play.make(who, 'vpcs', '/v1/{}/vpcs', { vpc: { cidr: '10.0.0.0/8' } }),
  createSubnet: (play: Play, { who, at, other }: Step) => {
    const [vpc_id, third] = [play.pick('vpcs', at), other % 250]
    const subnet = { name: 's', vpc_id, cidr: `10.1.${third}.0/24`, gateway_ip: `10.1.${third}.1` }
    return play.make(who, 'subnets', '/v1/{}/subnets', { subnet })
  },
  createPeering: (play: Play, { who, at, other }: Step) => {
    const [from, to] = [play.pick('vpcs', at), play.pick('vpcs', other)]
    return play.make(who, 'peerings', PEERINGS, peeringBody(from, to, play.projectOf(other)))
  },
  accept: (play: Play, { who, at }: Step) => play.call(who, 'PUT', `${PEERINGS}/${play.pick('peerings', at)}/accept`),
  protect: (play: Play, { who, at, other }: Step) =>
    play.call(who, 'PUT', `/causeway/v1/peerings/${play.pick('peerings', at)}`, { auto_routes: other % 2 === 0 }),
  createRoute: (play: Play, { who, at, other }: Step) => {
    const body = routeBody(play.pick('vpcs', other), play.pick('peerings', at), `10.${other % 250}.0.0/16`)
    return play.make(who, 'routes', ROUTES, { route: body })
  },
  deletePeering: (play: Play, { who, at }: Step) => play.deletePeering(who, play.pick('peerings', at)),
  deleteRoute: (play: Play, { who, at }: Step) => play.call(who, 'DELETE', `${ROUTES}/${play.pick('routes', at)}`),
  deleteSubnet: (play: Play, { who, at, other }: Step) =>
    play.call(who, 'DELETE', `/v1/{}/vpcs/${play.pick('vpcs', other)}/subnets/${play.pick('subnets', at)}`),
  deleteVpc: (play: Play, { who, at }: Step) => play.call(who, 'DELETE', `/v1/{}/vpcs/${play.pick('vpcs', at)}`),
  break: (play: Play, { at }: Step) => void play.fake.broken.set(play.any(at), 'broken'),
  poison: (play: Play, { at }: Step) => void play.fake.poison.add(play.pick('vpcs', at) as never),
  silence: (play: Play, { at }: Step) => void play.fake.silent.add(play.pick('vpcs', at) as never),
  crash: (play: Play, { at }: Step) => {
    play.fake.crashAfter = at % 3
  },
  hang: (play: Play) => play.hang(),
  heal: (play: Play) => play.heal(),
  lose: (play: Play, { at }: Step) => play.lose(at),
  leave: (play: Play, { at, other }: Step) => {
    const digits = String(at * 10_000 + other).padStart(12, '0')
    play.fake.leave(`00000000-0000-4000-8000-${digits}` as never)
  },
  wait: (play: Play, { at }: Step) => play.service.clock.advance(at * 10),
  reconcile: (play: Play) => play.reconcile(),
} satisfies Record<string, (play: Play, step: Step) => unknown>

const OFTEN = ['createVpc', 'createSubnet', 'createPeering', 'accept', 'createRoute', 'protect'] as const
const anyKind = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step['kind']>(...OFTEN) },
  { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(DOING) as Step['kind'][])) },
)
const anyStep: fc.Arbitrary<Step> = fc.record({
  ...{ kind: anyKind, who: fc.constantFrom('alice' as const, 'bob' as const) },
  ...{ at: fc.nat(999), other: fc.nat(999) },
})

type Noun = 'vpcs' | 'subnets' | 'peerings' | 'routes'

class Play {
  readonly service: TestNetwork['service']
  readonly fake: TestNetwork['fake']
  readonly #ids: Record<Noun, string[]> = { vpcs: [], subnets: [], peerings: [], routes: [] }
  readonly #owners = new Map<string, Person>()
  #release: (() => void) | undefined

  constructor({ service, fake }: TestNetwork) {
    this.service = service
    this.fake = fake
  }

  /** One that was made, whether or not it is there still. */
  pick(noun: Noun, nth: number): string {
    const ids = this.#ids[noun]
    return ids[nth % Math.max(1, ids.length)] ?? '00000000-0000-4000-8000-000000000000'
  }

  any(nth: number): string {
    return this.pick((['vpcs', 'subnets', 'peerings'] as const)[nth % 3] as Noun, nth >> 2)
  }

  projectOf(nth: number): string {
    return (this.#owners.get(this.pick('vpcs', nth)) ?? this.service.alice).projectId
  }

  async call(who: Step['who'], method: string, path: string, body?: object): Promise<Answer> {
    const person = this.service[who]
    const answer = await this.pump(this.service.ask(person, method, path.replace('{}', person.projectId), body))
    assert.ok(answer.status < 500, `${method} ${path}: ${answer.status}`)
    return answer
  }

  async make(who: Step['who'], noun: Noun, path: string, body: object): Promise<void> {
    const answer = await this.call(who, 'POST', path, body)
    if (answer.status >= 300) return
    const [made] = Object.values<{ id: string }>(answer.body)
    assert.ok(made)
    this.#ids[noun].push(made.id)
    this.#owners.set(made.id, this.service[who])
  }

  /** P5: what is acknowledged as gone from the network, is. */
  async deletePeering(who: Step['who'], id: string): Promise<void> {
    const { headers } = await this.call(who, 'DELETE', `${PEERINGS}/${id}`)
    if (headers.get('causeway-dataplane') !== 'SYNCED') return
    assert.ok(!this.fake.text.some((line) => line.includes(id)), `${id} is in the network still`)
  }

  hang(): void {
    this.#release ??= this.fake.hang()
  }

  /** A pass of a network that hangs has no end. */
  async reconcile(): Promise<void> {
    if (this.#release === undefined) await this.pump(this.service.reconcile())
  }

  lose(nth: number): void {
    const objects = [...this.fake.routers].flatMap(([vpc, router]) =>
      [...router.keys()].map((key) => [vpc, key] as const),
    )
    const [vpc, key] = objects[nth % Math.max(1, objects.length)] ?? []
    if (vpc !== undefined && key !== undefined) this.fake.lose(vpc, key)
  }

  heal(): void {
    this.#release?.()
    this.#release = undefined
    this.fake.crashAfter = undefined
    for (const faults of [this.fake.broken, this.fake.poison, this.fake.silent]) faults.clear()
  }

  /** Time goes on while something waits for a network that hangs. */
  async pump<Result>(promise: Promise<Result>): Promise<Result> {
    let isOver = false
    promise.then(
      () => (isOver = true),
      () => (isOver = true),
    )
    await until(() => {
      if (!isOver) this.service.clock.advance(5)
      return isOver
    })
    return promise
  }

  /** The faults are over, and one pass later everything is as it ought to be, and told so. */
  async end(): Promise<void> {
    this.heal()
    this.service.clock.advance(60_000)
    await this.pump(this.service.reconcile())
    assert.deepEqual(this.fake.text, await intendedText(this.service))
    const repairs = await metric(this.service, 'causeway_reconcile_repairs_total')
    await this.pump(this.service.reconcile())
    assert.equal(await metric(this.service, 'causeway_reconcile_repairs_total'), repairs)
    assert.equal(await metric(this.service, 'causeway_dataplane_failures'), 0)
    for (const id of this.#ids.peerings) {
      const { status, body } = await showView(this.service, this.service.admin, id)
      if (status === 200) assert.deepEqual(statesIn(body), ['SYNCED', 'SYNCED'])
    }
  }
}

suite('the network and the database', () => {
  let network: TestNetwork
  before(async () => {
    network = await startTestNetwork()
  })
  after(() => network.service[Symbol.asyncDispose]())

  test('P5, P7: after any calls and any faults one pass makes the network what the database says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: STEPS, size: 'max' }), async (steps) => {
        const play = new Play(network)
        try {
          for (const step of steps) await DOING[step.kind](play, step)
        } finally {
          play.heal()
        }
        await play.end()
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    )
  })
})
