/**
 * `npm run bench`: one table of what the service does, each line beside a bare node:http server that answers the same
 * bytes in the same run. A figure is the median of the rounds, and in a round each server has a turn (A B A B), so that
 * ratios hold on a noisy machine where absolute figures do not. It judges by printing, never by failing; what ends it
 * is an answer that is not the expected one, or a create that was acknowledged and is not there.
 *
 * `--quick` is for whoever changes the bench itself; `--only show,create` leaves out the rest, and `--only network` is
 * all that is about packets.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ENDPOINTS, type Endpoint } from './endpoints.ts'
import { type Measured, measure } from './measure.ts'
import { measureNetwork } from './network/network.ts'
import { NETWORK_NAMES } from './network/plan.ts'
import { dataIn, type Program, startBare, startLoader, startProgram } from './processes.ts'
import { measureRoutes } from './routes.ts'
import { openSite, type Site } from './site.ts'
import { median, printTable, type Row, verdict } from './table.ts'

const MANY = 64
const CONNECTIONS = [MANY, 1] as const
/** Milliseconds of processor time from the start until the service answers. */
const START_AIM_MS = 500
/** Median time with many peerings over that with few, by endpoint; at the most. */
const GROWTH_AIMS: Readonly<Record<string, number>> = { list: 1.2, create: 1.5 }
/** The 200th route of a table over the first. */
const ROUTE_AIM = 1.5

const LOADS = [...ENDPOINTS.map(({ name }) => name), 'routes', 'memory']
const NAMES = [...LOADS, 'start', ...NETWORK_NAMES]
const NETWORK = { populations: [10, 500], accepts: 300, bulk: 500, look: 2_000, rounds: 7, seconds: 1 }
const QUICK_NETWORK = { populations: [10, 30], accepts: 5, bulk: 50, look: 50, rounds: 1, seconds: 1 }
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
const only = flags.only?.split(',').flatMap((name) => (name === 'network' ? NETWORK_NAMES : [name])) ?? NAMES
const plan = flags.quick
  ? { rounds: 1, seconds: 1, populations: [1_000, 10_000], starts: 1, routes: 20, network: QUICK_NETWORK }
  : { rounds: 7, seconds: 0.7, populations: [1_000, 100_000], starts: 5, routes: 500, network: NETWORK }
const notes: string[] = []

const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const unknown = only.find((name) => !NAMES.includes(name))
if (unknown !== undefined)
  throw new Error(`--only takes ${NAMES.join(', ')}, or network, joined by commas, and not '${unknown}'`)
console.log(`${heading()}\n`)
const starts = only.includes('start') ? await measureStarts() : []
const loads = LOADS.some((name) => only.includes(name)) ? await measureLoads() : []
const network = await measureNetwork(only, folder, plan.network, (text) => notes.push(text))
printTable([...loads, ...starts, ...network])
console.log(`\n${notes.join('\n')}`)

async function measureLoads(): Promise<readonly Row[]> {
  const sites: Site[] = []
  for (const peerings of plan.populations) sites.push(await openSite(folder, peerings))
  using bare = await startBare()
  using loader = startLoader()
  const rows = new Map<Endpoint, readonly Row[]>()
  const chosen = ENDPOINTS.filter(({ name }) => only.includes(name))
  // The creates come last, so that all others find the population that their line tells.
  for (const endpoint of chosen.toSorted((a, b) => Number(a.once) - Number(b.once))) {
    const asked = endpoint.byPopulation ? sites : sites.slice(-1)
    const measured: [number, Measured][] = []
    for (const connections of CONNECTIONS) {
      measured.push([connections, await measure(endpoint, connections, plan, asked, bare, loader)])
    }
    rows.set(endpoint, [
      ...measured.flatMap(([connections, each]) => rowsOf(endpoint, connections, each)),
      ...measured.flatMap(([connections, each]) => growthOf(endpoint.name, connections, each)),
    ])
    if (endpoint.name === 'show') noteGenerator(measured)
  }
  const last = sites.at(-1)
  const routes = only.includes('routes') && last ? await rowsOfRoutes(last) : []
  const memory = only.includes('memory') ? sites.flatMap(memoryOf) : []
  for (const site of sites) await site.close()
  return [...chosen.flatMap((endpoint) => rows.get(endpoint) ?? []), ...routes, ...memory]
}

