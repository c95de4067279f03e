/** The driver on a host that others use too: what it shares with them, what it tells, and what it needs. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Dataplane, Failure } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { bridgeName, linkName, portName, routerName } from '../../src/dataplane/netns/names.ts'
import type { PeeringId } from '../../src/rules/ids.ts'
import { addPort, intentOf, nothingOf, peer, type TestVpc, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork, type TestHost } from '../support/netns.ts'

const OPEN_ONCE = join(import.meta.dirname, 'open-once.ts')

interface Site extends AsyncDisposable {
  readonly host: TestHost
  readonly dataplane: Dataplane
}

suite('the netns driver on its host', { skip: skipNetwork }, () => {
  test('ip netns shows its routers, and two services on one host never touch what the other has', async () => {
    await using site = await openSite()
    await using other = await openSite()
    const vpc = testVpc(1)
    await site.dataplane.apply([intentOf(vpc)])
    await other.dataplane.apply([intentOf(vpc)])
    const names = [site, other].map(({ host }) => routerName(host.instance, vpc.vpcId))
    const listed = () => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split(/\s/)
    assert.ok(names.every((name) => listed().includes(name)))
    await site.dataplane.apply([nothingOf(vpc)])
    assert.deepEqual(
      names.map((name) => listed().includes(name)),
      [false, true],
    )
    assert.deepEqual(await other.dataplane.present(), [vpc.vpcId])
    assert.equal((await other.dataplane.apply([intentOf(vpc)]))[0]?.changes, 0)
  })

  test('it waits for nobody who holds the lock of /run/netns', async () => {
    await using site = await openSite()
    await site.dataplane.apply([intentOf(testVpc(1))])
    // Ends by itself, so that a driver which waits fails the test and not the whole run.
    const holder = spawn('flock', ['/run/netns', 'timeout', '10', 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = once(holder, 'exit').then(() => 'the holder has ended')
    try {
      await once(holder.stdout, 'data')
      const applied = site.dataplane.apply([intentOf(testVpc(2))]).then(([report]) => report?.failures)
      assert.deepEqual(await Promise.race([applied, ended]), [])
    } finally {
      holder.stdin.end()
    }
    await ended
  })

  test('a device of others by our name is a failure of that object alone, whichever it is', async () => {
    await using site = await openSite()
    const { a, b, inA } = pairIn(site)
    const { host, dataplane } = site
    const c = testVpc(3)
    const second = peer(a, c)
    await dataplane.apply([intentOf(testVpc(9)), nothingOf(a)])
    const empty = { ...a, subnet: a.subnet, peerings: [], routes: [], ports: [] }
    await dataplane.apply([intentOf(empty)])
    const router = host.router(a.vpcId)
    host.run(router, 'ip', 'link', 'add', linkName(second, 'requester'), 'type', 'veth', 'peer', 'name', 'theirs')
    host.run(inA, 'ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'theirs')
    const taken = addPort(a, { netns: inA, inode: undefined, device: 'eth1' }, 20)
    const [report] = await dataplane.apply([intentOf(a), intentOf(b), intentOf(c)])
    assert.deepEqual(told(report?.failures), [`peering ${second}`, `port ${taken.id}`].sort())
    assert.match(messageOf(report?.failures, taken.id), /another device of the name eth1/)
    assert.match(messageOf(report?.failures, second), /of somebody else/)
    assert.deepEqual(await Promise.all([host.ping(inA, '10.2.0.10'), host.ping(inA, 'fd00:2::10')]), [true, true])
    assert.match(host.run(inA, 'ip', 'link', 'show', 'eth1'), /@theirs/)
    assert.match(host.run(router, 'ip', 'link', 'show', linkName(second, 'requester')), /@theirs/)
  })

  test('a workload by its inode is that one and no other that comes to its path', async () => {
    await using site = await openSite()
    const { a, b, inA } = pairIn(site)
    const [port] = a.ports
    assert.ok(port?.workload !== undefined)
    a.ports = [{ ...port, workload: { ...port.workload, inode: statSync(inA).ino } }]
    const [first] = await site.dataplane.apply([intentOf(a), intentOf(b)])
    assert.deepEqual(first?.failures, [])
    a.ports = [{ ...port, workload: { ...port.workload, inode: statSync(inA).ino + 1 } }]
    const [second] = await site.dataplane.apply([intentOf(a), intentOf(b)])
    assert.deepEqual(told(second?.failures), [`port ${port.id}`])
    assert.match(messageOf(second?.failures, port.id), /is not the one that it was attached to/)
    assert.equal(second?.changes, 0)
  })

  test('a workload is attached by the process that is in it, and keeps the routes that it added', async () => {
    await using site = await openSite()
    const { host, dataplane } = site
    const { a, b, inA } = pairIn(site)
    const pid = host.enter(inA)
    a.ports = a.ports.map((port) => ({ ...port, workload: { ...at(`/proc/${pid}/ns/net`), inode: statSync(inA).ino } }))
    assert.deepEqual((await dataplane.apply([intentOf(a), intentOf(b)]))[0]?.failures, [])
    host.run(inA, 'ip', 'route', 'add', 'default', 'via', '10.1.0.99')
    host.run(inA, 'ip', '-6', 'route', 'add', 'default', 'via', 'fd00:1::99')
    const before = host.run(inA, 'ip', 'route') + host.run(inA, 'ip', '-6', 'route')
    host.run(inA, 'ip', 'link', 'set', 'eth0', 'address', '02:00:00:00:00:99')
    assert.deepEqual((await dataplane.apply([intentOf(a), intentOf(b)]))[0]?.failures, [])
    assert.equal(host.run(inA, 'ip', 'route') + host.run(inA, 'ip', '-6', 'route'), before)
  })

  test('what the kernel refuses is told in its own words, and is a failure of one object', async () => {
    await using site = await openSite()
    const { a, b, inA } = pairIn(site)
    const [peering] = a.peerings
    assert.ok(peering !== undefined)
    a.routes.push({ destination: '10.77.0.1/16', peeringId: peering.id })
    const reports = await site.dataplane.apply([intentOf(a), intentOf(b)])
    assert.deepEqual(told(reports[0]?.failures), [`table ${a.tableId}`])
    assert.match(messageOf(reports[0]?.failures, a.tableId), /add route: invalid argument: Invalid prefix/)
    assert.equal(await site.host.ping(inA, '10.2.0.10'), true)
  })

  test('a peering whose far router cannot be made fails with its routes, and the table does not', async () => {
    await using site = await openSite()
    const { a, b, inA } = pairIn(site)
    const id = randomUUID() as PeeringId
    const farVpcId = 'x'.repeat(300) as TestVpc['vpcId']
    a.peerings.push({ id, side: 'requester', farVpcId })
    a.routes.push({ destination: '10.88.0.0/16', peeringId: id })
    const reports = await site.dataplane.apply([intentOf(a), intentOf(b)])
    assert.deepEqual(told(reports[0]?.failures), [`peering ${id}`])
    assert.equal(await site.host.ping(inA, '10.2.0.10'), true)
  })

  test('a router that cannot be made is its own failure, and holds up no other', async () => {
    await using site = await openSite()
    const { a, b, inA } = pairIn(site)
    const bad = { ...testVpc(5), vpcId: 'x'.repeat(300) as TestVpc['vpcId'] }
    const reports = await site.dataplane.apply([intentOf(bad), intentOf(a), intentOf(b)])
    assert.deepEqual(told(reports[0]?.failures), [`router ${bad.vpcId}`])
    assert.deepEqual(
      reports.slice(1).flatMap(({ failures }) => failures),
      [],
    )
    assert.equal(await site.host.ping(inA, '10.2.0.10'), true)
  })

  test('links of deleted peerings, ports and subnets go, and their names are free again', async () => {
    await using site = await openSite()
    const { a, b } = pairIn(site)
    const [port] = a.ports
    const [peering] = a.peerings
    assert.ok(port !== undefined && peering !== undefined)
    await site.dataplane.apply([intentOf(a), intentOf(b)])
    const nothing = { subnets: [], tables: [], peerings: [], ports: [] }
    const [report] = await site.dataplane.apply([{ vpcId: a.vpcId, generation: 2, network: nothing }])
    assert.deepEqual(report?.failures, [])
    const left = site.host.run(site.host.router(a.vpcId), 'ip', '-br', 'link')
    for (const name of [bridgeName(a.subnet.id), portName(port.id), linkName(peering.id, 'requester')]) {
      assert.ok(!left.includes(name), left)
    }
  })

  test('without the right to make namespaces it says so in one sentence, and how to get it', () => {
    const rights = ['--bounding-set=-sys_admin', '--inh-caps=-sys_admin']
    assert.throws(
      () => execFileSync('setpriv', [...rights, process.execPath, OPEN_ONCE], { stdio: 'pipe' }),
      /needs root \(CAP_SYS_ADMIN and CAP_NET_ADMIN\): run the service as root, or .* "unshare -Urnm"/,
    )
  })

  test('in a user namespace of its own it needs no rights on the host', () => {
    const inside = `mount -t tmpfs tmpfs /run && exec ${process.execPath} ${OPEN_ONCE}`
    const output = execFileSync('unshare', ['-Urnm', 'sh', '-c', inside], { encoding: 'utf8' })
    assert.deepEqual(JSON.parse(output), { failures: [], outcome: 'answered', left: [] })
  })
})

async function openSite(): Promise<Site> {
  const host = openTestHost()
  const dataplane = await openNetns({ instance: host.instance })
  return {
    host,
    dataplane,
    async [Symbol.asyncDispose]() {
      await dataplane[Symbol.asyncDispose]()
      host[Symbol.dispose]()
    },
  }
}

function pairIn({ host }: Site): { readonly a: TestVpc; readonly b: TestVpc; readonly inA: string } {
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [host.workload(), host.workload()]
  addPort(a, at(inA))
  addPort(b, at(inB))
  peer(a, b)
  return { a, b, inA }
}

function at(netns: string): { readonly netns: string; readonly inode: undefined; readonly device: string } {
  return { netns, inode: undefined, device: 'eth0' }
}

function told(failures: readonly Failure[] = []): readonly string[] {
  return failures.map(({ kind, id }) => `${kind} ${id}`).sort()
}

function messageOf(failures: readonly Failure[] = [], id: string): string {
  return failures.find((failure) => failure.id === id)?.message ?? ''
}
