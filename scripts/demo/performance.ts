/** The demo from its beginning to its end, and the exit code: 0 only if every step did what it should. */
import { type Lines, spellTime } from './lines.ts'
import { choosePings, type Pings } from './pings.ts'
import { makeWorkloads, namespacesLeft, raiseLoopback, type Stage, startStage } from './stage.ts'
import { attach, build, explain, type Plan, request, route, type Side, settled, tearDown } from './tenant.ts'

const ORCHARD: Plan = {
  ...{ ownerName: 'alice', workload: 'apples' },
  vpc: { name: 'orchard', cidr: '10.1.0.0/16' },
  subnet: { name: 'trees', cidr: '10.1.1.0/24', gateway_ip: '10.1.1.1' },
}
const BAKERY: Plan = {
  ...{ ownerName: 'bob', workload: 'pies' },
  vpc: { name: 'bakery', cidr: '10.2.0.0/16' },
  subnet: { name: 'ovens', cidr: '10.2.1.0/24', gateway_ip: '10.2.1.1' },
}
const FAMILIES = ['IPv4', 'IPv6'] as const

/** Pings of a count; for a silence they are sent within a tenth of a second, and waited for a third of one. */
const SOME = 10
/** How much later than it was read an answer may be stamped: the service, the demo and ping share the processors. */
const JITTER_MS = 50
/** How long the network is given to take away what was deleted. */
const GONE_WITHIN_MS = 10_000

/** What every scene has at hand. */
interface Scene {
  readonly lines: Lines
  readonly stage: Stage
  readonly pings: Pings
  readonly apples: Side
  readonly pies: Side
  readonly signal: AbortSignal
}

class Disappointment extends Error {}

export async function perform(lines: Lines, signal: AbortSignal): Promise<number> {
  const begun = performance.now()
  try {
    const figures = await act(lines, signal)
    const took = ((performance.now() - begun) / 1000).toFixed(1)
    lines.summary([`All ${lines.count()} steps did what they should, in ${took} s.`, ...figures])
    return 0
  } catch (error) {
    if (signal.aborted) {
      lines.summary(['Stopped. The service is stopped too, and everything that was made is gone.'])
      return 130
    }
    lines.failed(error instanceof Error ? error.message : String(error))
    if (!(error instanceof Disappointment) && error instanceof Error && error.cause) lines.said('', String(error.cause))
    lines.summary([`Failed after ${lines.count()} steps. Everything that was made is gone.`])
    return 1
  }
}

async function act(lines: Lines, signal: AbortSignal): Promise<readonly string[]> {
  lines.chapter('Two tenants, two VPCs, two workloads')
  raiseLoopback()
  lines.done('kernel', "a network of our own: the machine's stays as it is")
  using _workloads = makeWorkloads([ORCHARD.workload, BAKERY.workload])
  await using stage = await timed((ms) => lines.done('service', 'is ready, with its data plane', ms), startStage)
  const [apples, pies] = [await building(lines, stage, ORCHARD), await building(lines, stage, BAKERY)]
  const scene: Scene = { lines, stage, pings: choosePings(signal), apples, pies, signal }
  lines.done(apples.workload, `pings with real packets, by ${scene.pings.by}`)
  await silence(scene, 'strangers hear nothing')
  await told(scene, 'NO_PEERING')

  lines.chapter('A request is not a road')
  const peering = await request(apples, pies)
  apples.names.set(peering.id, peering.name)
  must(peering.status === 'PENDING_ACCEPTANCE', `the request is ${peering.status}`)
  lines.done('alice', `asks bob for a peering: ${peering.status}`)
  await silence(scene, 'nothing before the other side agrees')
  await told(scene, 'PEERING_PENDING')

  lines.chapter('Accepted, and still both must route')
  const ready = await accept(scene, peering.id)
  await silence(scene, 'ACTIVE alone moves nothing')
  await told(scene, 'NO_ROUTE')
  await routing(scene, apples, peering.id, pies)
  await silence(scene, 'one way is no way: not even a lone packet crosses')
  await told(scene, 'NO_RETURN_ROUTE')

  lines.chapter('Both ways')
  const first = await opening(scene, peering.id)
  await open(scene)
  await counters(scene, peering.id)

  lines.chapter('Deleted is closed')
  const closed = await closing(scene, peering.id)
  await told(scene, 'NO_PEERING')

  lines.chapter('Nothing is left behind')
  await leave(scene)
  return [
    `  accepted -> both routers ready         ${spellTime(ready)}`,
    `  last route -> first ping answered      IPv4 ${spellTime(first[0])}, IPv6 ${spellTime(first[1])}`,
    `  deleted (answered after ${spellTime(closed)}) -> silence`,
  ]
}

