/** P6 with real packets: through a peering comes only what would be answered through it, whatever the sysctls say. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import type { IntendedNetwork } from '../../src/dataplane/dataplane.ts'
import { syncGuards } from '../../src/dataplane/netns/guards/guards.ts'
import { listNft, runNft } from '../../src/dataplane/netns/guards/nft.ts'
import { within } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { openIcmpSocket } from '../../src/dataplane/netns/probe/icmp-socket.ts'
import { ethernet, icmpv6, ipv4, ipv6, openFrameSocket, TYPE } from '../support/frames.ts'
import { openLab } from '../support/lab.ts'

const lab = openLab()
after(() => lab[Symbol.dispose]())

const GATEWAY_MAC = '0a:00:00:00:00:02'
const DB = { mac: 'fa:16:3e:00:00:0b', v4: '10.2.0.10', v6: 'fd02::a' }
const router = lab.router()
const far = lab.router()
lab.bridge(router, 'sn-b', { mac: GATEWAY_MAC, v4: '10.2.0.1/24', v6: 'fd02::1/64' })
const db = lab.workload(router, 'sn-b', 'po-db', { mac: DB.mac, v4: `${DB.v4}/24`, v6: `${DB.v6}/64` })
lab.link(far, 'pr-1', router, 'pa-1')
// So that only the guards are left to hold it: IPv6 has no such thing anyway.
for (const device of ['all', 'default', 'pa-1', 'sn-b']) {
  lab.run(router, 'sysctl', '-qw', `net.ipv4.conf.${device}.rp_filter=0`)
}
lab.ip(router, `neigh add ${DB.v4} lladdr ${DB.mac} dev sn-b`, `neigh add ${DB.v6} lladdr ${DB.mac} dev sn-b`)

const NOTHING: IntendedNetwork = { subnets: [], tables: [], peerings: [], ports: [] }
const ALL = ['IPv4', 'IPv6', 'IPv4 to the router', 'IPv6 to the router', 'IPv6 from a link-local address']

test('without guards whatever comes through a peering arrives, with them nothing without a way back', async () => {
  assert.deepEqual(await arriving(), ALL)
  assert.equal(sync(), 1)
  assert.deepEqual(await arriving(), [])
  lab.ip(router, 'route add 10.1.0.0/24 via inet6 fe80::1 dev pa-1', 'route add fd01::/64 via inet6 fe80::1 dev pa-1')
  assert.deepEqual(await arriving(), ALL.slice(0, 4))
  assert.equal(sync(), 0)
})

test('a way back by another device is none', async () => {
  sync()
  lab.ip(router, 'link add pa-2 type veth peer name other', 'link set pa-2 up', 'link set other up')
  const change = (device: string) =>
    lab.ip(
      router,
      `route replace 10.1.0.0/24 via inet6 fe80::1 dev ${device}`,
      `route replace fd01::/64 via inet6 fe80::1 dev ${device}`,
    )
  change('pa-2')
  assert.deepEqual(await arriving(), [])
  change('pa-1')
  assert.deepEqual(await arriving(), ALL.slice(0, 4))
})

test('a way back is none where a more specific one leads elsewhere', async () => {
  sync()
  const specific = ['10.1.0.0/25', 'fd01::/65']
  lab.ip(router, ...specific.map((block) => `route add ${block} via inet6 fe80::1 dev pa-2`))
  assert.deepEqual(await arriving(), [])
  lab.ip(router, ...specific.map((block) => `route del ${block}`))
  assert.deepEqual(await arriving(), ALL.slice(0, 4))
})

test('each rule for peerings holds something back', async () => {
  lab.ip(router, 'route del 10.1.0.0/24', 'route del fd01::/64')
  lab.ip(router, 'addr add fe80::5/64 dev pa-1 nodad')
  for (const [index, comes] of [ALL.slice(0, 4), ALL.slice(4)].entries()) {
    sync()
    const handle = rules()[index]?.handle
    within(router, () => runNft(`delete rule inet causeway prerouting handle ${handle}`))
    assert.deepEqual(await arriving(), comes)
    assert.equal(sync(), 1)
    assert.deepEqual(await arriving(), [])
  }
})

/** Which packets from the far router's side arrive: at the workload, or at the router's own address. */
async function arriving(): Promise<readonly string[]> {
  using link = openFrameSocket(far, 'pr-1')
  using atDb = openFrameSocket(db, 'eth0')
  using bridge = openFrameSocket(router, 'sn-b')
  using router4 = within(router, () => openIcmpSocket('10.2.0.1'))
  using router6 = within(router, () => openIcmpSocket('fd02::1'))
  const sent = [
    { type: TYPE.IP4, from: '10.1.0.10', to: DB.v4 },
    { type: TYPE.IP6, from: 'fd01::a', to: DB.v6 },
    { type: TYPE.IP4, from: '10.1.0.10', to: '10.2.0.1' },
    { type: TYPE.IP6, from: 'fd01::a', to: 'fd02::1' },
    { type: TYPE.IP6, from: 'fe80::77', to: 'fd02::1' },
  ].map((packet, index) => ({ ...packet, what: ALL[index] ?? '', token: randomBytes(8) }))
  for (const { type, from, to, token } of sent) {
    const payload = type === TYPE.IP4 ? ipv4(from, to, 1, echo4(token)) : ipv6(from, to, 58, echo6(from, to, token))
    link.send(ethernet('06:00:00:00:00:01', '02:00:00:00:00:01', type, payload))
  }
  // Each is all the way through before the call that sends it comes back; so this one is behind them.
  const last = randomBytes(8)
  bridge.send(ethernet(DB.mac, GATEWAY_MAC, 0x88b5, last))
  const got: Buffer[] = [...(await atDb.until(last))]
  for (const socket of [router4, router6]) {
    for (let message = socket.receive(); message !== undefined; message = socket.receive()) got.push(message.bytes)
  }
  return sent.filter(({ token }) => got.some((each) => each.includes(token))).map(({ what }) => what)
}

/** An answer, which nobody answers. */
function echo4(token: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0xff, 0xff, 0, 0, 0, 0]), token])
}

function echo6(from: string, to: string, token: Buffer): Buffer {
  return icmpv6(129, from, to, Buffer.concat([Buffer.alloc(4), token]))
}

function sync(): number {
  return within(router, () => syncGuards(NOTHING))
}

function rules(): readonly { readonly handle: number }[] {
  const listed = within(router, () => listNft('list table inet causeway'))
  return (listed as readonly { readonly rule?: { readonly handle: number } }[]).flatMap(({ rule }) => rule ?? [])
}
