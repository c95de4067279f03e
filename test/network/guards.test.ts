/** Real frames against the guards of a real router: what a port may send arrives, and nothing else does. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import type { IntendedNetwork, IntendedPort } from '../../src/dataplane/dataplane.ts'
import { syncGuards } from '../../src/dataplane/netns/guards/guards.ts'
import { listNft, runNft } from '../../src/dataplane/netns/guards/nft.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { portName } from '../../src/dataplane/netns/names.ts'
import { openIcmpSocket } from '../../src/dataplane/netns/probe/icmp-socket.ts'
import type { PortId, SubnetId } from '../../src/rules/ids.ts'
import { FRAMES, OTHER, OWN, PAIRS } from '../support/frame-cases.ts'
import { ethernet, icmpv6, ipv6, openFrameSocket, TYPE } from '../support/frames.ts'
import { openLab } from '../support/lab.ts'

const lab = openLab()
after(() => lab[Symbol.dispose]())

const GATEWAY = { mac: '0a:00:00:00:00:01', v4: '10.1.0.1/24', v6: 'fd01::1/64' }
const PORT = { own: portId('0a'), other: portId('0b') }
const router = lab.router()
lab.run(router, 'sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=0', 'net.bridge.bridge-nf-call-ip6tables=0')
lab.bridge(router, 'sn-1', GATEWAY)
const sender = attach(PORT.own, OWN)
const receiver = attach(PORT.other, OTHER)
const network: IntendedNetwork = {
  subnets: [],
  tables: [],
  peerings: [],
  ports: [port(PORT.own, OWN, PAIRS), port(PORT.other, OTHER, [])],
}

const FAIR = FRAMES.filter(({ isFair }) => isFair).map(({ what }) => what)

test('without guards every frame arrives, with them those that a port may send', async () => {
  assert.deepEqual(
    await arriving(),
    FRAMES.map(({ what }) => what),
  )
  assert.notEqual(sync(), 0)
  assert.deepEqual(await arriving(), FAIR)
  assert.equal(sync(), 0)
})

test('every rule for ports decides something, and is put back when it was taken away', async () => {
  sync()
  const count = rules().length
  assert.ok(count > 10)
  for (let index = 0; index < count; index++) {
    const { chain, handle, expr } = rules()[index] ?? assert.fail('a rule is gone')
    runIn(`delete rule bridge causeway ${chain} handle ${handle}`)
    const got = chain === 'input' ? await learned() : await arriving()
    const rule = JSON.stringify(expr)
    // These only spare packets the rule that comes next; that they do is in the test below.
    if (rule.includes('@hosts')) assert.deepEqual(got, FAIR, rule)
    else assert.notDeepEqual(got, chain === 'input' ? [] : FAIR, `nothing changes without ${rule}`)
    assert.notEqual(sync(), 0)
  }
  assert.deepEqual(await arriving(), FAIR)
  assert.deepEqual(await learned(), [])
})

test('single addresses are known without the sets that have intervals, and blocks are not', async () => {
  for (const [chain, set] of [
    ['ip4_from_ports', '@ports4'],
    ['ip6_from_ports', '@ports6'],
  ]) {
    sync()
    for (const rule of rules()) {
      const isIt = rule.chain === chain && JSON.stringify(rule.expr).includes(`${set}"}},{"accept`)
      if (isIt) runIn(`delete rule bridge causeway ${rule.chain} handle ${rule.handle}`)
    }
    const got = await arriving()
    const family = chain === 'ip4_from_ports' ? 'IPv4' : 'IPv6'
    assert.ok(got.includes(`${family} from its own address`), `${got}`)
    assert.ok(!got.includes(`${family} from a block that it is allowed`), `${got}`)
  }
  sync()
})

test('a router learns from no frame that goes to the bridge itself', async () => {
  runIn('delete table bridge causeway')
  assert.deepEqual(await learned(), [portName(PORT.own)])
  sync()
  assert.deepEqual(await learned(), [])
})

test('an element, a set, a chain, a policy or a table that was changed by hand is seen and healed', async () => {
  sync()
  const device = portName(PORT.own)
  const mac = `"${device}" . ${OWN.mac}`
  const drifts = [
    `add element bridge causeway macs { "${device}" . ${OTHER.mac} }`,
    `add element bridge causeway ports4 { "${device}" . ${OWN.mac} . 10.1.0.0-10.1.0.3 }`,
    `add element bridge causeway ports6 { "foreign" . ${OWN.mac} . 0x0-0x5 }`,
    `delete element bridge causeway ports4 { "${device}" . ${OWN.mac} . ${OWN.ip4} }`,
    `add element bridge causeway ports6 { "${device}" . ${OWN.mac} . 0x0fffffffffffff01 }`,
    `delete element bridge causeway macs { ${mac} }; add element bridge causeway macs { ${mac} comment "mine" }`,
    'flush set bridge causeway ports6',
    `add element bridge causeway hosts4 { "${device}" . ${OWN.mac} . 10.1.0.3 }`,
    'flush set bridge causeway hosts6',
    'flush table bridge causeway',
    'flush chain inet causeway prerouting',
    'add chain bridge causeway mine',
    'insert rule bridge causeway prerouting accept',
    'add rule inet causeway prerouting accept',
    'chain bridge causeway prerouting { policy accept; }',
    'add table bridge causeway { flags dormant; }',
    'add table inet causeway { flags dormant; }',
    'add set bridge causeway mine { type ifname; }',
    'delete table bridge causeway',
    'delete table inet causeway',
    'flush ruleset',
  ]
  const before = spelled()
  for (const drift of drifts) {
    runIn(drift)
    if (!drift.includes('dormant')) assert.notEqual(spelled(), before, `${drift} changes nothing`)
    assert.notEqual(sync(), 0, `${drift} is not seen`)
    assert.equal(spelled(), before, `${drift} is not healed`)
    assert.equal(sync(), 0, `${drift} is healed again`)
  }
  assert.deepEqual(await arriving(), FAIR)
})

test('what others have in nftables is not touched', () => {
  runIn('table inet others { flags dormant; chain c { type filter hook input priority 0; }; }')
  assert.equal(sync(), 0)
  runIn('delete table bridge causeway')
  assert.notEqual(sync(), 0)
  runIn('delete table inet others')
})

test('with the last port its table goes, and comes again with the first', async () => {
  assert.equal(
    within(router, () => syncGuards({ ...network, ports: [] })),
    1,
  )
  const unattached = network.ports.map((each) => ({ ...each, workload: undefined }))
  assert.equal(
    within(router, () => syncGuards({ ...network, ports: unattached })),
    0,
  )
  assert.notEqual(sync(), 0)
  assert.deepEqual(await arriving(), FAIR)
})

test('a port whose addresses changed sends from the new ones only, in one transaction', async () => {
  sync()
  const moved = network.ports.map((each) => (each.id === PORT.own ? { ...each, addresses: ['10.1.0.99'] } : each))
  assert.equal(
    within(router, () => syncGuards({ ...network, ports: moved })),
    6,
  )
  const got = await arriving()
  assert.ok(!got.includes('IPv4 from its own address'))
  assert.ok(got.includes('IPv4 from an address that it is allowed'))
  assert.equal(sync(), 6)
  assert.deepEqual(await arriving(), FAIR)
})

test('a frame that comes past the bridge is not for the router', async () => {
  sync()
  // Routers send no LLDP and understand none: a bridge gives it to the port's own device.
  assert.equal(await reachesRouter('01:80:c2:00:00:0e'), false)
  runIn('flush chain inet causeway prerouting')
  assert.equal(await reachesRouter('01:80:c2:00:00:0e'), true)
  sync()
})

/** Whether a frame with this destination comes to the router's own address; one to the bridge after it does. */
async function reachesRouter(mac: string): Promise<boolean> {
  using router6 = within(router, () => openIcmpSocket('fd01::1'))
  using from = openFrameSocket(sender, 'eth0')
  from.send(ethernet(mac, OWN.mac, TYPE.IP6, echoToRouter('first')))
  from.send(ethernet(GATEWAY.mac, OWN.mac, TYPE.IP6, echoToRouter('later')))
  for (let sawFirst = false; ; ) {
    const message = router6.receive()
    if (message?.bytes.includes('later')) return sawFirst
    sawFirst ||= message?.bytes.includes('first') ?? false
    if (message === undefined) await new Promise((resolve) => setImmediate(resolve))
  }
}

