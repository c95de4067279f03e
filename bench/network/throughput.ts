/** What a peering lets through, beside a bare veth between two namespaces, turn by turn. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { addPort, peer, testVpc } from '../../test/support/intents.ts'
import { endWithUs } from '../processes.ts'
import { median } from '../table.ts'
import { apply, remove } from './bulk.ts'
import { type Ground, openGround, pathOf } from './ground.ts'
import { intentsOf } from './mesh.ts'

export interface Throughput {
  /** Medians of the rounds. */
  readonly peered: number
  readonly direct: number
  /** Median of the ratios of each round. */
  readonly ratio: number
}

export interface Throughputs {
  /** Bits a second that arrive, on one connection. */
  readonly tcp: Throughput
  /** Packets a second of 64 bytes of payload that arrive. */
  readonly udp: Throughput
}

export async function measureThroughput(rounds: number, seconds: number): Promise<Throughputs> {
  using ground = openGround()
  await using dataplane = await openNetns({ instance: ground.instance })
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [ground.namespace(), ground.namespace()]
  const place = (name: string) => ({ netns: pathOf(name), inode: undefined, device: 'eth0' })
  addPort(a, place(inA))
  const far = addPort(b, place(inB))
  peer(a, b)
  const intents = intentsOf([a, b])
  await apply(dataplane, intents)
  const peered = { from: inA, to: inB, address: far.addresses[0] ?? '' }
  const direct = joinDirectly(ground)
  using _servers = await startServers([peered.to, direct.to])
  const rates = { tcp: [] as Round[], udp: [] as Round[] }
  // The first round warms up and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of ['tcp', 'udp'] as const) {
      const each = { peered: await rateOf(kind, peered, seconds), direct: await rateOf(kind, direct, seconds) }
      if (round > 0) rates[kind].push(each)
    }
  }
  await remove(dataplane, intents)
  return { tcp: figuresOf(rates.tcp), udp: figuresOf(rates.udp) }
}

interface Round {
  readonly peered: number
  readonly direct: number
}

interface Path {
  /** Names of namespaces. */
  readonly from: string
  readonly to: string
  readonly address: string
}

function figuresOf(rounds: readonly Round[]): Throughput {
  return {
    peered: median(rounds.map(({ peered }) => peered)),
    direct: median(rounds.map(({ direct }) => direct)),
    ratio: median(rounds.map(({ peered, direct }) => peered / direct)),
  }
}

function joinDirectly(ground: Ground): Path {
  const [from, to] = [ground.namespace(), ground.namespace()]
  const ip = (line: string) => execFileSync('ip', line.split(' '))
  ip(`-n ${from} link add eth0 type veth peer name eth0 netns ${to}`)
  ip(`-n ${from} addr add 10.9.0.1/24 dev eth0`)
  ip(`-n ${to} addr add 10.9.0.2/24 dev eth0`)
  for (const name of [from, to]) ip(`-n ${name} link set eth0 up`)
  return { from, to, address: '10.9.0.2' }
}

async function startServers(namespaces: readonly string[]): Promise<Disposable> {
  const servers: ChildProcess[] = []
  for (const name of namespaces) {
    const args = [`--net=${pathOf(name)}`, 'iperf3', '--server', '--forceflush']
    const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    endWithUs(child)
    servers.push(child)
    await new Promise<void>((resolve, reject) => {
      // All of it is read: a server whose output nobody takes would stop.
      createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('Server listening') && resolve())
      child.once('exit', () => reject(new Error('a server of iperf3 does not start')))
    })
  }
  return {
    [Symbol.dispose]() {
      for (const child of servers) child.kill('SIGKILL')
    },
  }
}

const ARGUMENTS = { tcp: [], udp: ['--udp', '--length', '64', '--bitrate', '0'] } as const

async function rateOf(kind: keyof typeof ARGUMENTS, { from, address }: Path, seconds: number): Promise<number> {
  const args = ['iperf3', '--client', address, '--json', '--time', String(seconds), ...ARGUMENTS[kind]]
  const { stdout } = await promisify(execFile)('nsenter', [`--net=${pathOf(from)}`, ...args], { encoding: 'utf8' })
  const { end } = JSON.parse(stdout)
  const rate =
    kind === 'tcp' ? end.sum_received.bits_per_second : (end.sum.packets - end.sum.lost_packets) / end.sum.seconds
  if (!(rate > 0)) throw new Error(`iperf3 tells no rate: ${stdout}`)
  return rate
}