function rowsOf({ name, aim, byPopulation }: Endpoint, connections: number, { sites, bare }: Measured): readonly Row[] {
  return [...sites].map(([{ peerings }, { rate, p50, p99 }]) => {
    const ratio = rate / bare.rate
    return {
      ...{ what: name, connections, ours: rate, bare: bare.rate, ratio, p50, p99 },
      ...(byPopulation && { peerings }),
      ...(aim !== undefined && connections === MANY && { aim: verdict(ratio, '>=', aim) }),
    }
  })
}

function growthOf(name: string, connections: number, { sites }: Measured): readonly Row[] {
  const aim = GROWTH_AIMS[name]
  if (aim === undefined) return []
  const [few = Number.NaN, many = Number.NaN] = [...sites.values()].map(({ p50 }) => p50)
  const [small, large] = plan.populations
  const what = `${name}: p50 at ${spell(large)} / ${spell(small)}`
  return [{ what, connections, ratio: many / few, aim: verdict(many / few, '<=', aim) }]
}

async function rowsOfRoutes(site: Site): Promise<readonly Row[]> {
  const { first, last } = await measureRoutes(site, plan.routes)
  const aim = verdict(last / first, '<=', ROUTE_AIM)
  return [
    { what: 'route: the first of a table', connections: 1, p50: first },
    { what: 'route: the 200th', connections: 1, p50: last },
    { what: 'route: p50 of 200th / first', connections: 1, ratio: last / first, aim },
  ]
}

function spell(count: number | undefined): string {
  return (count ?? Number.NaN).toLocaleString('en')
}

function noteGenerator(measured: readonly [number, Measured][]): void {
  for (const [connections, { bare }] of measured) {
    const rate = spell(Math.round(bare.rate))
    const busy = Math.round(bare.busy * 100)
    notes.push(
      `The load itself, on the bare server, connections ${connections}: ${rate} /s, and busy ${busy} % of the time.`,
    )
  }
}

function memoryOf({ peerings, idleMemory, program }: Site): readonly Row[] {
  return [
    { what: 'memory at idle', peerings, ours: `${Math.round(idleMemory)} MiB` },
    { what: 'memory after the load', peerings, ours: `${Math.round(program.memory())} MiB` },
  ]
}

/** First starts, which make the people: with nothing compiled, and with what `npm ci` leaves compiled. */
async function measureStarts(): Promise<readonly Row[]> {
  const cold: Program[] = []
  const warm: Program[] = []
  for (let start = 0; start < plan.starts; start += 1) {
    const own = join(folder, `start-${start}`)
    for (const programs of [cold, warm]) {
      const program = await startProgram(own)
      await program[Symbol.asyncDispose]()
      programs.push(program)
      rmSync(dataIn(own), { recursive: true })
    }
  }
  const cpuOf = (programs: readonly Program[]) => median(programs.map(({ cpuMs }) => cpuMs))
  const wallOf = (programs: readonly Program[]) => median(programs.map(({ wallMs }) => wallMs))
  const aim = verdict(cpuOf(warm), '<', START_AIM_MS, ' ms')
  return [
    { what: 'start, compiled: processor', ours: ms(cpuOf(warm)), aim },
    { what: 'start, compiled: until ready', ours: ms(wallOf(warm)) },
    { what: 'start, not compiled: processor', ours: ms(cpuOf(cold)) },
    { what: 'start, not compiled: until ready', ours: ms(wallOf(cold)) },
  ]
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}

function heading(): string {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim() || undefined
  const commit = git('rev-parse', '--short', 'HEAD') ?? 'unknown'
  const changed = git('status', '--porcelain') === undefined ? '' : ' with changes'
  const load = loadavg().map((value) => value.toFixed(1))
  return (
    `Commit ${commit}${changed}, Node ${process.versions.node}, ${availableParallelism()} cores ` +
    `(load before: ${load.join(', ')}), medians of ${plan.rounds} rounds of ${plan.seconds} s.`
  )
}