async function building(lines: Lines, stage: Stage, plan: Plan): Promise<Side> {
  const { ownerName, vpc, workload } = plan
  const side = await timed(
    (ms) => lines.done(ownerName, `makes VPC ${vpc.name}, ${vpc.cidr}, with a subnet`, ms),
    () => build(stage, plan),
  )
  const { state, device } = await timed(
    (ms) => lines.done('admin', `attaches ${workload}: ${side.addresses.join(' and ')}`, ms),
    () => attach(stage, side),
  )
  must(state === 'SYNCED', `${device} of ${workload} is ${state}`)
  return side
}

/** No ping is answered, of either family, in either direction. */
async function silence({ lines, pings, apples, pies }: Scene, why: string): Promise<void> {
  const pairs = [
    ...FAMILIES.map((_, family) => [apples, pies.addresses[family] ?? ''] as const),
    ...FAMILIES.map((_, family) => [pies, apples.addresses[family] ?? ''] as const),
  ]
  const heard = await Promise.all(pairs.map(([side, to]) => pings.count(fromOf(side), to, SOME)))
  const answered = heard.reduce((sum, each) => sum + each, 0)
  must(answered === 0, `${answered} pings were answered, and none should have been`)
  lines.done('ping', `0 of ${SOME * pairs.length} answered, both ways, IPv4 and IPv6: ${why}`)
}

/** The service says why: this is a reason, for both families. */
async function told({ lines, apples, pies }: Scene, code: string): Promise<void> {
  const answers = await Promise.all(pies.addresses.map((to) => explain(apples, to, false)))
  for (const { verdict, reasons } of answers) {
    must(verdict === 'unreachable', `explain says ${verdict}, and no ping was answered`)
    const given = reasons.map((each) => each.code)
    must(given.includes(code), `explain gives ${given.join(', ')}, and not ${code}`)
  }
  const reason = answers[0]?.reasons.find((each) => each.code === code)
  lines.done('explain', code)
  lines.said('', named(`${reason?.message} ${reason?.next}`, new Map([...apples.names, ...pies.names])))
}

/** Ids are for programs. */
function named(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => names.get(id) ?? `${id.slice(0, 8)}…`)
}

async function accept({ lines, pies }: Scene, peering: string): Promise<number> {
  await timed(
    (ms) => lines.done('bob', 'accepts: ACTIVE', ms),
    () => pies.owner.ask('PUT', `/v2.0/vpc/peerings/${peering}/accept`),
  )
  return timed(
    (ms) => lines.done('network', 'both routers are SYNCED', ms),
    () => synced(pies, peering),
  )
}

async function synced(side: Side, peering: string): Promise<number> {
  const begun = performance.now()
  const { dataplane } = await settled(side, peering)
  const states = [dataplane?.requester.state, dataplane?.accepter.state]
  must(
    states.every((state) => state === 'SYNCED'),
    `the routers are ${states.join(' and ')}`,
  )
  return performance.now() - begun
}

async function routing({ lines }: Scene, side: Side, peering: string, far: Side): Promise<void> {
  await timed(
    (ms) => lines.done(side.ownerName, `routes ${far.blocks.join(' and ')} to it`, ms),
    () => route(side, peering, far),
  )
  await synced(side, peering)
}

/** The last route, with pings under way: how long after its answer the first one of each family is answered. */
async function opening({ lines, pings, apples, pies }: Scene, peering: string): Promise<readonly [number, number]> {
  await using v4 = pings.watch(fromOf(apples), pies.addresses[0])
  await using v6 = pings.watch(fromOf(apples), pies.addresses[1])
  const [at4 = 0, at6 = 0] = await timed(
    (ms) => lines.done('bob', `routes ${apples.blocks.join(' and ')} to it`, ms),
    () => route(pies, peering, apples),
  )
  // The network may be quicker than the answer.
  const [first4, first6] = [Math.max(0, (await v4.first()) - at4), Math.max(0, (await v6.first()) - at6)]
  lines.done(apples.workload, `${pies.addresses[0]} answers, that long after the route was answered`, first4)
  lines.done(apples.workload, `${pies.addresses[1]} answers`, first6)
  return [first4, first6]
}

