/** Attaching ports, over HTTP, with a network and a host that do and have what the test says. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { dump } from '../support/dump.ts'
import { FakeDataplane } from '../support/fake-dataplane.ts'
import { toldHost } from '../support/host.ts'
import { until } from '../support/network.ts'
import { NOBODYS_ID } from '../support/peerings.ts'
import { makeSubnet, portCalls, type SubnetJson } from '../support/ports.ts'
import { type Answer, type Person, startTestService, type TestService } from '../support/service.ts'

suite('attaching a port', () => {
  let service: TestService
  let alice: Person
  let vpc = ''
  let subnet: SubnetJson
  const host = toldHost()
  const network = new FakeDataplane()
  before(async () => {
    service = await startTestService({ openDataplane: network.open, host })
    alice = service.alice
    vpc = await service.makeVpc(alice, 'blue')
    subnet = await makeSubnet(service, alice, vpc, { cidr: '10.0.0.0/24', ipv6_enable: true })
  })
  beforeEach(async () => {
    network.broken.clear()
    host.namespaces = toldHost().namespaces
    const hers = portCalls(service, alice)
    for (const id of await hers.list()) {
      await detach(id)
      await hers.remove(id)
    }
  })
  after(() => service[Symbol.asyncDispose]())

  const path = (id: string) => `/causeway/v1/ports/${id}/attachment`
  const attach = (id: string, body: unknown) => service.ask(service.admin, 'PUT', path(id), body)
  const show = (id: string) => service.ask(service.admin, 'GET', path(id))
  const detach = (id: string) => service.ask(service.admin, 'DELETE', path(id))
  const newPort = async (more = {}): Promise<string> =>
    (await portCalls(service, service.admin, alice.projectId).create(subnet.id, more)).body.port.id
  /** Ids of the ports that the network has. */
  const inNetwork = () => network.text.filter((line) => line.includes(' port ')).map((line) => line.split(' ')[2])
  const portOf = async (id: string) =>
    (await portCalls(service, service.admin, alice.projectId).show(id)).body.port as Record<string, unknown>

  test('it is there for its workload, with all that the workload has of it, and ACTIVE', async () => {
    const id = await newPort()
    const { mac_address, fixed_ips } = (await portOf(id)) as {
      mac_address: string
      fixed_ips: { ip_address: string }[]
    }
    const attached = await attach(id, { netns: 'web' })
    const shown = {
      ...{ port_id: id, host: 'rack-1', netns: '/run/netns/web', device: 'eth0', mac_address },
      addresses: [
        { ip_address: '10.0.0.2', prefix_length: 24, gateway: '10.0.0.1' },
        {
          ip_address: fixed_ips[1]?.ip_address,
          prefix_length: 64,
          gateway: fixed_ips[1]?.ip_address.replace(/2$/, '1'),
        },
      ],
      ...{ state: 'SYNCED', last_error: null },
    }
    assert.deepEqual([attached.status, attached.body], [200, shown])
    assert.deepEqual(inNetwork(), [id])
    assert.deepEqual((await show(id)).body, shown)
    const port = await portOf(id)
    assert.deepEqual([port.status, port.device_owner, port.device_id], ['ACTIVE', 'causeway:netns', 'web'])
    assert.deepEqual(port['binding:profile'], { netns: '/run/netns/web', device: 'eth0' })
    assert.equal(port['binding:host_id'], 'rack-1')
  })

  test('the same again changes nothing; it is deleted only after it is detached, which is waited for', async () => {
    const id = await newPort()
    const first = await attach(id, { netns: 'web' })
    const stored = dump(service.folder)
    const again = await attach(id, { netns: '/var/run/netns/web', device: 'eth0' })
    assert.deepEqual([again.status, again.body], [200, first.body])
    assert.deepEqual(dump(service.folder), stored)
    assert.equal((await portCalls(service, alice).remove(id)).status, 400)
    const gone = await detach(id)
    assert.deepEqual([gone.status, gone.headers.get('causeway-dataplane')], [204, 'SYNCED'])
    assert.deepEqual(inNetwork(), [])
    const port = await portOf(id)
    assert.deepEqual([port.status, port.device_owner, port.device_id], ['DOWN', '', ''])
    for (const answer of [await detach(id), await show(id)]) assertRefused(answer, 404, 'VPC.1551', /attached to no/)
    assert.equal((await portCalls(service, alice).remove(id)).status, 204)
  })

  test('a process is meant by its id, and known again by its namespace: another one of that id is another place', async () => {
    const [one, two] = [await newPort(), await newPort()]
    assert.equal((await attach(one, { pid: 4711 })).body.netns, '/proc/4711/ns/net')
    assert.deepEqual((await portOf(one))['binding:profile'], { netns: '/proc/4711/ns/net', inode: 9, device: 'eth0' })
    await attach(two, { netns: '/proc/4711/fd/3', device: 'eth1' })
    const place = { netns: '/proc/4711/fd/3', inode: 9, device: 'eth1' }
    assert.deepEqual((await portOf(two))['binding:profile'], place)
    await detach(two)
    assertRefused(await attach(two, { pid: 4711 }), 409, 'VPC.1552', new RegExp(`^Port ${one} is eth0 in .* already`))
    host.namespaces = { ...host.namespaces, '/proc/4711/ns/net': 10 }
    assertRefused(await attach(one, { pid: 4711 }), 409, 'VPC.1552', /attached already/)
    assert.equal((await attach(two, { netns: '/proc/4711/ns/net' })).status, 200)
  })

  test('in one place there is one port; by another device, or in another namespace, there is another', async () => {
    const [one, two] = [await newPort(), await newPort()]
    await attach(one, { netns: 'web' })
    assertRefused(await attach(two, { netns: 'web' }), 409, 'VPC.1552', new RegExp(`^Port ${one} is eth0 in`))
    assertRefused(await attach(one, { netns: 'db' }), 409, 'VPC.1552', /attached already/)
    assertRefused(await attach(one, { netns: 'web', device: 'eth1' }), 409, 'VPC.1552', /attached already/)
    assert.equal((await attach(two, { netns: 'web', device: 'eth1' })).status, 200)
  })

  test('of ten ports that are attached to one place at once, one is', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => newPort()))
    const answers = await Promise.all(ids.map((id) => attach(id, { netns: 'web' })))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)])
  })

  test('what belongs to something else is not attached, and not detached', async () => {
    for (const more of [{ device_owner: 'compute:az1' }, { device_id: 'vm' }, { device_owner: 'neutron:VIP_PORT' }]) {
      const id = await newPort(more)
      assertRefused(await attach(id, { netns: 'web' }), 409, 'VPC.1552', /belongs to something else/)
      assertRefused(await detach(id), 404, 'VPC.1551')
      await portCalls(service, service.admin, alice.projectId).update(id, { device_id: '', device_owner: '' })
    }
  })

  test('a place that is none is refused with its field before anything is written, the own namespace too', async () => {
    const id = await newPort()
    const before = dump(service.folder)
    const table: readonly [unknown, RegExp][] = [
      [{}, /'netns' is required, or 'pid' instead/],
      [{ netns: 'web', pid: 4711 }, /'pid' must not be given beside 'netns'/],
      [{ netns: 'gone' }, /'netns' is no network namespace of this host: \/run\/netns\/gone: there is none/],
      [{ pid: 12 }, /'pid' is no network namespace of this host: \/proc\/12\/ns\/net: there is none/],
      [{ pid: 1 }, /'pid' is the network namespace of the service itself/],
      [{ pid: 2 }, /'pid' is the router of a VPC, and no workload/],
      [{ netns: '../web' }, /'netns' must be a name/],
      [{ pid: 0 }, /'pid' must be 1 to/],
      [{ netns: 'web', device: 'eth/0' }, /'device' must be/],
      [{ netns: 7 }, /'netns' must be string/],
    ]
    for (const [body, message] of table) assertRefused(await attach(id, body), 400, 'VPC.1502', message)
    assert.deepEqual(dump(service.folder), before)
    assert.deepEqual(inNetwork(), [])
  })

  test('where the network cannot, the port is as it was before, and the reason is told', async () => {
    const [id, kept] = [await newPort(), await newPort()]
    await attach(kept, { netns: 'db' })
    const before = await portOf(id)
    for (const failing of [id, subnet.id, vpc]) {
      network.broken.set(failing, 'File exists.')
      const message = `Port ${id} could not be attached as eth0 in /run/netns/web: File exists.`
      assertRefused(await attach(id, { netns: 'web' }), 409, 'VPC.1553', new RegExp(message.replaceAll('.', '\\.')))
      assert.deepEqual(await portOf(id), before)
      network.broken.clear()
    }
    network.broken.set(kept, 'It is gone.')
    // What has failed is left alone for a while.
    service.clock.advance(60_000)
    await service.reconcile()
    assert.equal((await portOf(kept)).status, 'DOWN')
    assert.deepEqual((await show(kept)).body.last_error, 'It is gone.')
    assert.equal((await show(kept)).body.state, 'DEGRADED')
    assertRefused(await attach(kept, { netns: 'db' }), 409, 'VPC.1553', /It is gone/)
    assert.deepEqual([(await portOf(kept)).status, (await portOf(kept)).device_id], ['DOWN', 'db'])
    const gone = await attach(id, { netns: 'web' })
    assert.deepEqual([gone.status, gone.body.state], [200, 'SYNCED'], "another port's fault is not this one's")
  })

  test('while the network is not there yet, the answer says so, and the port is not ACTIVE', async () => {
    const id = await newPort()
    const release = network.hang()
    const asked = attach(id, { netns: 'web' })
    let answer: Answer | undefined
    asked.then((given) => {
      answer = given
    })
    // After five seconds of the service's clock it is answered anyway; after thirty the network would be given up.
    await until(async () => {
      service.clock.advance(100)
      return answer !== undefined
    })
    assert.deepEqual([answer?.status, answer?.body.state], [200, 'APPLYING'])
    assert.equal((await portOf(id)).status, 'DOWN')
    release()
    await service.reconcile()
    assert.deepEqual([(await show(id)).body.state, (await portOf(id)).status], ['SYNCED', 'ACTIVE'])
    assert.deepEqual((await attach(id, { netns: 'web' })).body, (await show(id)).body)
  })

  test('a port is DOWN while the network does not have it, ACTIVE when it has it again, and after a restart too', async () => {
    const id = await newPort()
    await attach(id, { netns: 'web' })
    for (const failing of [id, subnet.id, vpc]) {
      network.broken.set(failing, 'It is gone.')
      await service.reconcile()
      assert.equal((await portOf(id)).status, 'DOWN', failing)
      network.broken.clear()
      service.clock.advance(60_000)
      await service.reconcile()
      assert.equal((await portOf(id)).status, 'ACTIVE')
    }
    network.broken.set(id, 'It is gone.')
    await service.restart()
    await service.reconcile()
    assert.equal((await portOf(id)).status, 'DOWN')
  })

  test('a port that is detached and attached again before the network has looked is ACTIVE in the end', async () => {
    const id = await newPort()
    await attach(id, { netns: 'web' })
    const release = network.hang()
    const gone = detach(id)
    await until(async () => (await portOf(id)).device_id === '')
    const asked = attach(id, { netns: 'web' })
    await until(async () => (await portOf(id)).device_id === 'web')
    release()
    assert.deepEqual([(await gone).status, (await asked).body.state], [204, 'SYNCED'])
    assert.equal((await portOf(id)).status, 'ACTIVE')
  })

  test('what somebody else does while the network is at work stays done', async () => {
    const id = await newPort()
    /** Does something, and waits until the port is told to be attached to this, not until it is. */
    const begin = async (asked: Promise<Answer>, deviceId: string) => {
      await until(async () => (await portOf(id)).device_id === deviceId)
      return [asked] as const
    }
    const release = network.hang()
    const [first] = await begin(attach(id, { netns: 'web' }), 'web')
    const [second] = await begin(detach(id), '')
    release()
    assertRefused(await first, 404, 'VPC.1551')
    assert.equal((await second).status, 204)
    assert.equal((await portOf(id)).status, 'DOWN')

    network.broken.set(id, 'File exists.')
    const calls = network.calls.length
    const releaseFirst = network.hang()
    const [failing] = await begin(attach(id, { netns: 'web' }), 'web')
    await until(async () => network.calls.length > calls)
    const [detached] = await begin(detach(id), '')
    const [moved] = await begin(attach(id, { netns: 'db' }), 'db')
    releaseFirst()
    const releaseSecond = network.hang()
    assertRefused(await failing, 409, 'VPC.1553')
    network.broken.clear()
    releaseSecond()
    assert.deepEqual([(await detached).status, (await moved).status], [204, 200])
    assert.equal((await portOf(id)).device_id, 'db')
  })

  test('its own people may not, others do not see it, and neither learns what is there on the host', async () => {
    const id = await newPort()
    for (const body of [{ netns: 'web' }, { netns: 'gone' }, { pid: 1 }]) {
      assertRefused(await service.ask(alice, 'PUT', path(id), body), 403, 'VPC.2201')
      assertRefused(await service.ask(service.bob, 'PUT', path(id), body), 404, 'VPC.2502')
    }
    for (const missing of [NOBODYS_ID, 'x']) {
      assertRefused(await attach(missing, { netns: 'web' }), 404, 'VPC.2502')
      assertRefused(await show(missing), 404, 'VPC.2502')
      assertRefused(await detach(missing), 404, 'VPC.2502')
    }
  })
})

