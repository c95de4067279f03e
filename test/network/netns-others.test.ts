/** What others do inside our own routers: it stays, and where it stands in our way it is told. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import { removeNamespace } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { bridgeName, linkName, newPortName, routerName } from '../../src/dataplane/netns/names.ts'
import { addPort, intentOf, peer, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

suite('others in our routers', { skip: skipNetwork }, () => {
  test('addresses on our devices, routes in our tables and rules of our priority stay', async () => {
    await using site = await openSite()
    const { host, router, a, bridge, apply } = site
    await apply()
    const [, table] = /lookup (\d+)/.exec(host.run(router, 'ip', 'rule', 'show', 'pref', '33000')) ?? []
    host.run(router, 'ip', 'addr', 'add', '198.51.100.9/32', 'dev', bridge)
    host.run(router, 'ip', 'route', 'add', '203.0.113.0/24', 'dev', bridge, 'table', table ?? '')
    host.run(router, 'ip', 'rule', 'add', 'pref', '33000', 'from', '203.0.113.0/24', 'lookup', '4711')
    a.peerings = []
    a.routes = []
    await apply()
    assert.match(host.run(router, 'ip', 'addr', 'show', 'dev', bridge), /198\.51\.100\.9/)
    assert.match(host.run(router, 'ip', 'route', 'show', 'table', table ?? ''), /203\.0\.113\.0/)
    assert.match(host.run(router, 'ip', 'rule'), /33000:\s+from 203\.0\.113\.0/)
  })

  test('a device of others in the group in which ours are removed stays', async () => {
    await using site = await openSite()
    const { host, router, a, bridge, link, apply } = site
    await apply()
    host.run(router, 'ip', 'link', 'add', 'theirs0', 'group', '188', 'type', 'veth', 'peer', 'name', 'theirs1')
    a.peerings = []
    a.routes = []
    a.ports = []
    await apply()
    const left = host.run(router, 'ip', '-br', 'link')
    assert.deepEqual([left.includes('theirs0'), left.includes(bridge), left.includes(link)], [true, true, false])
  })

  test('without its guards a router is joined to nothing more; once they can be made, it is', async () => {
    await using site = await openSite()
    const { host, router, a, b, link, inA, apply } = site
    const { peerings, routes, ports } = a
    Object.assign(a, { peerings: [], routes: [], ports: [] })
    await site.applyAlone()
    host.run(router, 'nft', 'flush', 'ruleset')
    // A table with an owner can be changed by nobody else, for as long as the owner lives.
    using owner = ownerIn(router)
    await owner.ready
    Object.assign(a, { peerings, routes, ports })
    const [report, far] = await apply()
    assert.deepEqual(
      report?.failures.map(({ kind, id }) => [kind, id]),
      [['router', a.vpcId]],
    )
    assert.deepEqual(
      far?.failures.map(({ kind, id }) => [kind, id]),
      b.peerings.map(({ id }) => ['peering', id]),
    )
    assert.match(report?.failures[0]?.message ?? '', /^nft: /)
    assert.ok(!/^(po|pr)-/m.test(host.run(router, 'ip', '-br', 'link')))
    assert.equal(host.run(router, 'ip', 'route', 'show', 'table', 'all', 'proto', '186'), '')
    await owner.end()
    assert.deepEqual((await apply())[0]?.failures, [])
    assert.ok(host.run(router, 'ip', '-br', 'link').includes(link))
    assert.equal(await host.ping(inA, '10.2.0.10'), true)
  })

  test('what is left in a workload of an attachment that was cut off is no obstacle', async () => {
    await using site = await openSite()
    const { host, a, inA, apply } = site
    const [port] = a.ports
    assert.ok(port !== undefined)
    host.run(inA, 'ip', 'link', 'add', newPortName(port.id), 'type', 'veth', 'peer', 'name', 'stray')
    assert.deepEqual((await apply())[0]?.failures, [])
    assert.equal(await host.ping(inA, '10.2.0.10'), true)
  })

  test('a workload that piles up addresses or routes is a failure of its port alone, and until it stops', async () => {
    await using site = await openSite()
    const { host, a, inA, apply } = site
    await apply()
    const numbers = (count: number) => Array.from({ length: count }, (_, at) => `172.16.${at >> 8}.${at & 255}/32`)
    const batch = (lines: readonly string[]) =>
      execFileSync('nsenter', [`--net=${inA}`, 'ip', '-batch', '-'], { input: lines.join('\n') })
    const piles = [
      { what: numbers(10_000).map((each) => `addr add ${each} dev eth0`), told: /more than 10000 addresses/ },
      { what: numbers(1_001).map((each) => `route add ${each} dev eth0 proto 186`), told: /more than 1000 routes/ },
    ]
    for (const { what, told } of piles) {
      batch(what)
      const [failures = [], others] = (await apply()).map((report) => report.failures)
      assert.deepEqual([failures.map(({ id }) => id), others], [[a.ports[0]?.id], []])
      assert.match(failures[0]?.message ?? '', told)
      assert.equal(await host.ping(inA, '10.2.0.10'), true)
      batch(what.map((line) => line.replace(' add ', ' del ')))
      assert.deepEqual(
        (await apply()).map((report) => report.failures),
        [[], []],
      )
    }
  })

  test('a router asks for neighbours that it has forgotten, also for what it only forwards', async () => {
    await using site = await openSite()
    const { host, b, inA, apply } = site
    await apply()
    const far = host.router(b.vpcId)
    for (const to of ['10.2.0.10', 'fd00:2::10']) {
      host.run(far, 'ip', 'neigh', 'del', to, 'dev', bridgeName(b.subnet.id))
      assert.equal(await host.ping(inA, to), true, to)
    }
  })

  test('a name that two have mounted a router on is removed with both', async () => {
    await using site = await openSite()
    const { host, router, a, apply } = site
    await apply()
    execFileSync('mount', ['--bind', router, router])
    assert.equal(removeNamespace(routerName(host.instance, a.vpcId)), true)
    assert.ok(!(await site.present()).includes(a.vpcId))
  })
})

/** Somebody who holds the table of our guards. */
function ownerIn(router: string) {
  const child = spawn('nsenter', [`--net=${router}`, 'nft', '-i'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write('add table inet causeway { flags owner; }\nlist tables\n')
  const exit = once(child, 'exit')
  return {
    ready: once(child.stdout, 'data'),
    async end() {
      child.kill('SIGKILL')
      await exit
    },
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  }
}

async function openSite() {
  const host = openTestHost()
  const dataplane = await openNetns({ instance: host.instance })
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [host.workload(), host.workload()]
  addPort(a, { netns: inA, inode: undefined, device: 'eth0' })
  addPort(b, { netns: inB, inode: undefined, device: 'eth0' })
  const link = linkName(peer(a, b), 'requester')
  return {
    ...{ host, a, b, inA, link },
    router: host.router(a.vpcId),
    bridge: bridgeName(a.subnet.id),
    apply: () => dataplane.apply([intentOf(a), intentOf(b)]),
    applyAlone: () => dataplane.apply([intentOf(a)]),
    present: () => dataplane.present(),
    async [Symbol.asyncDispose]() {
      await dataplane[Symbol.asyncDispose]()
      host[Symbol.dispose]()
    },
  }
}