async function open({ lines, pings, apples, pies }: Scene): Promise<void> {
  for (const [side, far] of [[apples, pies] as const, [pies, apples] as const]) {
    const heard = await Promise.all(far.addresses.map((to) => pings.count(fromOf(side), to, SOME)))
    must(
      heard.every((count) => count === SOME),
      `${side.workload}: ${heard.join(' and ')} of ${SOME} were answered`,
    )
    lines.done(side.workload, `${SOME} of ${SOME} answered, IPv4 and IPv6`)
  }
  for (const to of pies.addresses) {
    const { verdict, probe, agrees } = await explain(apples, to, true)
    must(verdict === 'reachable' && probe?.outcome === 'answered', `explain: ${verdict}, its probe ${probe?.outcome}`)
    must(agrees !== false, 'explain and its own probe do not agree')
  }
  lines.done('explain', 'reachable; and a packet of its own was answered')
}

/** Pings that are counted on both sides of the peering. */
async function counters(scene: Scene, peering: string): Promise<void> {
  const { lines, pings, apples, pies } = scene
  const before = await traffic(apples, peering)
  await pings.count(fromOf(apples), pies.addresses[0], SOME)
  const now = await until(scene, 'the counters of the peering do not count', async () => {
    const after = await traffic(apples, peering)
    const isCounted = (['to_accepter', 'to_requester'] as const).every(
      (way) => after[way].packets - before[way].packets >= SOME,
    )
    return isCounted ? after : undefined
  })
  const { to_accepter: there, to_requester: back } = now
  lines.done(
    'traffic',
    `${there.packets} packets (${there.bytes} bytes) to bob, ${back.packets} (${back.bytes} bytes) back`,
  )
}

async function traffic(side: Side, peering: string) {
  const { traffic: carried } = await settled(side, peering)
  if (carried === null) throw new Disappointment('the peering has no counters')
  return carried
}

/** Deletes with pings under way. Gives how long the answer took. */
async function closing(scene: Scene, peering: string): Promise<number> {
  const { lines, pings, apples, pies } = scene
  await using watch = pings.watch(fromOf(apples), pies.addresses[0])
  await watch.first()
  const took = await timed(
    (ms) => lines.done('bob', 'deletes the peering, while pings go through it', ms),
    async () => {
      const begun = performance.now()
      await pies.owner.ask('DELETE', `/v2.0/vpc/peerings/${peering}`)
      return performance.now() - begun
    },
  )
  const at = performance.timeOrigin + performance.now()
  await silence(scene, 'from the answer on')
  const late = (watch.last() ?? at) - at
  must(late < JITTER_MS, `a ping was answered ${spellTime(late)} after the peering was deleted`)
  return took
}

async function leave(scene: Scene): Promise<void> {
  const { lines, stage, apples, pies } = scene
  const workloads = [apples.workload, pies.workload]
  await timed(
    (ms) => lines.done('admin', 'detaches both; alice and bob delete all that they have', ms),
    async () => {
      for (const side of [apples, pies]) await tearDown(stage, side)
    },
  )
  await until(scene, 'routers of the service are left', async () =>
    namespacesLeft().every((name) => workloads.includes(name)) ? true : undefined,
  )
  lines.done('kernel', `of the namespaces only those of the workloads are there: ${namespacesLeft().join(', ')}`)
}

function fromOf({ workload: name, owner, portId }: Side) {
  return { name, owner, portId }
}

async function timed<Result>(tell: (ms: number) => void, act: () => Promise<Result>): Promise<Result> {
  const begun = performance.now()
  const result = await act()
  tell(performance.now() - begun)
  return result
}

/** Asks until there is an answer, as long as it may take. */
async function until<Result>(
  { signal }: Scene,
  otherwise: string,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  const end = performance.now() + GONE_WITHIN_MS
  for (;;) {
    signal.throwIfAborted()
    const result = await look()
    if (result !== undefined) return result
    must(performance.now() < end, otherwise)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function must(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Disappointment(otherwise)
}
