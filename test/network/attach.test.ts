/** Attaching, with the real driver and real namespaces: what a workload has of it, and what it has not any more. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import {
  createNamespace,
  namespaceNames,
  namespacePath,
  removeNamespace,
} from '../../src/dataplane/netns/kernel/namespaces.ts'
import { makeSubnet, portCalls, type SubnetJson } from '../support/ports.ts'
import { type Answer, startTestService, type TestService } from '../support/service.ts'

interface Link {
  readonly ifname: string
  readonly address: string
  readonly mtu: number
  readonly operstate: string
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[]
}

const skip = process.getuid?.() === 0 ? false : 'it takes root'

suite('a port that is attached to a real workload', { skip }, () => {
  const run = randomBytes(4).toString('hex')
  const web = `cwtest-${run}-web`
  let service: TestService
  let vpc = ''
  let subnet: SubnetJson
  let id = ''
  let instance = ''
  before(async () => {
    createNamespace(web)
    service = await startTestService({
      openDataplane: (_driver, drawn) => {
        instance = drawn
        return openNetns({ instance: drawn })
      },
    })
    const { alice } = service
    vpc = await service.makeVpc(alice, 'blue')
    subnet = await makeSubnet(service, alice, vpc, { cidr: '10.0.0.0/24', ipv6_enable: true })
    id = (await portCalls(service, alice).create(subnet.id)).body.port.id
  })
  after(async () => {
    await service[Symbol.asyncDispose]()
    for (const name of namespaceNames()) {
      if (name === web || name.startsWith(`cw-${instance}-`)) removeNamespace(name)
    }
  })

  const ask = (method: string, body?: unknown): Promise<Answer> =>
    service.ask(service.admin, method, `/causeway/v1/ports/${id}/attachment`, body)
  const portOf = async () => (await portCalls(service, service.alice).show(id)).body.port
  const ip = (where: readonly string[], ...args: readonly string[]) =>
    JSON.parse(execFileSync('nsenter', [...where, 'ip', '-j', ...args], { encoding: 'utf8' }) || '[]')
  const inWeb = [`--net=${namespacePath(web)}`]
  const linksIn = (where: readonly string[]) =>
    (ip(where, 'addr', 'show') as readonly Link[]).filter(({ ifname }) => ifname !== 'lo')

  test('it is an interface there, with the MAC, the addresses and the routes that are told; detached, it is none', async () => {
    const { status, body } = await ask('PUT', { netns: web, device: 'eth7' })
    assert.deepEqual([status, body.state], [200, 'SYNCED'], JSON.stringify(body))
    const [link, ...more] = linksIn(inWeb)
    assert.ok(link && more.length === 0)
    assert.deepEqual([link.ifname, link.address, link.operstate], ['eth7', body.mac_address, 'UP'])
    const has = link.addr_info
      .filter(({ scope }) => scope === 'global')
      .map(({ local, prefixlen }) => [local, prefixlen])
    const told = body.addresses.map((each: Record<string, unknown>) => [each.ip_address, each.prefix_length])
    assert.deepEqual(has.sort(), told.sort())
    const gateways = ['-4', '-6'].map((family) => ip(inWeb, family, 'route', 'show', 'default')[0]?.gateway)
    assert.deepEqual(
      gateways,
      body.addresses.map(({ gateway }: { gateway: string }) => gateway),
    )
    assert.equal((await portOf()).status, 'ACTIVE')
    for (const { gateway } of body.addresses) {
      execFileSync('nsenter', [...inWeb, 'ping', '-c', '1', '-W', '2', gateway], { stdio: 'ignore' })
    }
    const gone = await ask('DELETE')
    assert.deepEqual([gone.status, gone.headers.get('causeway-dataplane')], [204, 'SYNCED'])
    assert.deepEqual(linksIn(inWeb), [])
    assert.equal((await portOf()).status, 'DOWN')
  })

  test('a name that an interface of the workload has is refused with the reason, and the workload keeps what it has', async () => {
    execFileSync('nsenter', [...inWeb, 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'far'])
    const before = linksIn(inWeb)
    const { status, body } = await ask('PUT', { netns: web })
    assert.deepEqual([status, body.error_code], [409, 'VPC.1553'], JSON.stringify(body))
    assert.match(body.error_msg, /could not be attached as eth0 in \/run\/netns\/cwtest-[^:]+: \S.+/)
    assert.deepEqual(linksIn(inWeb), before)
    const port = await portOf()
    assert.deepEqual([port.status, port.device_id, port.device_owner], ['DOWN', '', ''])
    await service.reconcile()
    assert.deepEqual(linksIn(inWeb), before)
    execFileSync('nsenter', [...inWeb, 'ip', 'link', 'del', 'eth0'])
  })

  test('a process is a workload, and when it is gone the port says so and another can be attached to', async () => {
    const sleeper = spawn('unshare', ['--net', 'sleep', '1000'], { stdio: 'ignore' })
    try {
      await isolated(sleeper)
      const { status, body } = await ask('PUT', { pid: sleeper.pid })
      assert.deepEqual([status, body.state], [200, 'SYNCED'], JSON.stringify(body))
      const there = [`--net=/proc/${sleeper.pid}/ns/net`]
      assert.deepEqual(
        linksIn(there).map(({ ifname, address }) => [ifname, address]),
        [['eth0', body.mac_address]],
      )
    } finally {
      sleeper.kill('SIGKILL')
      await once(sleeper, 'close')
    }
    await service.reconcile()
    const { body } = await ask('GET')
    assert.equal(body.state, 'DEGRADED', JSON.stringify(body))
    assert.match(body.last_error, /\S/)
    assert.equal((await ask('DELETE')).status, 204)
    assert.equal((await ask('PUT', { netns: web })).body.state, 'SYNCED')
    assert.deepEqual(
      linksIn(inWeb).map(({ ifname }) => ifname),
      ['eth0'],
    )
    assert.equal((await ask('DELETE')).status, 204)
  })

  test("the service's own network is refused, by the id of its process and by that of any other in it", async () => {
    for (const pid of [process.pid, process.ppid]) {
      const { status, body } = await ask('PUT', { pid })
      assert.deepEqual([status, body.error_code], [400, 'VPC.1502'])
      assert.match(body.error_msg, /network namespace of the service itself/)
    }
  })

  test('a router is refused, by its name and by a process that is in it', async () => {
    const name = `cw-${instance}-${vpc}`
    const inside = spawn('nsenter', [`--net=${namespacePath(name)}`, 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] })
    try {
      await isolated(inside)
      for (const place of [{ netns: name }, { pid: inside.pid }]) {
        const { status, body } = await ask('PUT', place)
        assert.deepEqual([status, body.error_code], [400, 'VPC.1502'], JSON.stringify(body))
        assert.match(body.error_msg, /is the router of a VPC/)
      }
      assert.equal((await ask('GET')).status, 404)
    } finally {
      inside.kill('SIGKILL')
    }
  })
})

/** Until it is in a namespace of its own: unshare takes a moment. */
async function isolated({ pid }: ChildProcess): Promise<void> {
  const own = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' })
  while (execFileSync('readlink', [`/proc/${pid}/ns/net`], { encoding: 'utf8' }) === own) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}
