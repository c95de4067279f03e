/** Probes between two real VPCs: what comes back, and what is said of what does not. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Workload } from '../../src/dataplane/dataplane.ts'
import { inodeOf, namespacePath } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { PROBE_TIMEOUT_MS, runProbe } from '../../src/dataplane/netns/probe/probe.ts'
import type { PortId, VpcId } from '../../src/rules/ids.ts'
import type { ProbeResult } from '../../src/rules/probe.ts'
import { openLab } from '../support/lab.ts'

const lab = openLab()
after(() => lab[Symbol.dispose]())

const a = lab.router()
const b = lab.router()
lab.bridge(a, 'sn-a', { mac: '0a:00:00:00:00:01', v4: '10.1.0.1/24', v6: 'fd01::1/64' })
lab.bridge(b, 'sn-b', { mac: '0a:00:00:00:00:02', v4: '10.2.0.1/24', v6: 'fd02::1/64' })
const web = lab.workload(a, 'sn-a', 'po-web', {
  mac: 'fa:16:3e:00:00:0a',
  v4: '10.1.0.10/24',
  v6: 'fd01::a/64',
  via: ['10.1.0.1', 'fd01::1'],
})
const db = lab.workload(b, 'sn-b', 'po-db', {
  mac: 'fa:16:3e:00:00:0b',
  v4: '10.2.0.10/24',
  v6: 'fd02::a/64',
  via: ['10.2.0.1', 'fd02::1'],
})
lab.link(a, 'pr-1', b, 'pa-1')
route(a, 'add', '2', 'pr-1')
route(b, 'add', '1', 'pa-1')

const WEB: Workload = { netns: web, inode: undefined, device: 'eth0' }

for (const [family, from, to, lost, far] of [
  ['IPv4', '10.1.0.10', '10.2.0.10', '10.2.0.99', '10.2.0.1'],
  ['IPv6', 'fd01::a', 'FD02:0::A', 'fd02::99', 'fd02::1'],
] as const) {
  test(`${family}: an echo comes back, at any size that every link takes`, async () => {
    for (const size of [family === 'IPv4' ? 28 : 48, 57, 1500]) {
      const { outcome, detail, milliseconds = -1 } = await probe(from, to, size)
      assert.deepEqual({ outcome, detail }, { outcome: 'answered', detail: 'an echo came back' })
      assert.ok(milliseconds > 0 && milliseconds < PROBE_TIMEOUT_MS, `${milliseconds} ms`)
    }
  })

  test(`${family}: what does not fit the first link, or one on the way, is too big`, async () => {
    const here = await probe(from, to, 1501)
    assert.deepEqual(here, { outcome: 'too_big', detail: '1501 bytes do not fit eth0', milliseconds: undefined })
    lab.ip(a, 'link set pr-1 mtu 1400')
    try {
      const { outcome, detail } = await probe(from, to, 1401)
      assert.equal(outcome, 'too_big')
      assert.match(detail, /^[0-9a-f.:]+ says: packet too big, the next link takes 1400 bytes$/)
      // What was learned of the path does not stand for the answer: it may have changed.
      assert.equal((await probe(from, to, 1400)).outcome, 'answered')
      lab.ip(a, 'link set pr-1 mtu 1500')
      assert.equal((await probe(from, to, 1401)).outcome, 'answered')
    } finally {
      lab.ip(a, 'link set pr-1 mtu 1500')
    }
  })

  test(`${family}: what nobody has is lost after the time, and holds up nothing meanwhile`, async () => {
    const start = performance.now()
    const pending = probe(from, lost)
    let turns = 0
    const timer = setInterval(() => turns++, 10)
    assert.deepEqual(await pending, {
      outcome: 'lost',
      detail: `no answer within ${PROBE_TIMEOUT_MS} ms`,
      milliseconds: undefined,
    })
    clearInterval(timer)
    assert.ok(performance.now() - start >= PROBE_TIMEOUT_MS)
    assert.ok(turns > 10, `only ${turns} turns`)
  })

  test(`${family}: a router without a route refuses, in its own words`, async () => {
    route(a, 'del', '2', 'pr-1')
    try {
      const { outcome, detail, milliseconds } = await probe(from, to)
      assert.equal(outcome, 'refused')
      assert.match(detail, /^(10\.1\.0\.1 says: net unreachable|fd01::1 says: no route)$/)
      assert.equal(milliseconds, undefined)
    } finally {
      route(a, 'add', '2', 'pr-1')
    }
  })

  test(`${family}: a firewall that says so refuses`, async () => {
    const kind = family === 'IPv4' ? 'icmp' : 'icmpv6'
    lab.run(
      b,
      'nft',
      `add table inet f; add chain inet f c { type filter hook forward priority 0; };
      add rule inet f c reject with ${kind} type admin-prohibited`,
    )
    try {
      const { outcome, detail } = await probe(from, to)
      assert.equal(outcome, 'refused')
      assert.match(detail, new RegExp(`^${far} says: prohibited by a filter$`))
    } finally {
      lab.run(b, 'nft', 'delete table inet f')
    }
  })

  test(`${family}: a packet that passes too many routers runs out of time`, async () => {
    const hops = family === 'IPv4' ? 'net.ipv4.ip_default_ttl' : 'net.ipv6.conf.eth0.hop_limit'
    lab.run(web, 'sysctl', '-qw', `${hops}=1`)
    try {
      const { outcome, detail } = await probe(from, to)
      assert.equal(outcome, 'refused')
      assert.match(detail, /says: time exceeded: too many routers on the way$/)
    } finally {
      lab.run(web, 'sysctl', '-qw', `${hops}=64`)
    }
  })

  test(`${family}: answers to others are not taken for its own`, async () => {
    const all = await Promise.all([probe(from, to), probe(from, lost), probe(from, far), probe(from, to)])
    assert.deepEqual(
      all.map(({ outcome }) => outcome === 'answered'),
      [true, false, true, true],
    )
  })

  test(`${family}: where nothing can be sent it says why`, async () => {
    const gateway = family === 'IPv4' ? '10.1.0.1' : 'fd01::1'
    const other = family === 'IPv4' ? '10.1.0.11' : 'fd01::b'
    assert.deepEqual(await probe(other, to), unavailable('bind: address not available'))
    lab.ip(web, `route del default via ${gateway}`)
    assert.equal((await probe(from, to)).outcome, 'unavailable')
    lab.ip(web, `route add default via ${gateway}`)
    assert.equal((await probe(from, to)).outcome, 'answered')
  })
}

test('a workload that is gone, or is another one now, is said to be unavailable', async () => {
  const gone = await probe('10.1.0.10', '10.2.0.10', 100, { ...WEB, netns: namespacePath('cwtest-none') })
  assert.match(`${gone.outcome} ${gone.detail}`, /^unavailable ENOENT: no such file or directory, open/)
  const other = await probe('10.1.0.10', '10.2.0.10', 100, { ...WEB, inode: inodeOf(db) })
  assert.deepEqual(other, unavailable(`${web} is not the namespace that was attached`))
  assert.equal((await probe('10.1.0.10', '10.2.0.10', 100, { ...WEB, inode: inodeOf(web) })).outcome, 'answered')
})

test('a size without room for an echo is a mistake', async () => {
  await assert.rejects(probe('10.1.0.10', '10.2.0.10', 27), RangeError)
  await assert.rejects(probe('fd01::a', 'fd02::a', 47), RangeError)
})

function probe(from: string, to: string, size = 100, workload = WEB): Promise<ProbeResult> {
  return runProbe({ vpcId: 'any' as VpcId, portId: 'any' as PortId, from, to, size }, workload)
}

function unavailable(detail: string): ProbeResult {
  return { outcome: 'unavailable', detail, milliseconds: undefined }
}

function route(router: string, verb: 'add' | 'del', far: '1' | '2', device: string): void {
  for (const block of [`10.${far}.0.0/24`, `fd0${far}::/64`]) {
    lab.ip(router, `route ${verb} ${block} via inet6 fe80::1 dev ${device}`)
  }
}