function echoToRouter(text: string): Buffer {
  const body = Buffer.concat([Buffer.from([0, 1, 0, 1]), Buffer.from(text)])
  return ipv6(OWN.ip6, 'fd01::1', 58, icmpv6(128, OWN.ip6, 'fd01::1', body))
}

/** Which of all frames arrive when one after the other is sent. */
async function arriving(): Promise<readonly string[]> {
  using from = openFrameSocket(sender, 'eth0')
  using at = openFrameSocket(receiver, 'eth0')
  const sent = FRAMES.map((frame) => ({ ...frame, token: randomBytes(8) }))
  for (const { make, token } of sent) from.send(make(token))
  const got = await at.until(sendLast())
  return sent.filter(({ token }) => got.some((frame) => frame.includes(token))).map(({ what }) => what)
}

/**
 * A frame from the router itself, which nothing guards. It arrives after all that were sent before it: a frame is all
 * the way through the bridge before the call that sends it comes back.
 */
function sendLast(): Buffer {
  const token = randomBytes(8)
  using bridge = openFrameSocket(router, 'sn-1')
  bridge.send(ethernet(OTHER.mac, GATEWAY.mac, 0x88b5, token))
  return token
}

/** Behind which ports the bridge thinks that a MAC address is, after a frame to the bridge itself had it. */
async function learned(): Promise<readonly string[]> {
  const mac = '0a:00:00:00:00:77'
  using from = openFrameSocket(sender, 'eth0')
  using at = openFrameSocket(receiver, 'eth0')
  from.send(ethernet('01:80:c2:00:00:03', mac, 0x88b5, Buffer.alloc(46)))
  await at.until(sendLast())
  const lines = lab.run(router, 'bridge', 'fdb', 'show').split('\n')
  const found = lines.filter((line) => line.startsWith(mac)).map((line) => line.split(' ')[2] ?? '')
  for (const device of found) lab.run(router, 'bridge', 'fdb', 'del', mac, 'dev', device, 'master')
  return found
}

