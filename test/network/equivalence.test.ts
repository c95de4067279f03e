/** What explain says is what packets do: in random networks, between all ports, both ways, by IPv4 and IPv6. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { codesIn, EXPLAIN } from '../support/explain.ts'
import { skipNetwork as skip } from '../support/netns.ts'
import { namespacesNamed, routerPrefix } from '../support/network/namespaces.ts'
import { finish, HANGS_AFTER_MS, type NetworkService, startNetworkService } from '../support/network/site.ts'
import { anyTopology, type Built, build, MOST_PORTS, TTL_MS } from '../support/network/topology.ts'
import type { Family } from '../support/network/traffic.ts'
import { until } from '../support/network/traffic.ts'
import { startWorkloads, type Workload } from '../support/network/workloads.ts'

const RUNS = 30
/** Each is sent twice: by the second time every neighbour is known that can be, so nothing is still on its way. */
const ROUNDS = [1, 2]

type Place = Built['places'][number]

interface Path {
  readonly from: Place
  readonly to: Place
  readonly family: Family
  /** Unique in the whole test. */
  readonly nonce: string
  /** The verdict on the way to the port, and on the way to the address, whoever has it; then the codes. */
  readonly reaches: boolean
  readonly answers: boolean
  readonly codes: readonly string[]
}

suite('what explain says is what packets do', { skip, timeout: HANGS_AFTER_MS }, () => {
  let service: NetworkService
  let workloads: readonly Workload[] = []
  const seen: Record<string, number> = { reachable: 0, unreachable: 0 }
  before(async () => {
    service = await startNetworkService({ pendingTtlMs: TTL_MS })
    workloads = await startWorkloads(MOST_PORTS)
  })
  after(() => finish(service, workloads))

  test(`in ${RUNS} random networks, and nothing is left of each when it is taken away`, async () => {
    const property = fc.asyncProperty(anyTopology, async (topology) => {
      const built = await build(service, workloads, topology)
      try {
        await service.reconcile()
        assert.deepEqual(await disagreements(built), [])
        await built.change()
        await service.reconcile()
        assert.deepEqual(await disagreements(built), [], 'after the change')
      } finally {
        await built.remove()
        await service.reconcile()
      }
      assert.deepEqual(namespacesNamed(routerPrefix(service.instance)), [])
    })
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
    // Else nothing was proved of it.
    for (const code of ['reachable', 'unreachable', 'NO_ROUTE', 'NO_RETURN_ROUTE', 'NO_PEERING', 'CIDR_OVERLAP']) {
      assert.ok((seen[code] ?? 0) >= RUNS, `${code}: only ${seen[code] ?? 0} times`)
    }
  })

  test('three random networks that have changed are what is built from nothing', async () => {
    // Compared by `finish`, after the test.
    for (const topology of fc.sample(anyTopology, 3)) {
      const some = { ...topology, vpcs: topology.vpcs.map((vpc) => ({ ...vpc, subnets: vpc.subnets.map(detached) })) }
      await (await build(service, workloads, some)).change()
    }
    await service.reconcile()
  })

  let asked = 0
  async function explained(from: Place, to: Place, family: Family): Promise<Path> {
    asked += 1
    const nonce = `path${asked}`
    const source = { port: from.port, address: from.addresses[family] }
    const ask = async (target: object) => {
      const { status, body } = await service.ask(service.admin, 'POST', EXPLAIN, { from: source, to: target })
      assert.equal(status, 200, JSON.stringify(body))
      return body
    }
    const address = to.addresses[family]
    const [named, anybody] = [await ask({ vpc: to.vpc, address }), await ask({ address })]
    const codes = codesIn(named)
    for (const code of codes) seen[code] = (seen[code] ?? 0) + 1
    const isReached = (body: { verdict: string }) => body.verdict === 'reachable'
    return { from, to, family, nonce, reaches: isReached(named), answers: isReached(anybody), codes }
  }

  /** A line for each path on which packets do something else than explain says. */
  async function disagreements({ places }: Built): Promise<readonly string[]> {
    const pairs = places.flatMap((from) => places.filter((to) => to !== from).map((to) => [from, to] as const))
    const paths: Path[] = []
    for (const [from, to] of pairs) {
      for (const family of ['v4', 'v6'] as const) {
        if (from.addresses[family] !== '' && to.addresses[family] !== '') paths.push(await explained(from, to, family))
      }
    }
    const closed = paths.filter(({ answers }) => !answers)
    const open = paths.filter(({ answers }) => answers)
    for (const round of ROUNDS) {
      // What ought not to arrive goes first: it has had its time when everything after it has been answered.
      await Promise.all(closed.map((path) => send(path, round)))
      await Promise.all(open.map((path) => send(path, round)))
      const all = async () => (await Promise.all(open.map((path) => isAnswered(path, round)))).every(Boolean)
      await until('everything is answered that explain says is', all).catch(() => {})
    }
    const lines: string[] = []
    for (const path of paths) {
      const outcomes = await Promise.all(
        ROUNDS.map(async (round) => [await isHeard(path, round), await isAnswered(path, round)]),
      )
      const [reached, answered] = [0, 1].map((which) => outcomes.some((outcome) => outcome[which]))
      if (reached === path.reaches && answered === path.answers) continue
      const { from, to, family, codes } = path
      lines.push(
        `${from.name} (${from.addresses[family]}) to ${to.name} (${to.addresses[family]}): ` +
          `explain says ${codes.join(' ')}; ` +
          `it ${reached ? 'arrives' : 'does not arrive'}, and ${answered ? 'an' : 'no'} answer comes back`,
      )
    }
    return lines
  }
})

function detached<Subnet extends { readonly port: string }>(subnet: Subnet) {
  return { ...subnet, port: 'detached' as const }
}

async function send({ from, to, family, nonce }: Path, round: number): Promise<void> {
  // Where it cannot be sent, it does not arrive.
  await from.workload.tell('send', { to: to.addresses[family], nonce: `${nonce}.${round}` })
}

async function isHeard({ to, nonce }: Path, round: number): Promise<boolean> {
  return (await to.workload.tell('heard', null)).some(([each]) => each === `${nonce}.${round}`)
}

async function isAnswered({ from, nonce }: Path, round: number): Promise<boolean> {
  return (await from.workload.tell('answered', null)).includes(`${nonce}.${round}`)
}