test('without a data plane nothing is attached, and what was can still be seen and detached', async () => {
  await using service = await startTestService({ openDataplane: new FakeDataplane().open, host: toldHost() })
  const { alice, admin } = service
  const subnet = await makeSubnet(service, alice, await service.makeVpc(alice, 'blue'), { cidr: '10.0.0.0/24' })
  const { id } = (await portCalls(service, alice).create(subnet.id)).body.port
  const ask = (method: string, body?: unknown) =>
    service.ask(admin, method, `/causeway/v1/ports/${id}/attachment`, body)
  assert.equal((await ask('PUT', { netns: 'web' })).status, 200)
  await service.restart({ dataplane: 'none' })
  assertRefused(await ask('PUT', { netns: 'web' }), 409, 'VPC.1554', /CAUSEWAY_DATAPLANE=none/)
  assert.equal((await ask('GET')).body.state, null)
  assert.equal((await ask('DELETE')).status, 204)
  assert.equal((await portCalls(service, alice).remove(id)).status, 204)
})

/** Paths under /causeway have the gateway's form. */
function assertRefused({ status, body }: Answer, expected: number, code: string, message = /./): void {
  assert.deepEqual([status, body?.error_code], [expected, code], JSON.stringify(body))
  assert.match(body.error_msg, message)
}