interface Rule {
  readonly chain: string
  readonly handle: number
  readonly expr: unknown
}

function rules(): readonly Rule[] {
  const listed = within(router, () => listNft('list table bridge causeway')) as readonly { readonly rule?: Rule }[]
  return listed.flatMap(({ rule }) => rule ?? [])
}

/** The whole of nftables, without the numbers that each object has, and without the order that elements come in. */
function spelled(): string {
  const { nftables } = JSON.parse(lab.run(router, 'nft', '--json', 'list', 'ruleset'))
  const objects = (nftables as readonly unknown[]).map((each) => JSON.stringify(each, withoutHandle))
  const ofFamily = (family: string) => objects.filter((text) => text.includes(`"family":"${family}"`))
  return [...ofFamily('inet'), ...ofFamily('bridge')].join('\n')
}

function withoutHandle(key: string, value: unknown): unknown {
  if (key === 'elem' && Array.isArray(value)) return value.map((each) => JSON.stringify(each)).sort()
  return key === 'handle' ? undefined : value
}

function sync(): number {
  return within(router, () => syncGuards(network))
}

function runIn(commands: string): void {
  within(router, () => runNft(commands))
}

function attach(id: PortId, { mac, ip4, ip6 }: typeof OWN): string {
  return lab.workload(router, 'sn-1', portName(id), { mac, v4: `${ip4}/24`, v6: `${ip6}/64` })
}

function port(id: PortId, { mac, ip4, ip6 }: typeof OWN, allowed: IntendedPort['allowed']): IntendedPort {
  const workload = { netns: '/run/netns/any', inode: undefined, device: 'eth0' }
  return { id, subnetId: 'any' as SubnetId, macAddress: mac, addresses: [ip4, ip6], allowed, workload }
}

function portId(end: string): PortId {
  return `0f8fad5b-d9cb-469f-a165-7086772895${end}` as PortId
}
