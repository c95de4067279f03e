/** What every data plane keeps: the obligations of src/dataplane/dataplane.ts, seen by the packets of workloads. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import type { RouterReport, Workload } from '../../src/dataplane/dataplane.ts'
import type { PeeringId, RouteTableId, SubnetId } from '../../src/rules/ids.ts'
import { addPort, familiesOf, intentOf, nothingOf, peer, routesTo, type TestVpc, testVpc } from '../support/intents.ts'
import type { DataplaneKind, TestDataplane } from './dataplanes.ts'

/** Two VPCs with a workload each, peered and routed. */
interface Pair {
  readonly a: TestVpc
  readonly b: TestVpc
  readonly inA: Workload
  readonly inB: Workload
  readonly peeringId: PeeringId
}

/** Bytes of a packet that fills a link. */
const FULL = 1500

export function dataplaneContract(name: string, { skip, open }: DataplaneKind): void {
  suite(`data plane ${name}`, { skip }, () => {
    buildTests(open)
    changeTests(open)
    subnetTests(open)
    removalTests(open)
    faultTests(open)
  })
}

function buildTests(open: DataplaneKind['open']): void {
  test('what is intended is built: packets of both families pass, small and full, and nothing fails', async () => {
    await using net = await open()
    const { a, b, inA, inB } = pairOf(net)
    const reports = await net.dataplane.apply([intentOf(a, 7), intentOf(b, 8)])
    assert.deepEqual(
      reports.map(({ vpcId, generation, failures }) => ({ vpcId, generation, failures })),
      [
        { vpcId: a.vpcId, generation: 7, failures: [] },
        { vpcId: b.vpcId, generation: 8, failures: [] },
      ],
    )
    for (const bytes of [84, FULL]) {
      assert.deepEqual(await reach(net, inA, 2, bytes), BOTH)
      assert.deepEqual(await reach(net, inB, 1, bytes), BOTH)
    }
    assert.deepEqual(new Set(await net.dataplane.present()), new Set([a.vpcId, b.vpcId]))
  })

  test('the first packet after it is answered: it waits for nothing to be found out', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    await apply(net, a, b)
    assert.equal(await net.ping(inA, 'fd00:2::10'), true)
  })

  test('the second time nothing is changed, nor by a driver that has just been opened', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    assert.ok(changes(await apply(net, a, b)) > 0)
    assert.equal(changes(await apply(net, a, b)), 0)
    await net.reopen()
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    assert.equal(changes(await apply(net, b, a)), 0)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
  })

  test('no order of what is intended makes a difference', async () => {
    await using net = await open()
    const { a, b } = pairOf(net)
    await apply(net, a, b)
    for (const vpc of [a, b]) vpc.routes.reverse()
    assert.equal(changes(await apply(net, a, b)), 0)
  })

  test('a router that a peering leads to is made with it, and completed later', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    await apply(net, a)
    assert.deepEqual(new Set(await net.dataplane.present()), new Set([a.vpcId, b.vpcId]))
    assert.deepEqual(await reach(net, inA, 2), NEITHER)
    await apply(net, b)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    assert.equal(changes(await apply(net, a, b)), 0)
  })

  test('what a peering has carried is counted, in the direction in which it went', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    await apply(net, a, b)
    const [before] = await net.dataplane.counters()
    assert.equal(before?.id, peeringId)
    await net.ping(inA, '10.2.0.10', FULL)
    const [after] = await net.dataplane.counters()
    const sent = (after?.toAccepter.bytes ?? 0) - (before?.toAccepter.bytes ?? 0)
    const received = (after?.toRequester.bytes ?? 0) - (before?.toRequester.bytes ?? 0)
    assert.deepEqual([sent, received], [FULL + 14, FULL + 14])
  })

  test('a probe finds what packets find', async () => {
    await using net = await open()
    const { a, b } = pairOf(net)
    await apply(net, a, b)
    const portId = a.ports[0]?.id
    assert.ok(portId !== undefined)
    const ask = { vpcId: a.vpcId, portId, from: '10.1.0.10', to: '10.2.0.10', size: FULL }
    assert.equal((await net.dataplane.probe(ask)).outcome, 'answered')
    a.ports = []
    await apply(net, a)
    assert.equal((await net.dataplane.probe(ask)).outcome, 'unavailable')
  })
}

function changeTests(open: DataplaneKind['open']): void {
  test('routes of one side alone carry nothing, either way', async () => {
    await using net = await open()
    const { a, b, inA, inB } = pairOf(net)
    const ofB = b.routes
    b.routes = []
    await apply(net, a, b)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inB, 1)], [NEITHER, NEITHER])
    b.routes = ofB
    await apply(net, b)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inB, 1)], [BOTH, BOTH])
    b.routes = ofB.slice(0, 1)
    await apply(net, b)
    assert.deepEqual(await reach(net, inA, 2), [true, false])
  })

  test('a peering that is gone carries nothing, and its neighbour carries on', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    const c = testVpc(3)
    const inC = net.workload()
    addPort(c, inC)
    peer(a, c)
    await apply(net, a, b, c)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inA, 3)], [BOTH, BOTH])
    for (const vpc of [a, b]) without(vpc, peeringId)
    await apply(net, a, b, c)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inA, 3)], [NEITHER, BOTH])
    assert.deepEqual(
      (await net.dataplane.counters()).map(({ id }) => id),
      c.peerings.map(({ id }) => id),
    )
  })

  test('a route can be led over another peering', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    const c = testVpc(3)
    const second = peer(a, c)
    await apply(net, a, b, c)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    a.routes = a.routes.map((route) => (route.peeringId === peeringId ? { ...route, peeringId: second } : route))
    await apply(net, a)
    assert.deepEqual(await reach(net, inA, 2), NEITHER)
    a.routes = routesTo(b, peeringId).slice()
    await apply(net, a)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
  })

  test('nothing passes through a VPC: A to B and B to C are not A to C, whatever A routes', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    const c = testVpc(3)
    addPort(c, net.workload())
    const second = peer(b, c)
    a.routes.push(...routesTo(c, peeringId))
    c.routes.push(...routesTo(a, second))
    await apply(net, a, b, c)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inA, 3)], [BOTH, NEITHER])
  })
}

function subnetTests(open: DataplaneKind['open']): void {
  test('subnets of one VPC reach each other, and each is routed by its own table', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    const second = { id: randomUUID() as SubnetId, tableId: randomUUID() as RouteTableId, families: familiesOf(4) }
    const inSecond = net.workload()
    const port = { ...addPort(testVpc(4), inSecond), subnetId: second.id }
    const whole = intentOf(a)
    assert.ok(whole.network !== undefined)
    const { subnets, tables, ports } = whole.network
    const network = {
      ...whole.network,
      subnets: [...subnets, second],
      tables: [...tables, { id: second.tableId, routes: [] }],
      ports: [...ports, port],
    }
    await net.dataplane.apply([{ ...whole, network }, intentOf(b)])
    assert.deepEqual(await reach(net, inA, 4), BOTH)
    assert.deepEqual([await reach(net, inA, 2), await reach(net, inSecond, 2)], [BOTH, NEITHER])
  })

  test('a port moves to other addresses, and to another workload, which the old one does not keep', async () => {
    await using net = await open()
    const { a, b, inA, inB } = pairOf(net)
    await apply(net, a, b)
    const [port] = a.ports
    assert.ok(port !== undefined)
    a.ports = [{ ...port, addresses: ['10.1.0.77', 'fd00:1::77'] }]
    await apply(net, a)
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    assert.deepEqual([await net.ping(inB, '10.1.0.77'), await net.ping(inB, '10.1.0.10')], [true, false])
    const other = net.workload()
    a.ports = [{ ...port, workload: other }]
    await apply(net, a)
    assert.deepEqual([net.interfaces(inA), net.interfaces(other)], [[], ['eth0']])
    assert.deepEqual(await reach(net, other, 2), BOTH)
  })
}

function removalTests(open: DataplaneKind['open']): void {
  test('detaching a port takes its interface away, and nothing else', async () => {
    await using net = await open()
    const { a, b, inA, inB } = pairOf(net)
    const another = addPort(a, { ...inA, device: 'eth1' }, 20)
    await apply(net, a, b)
    assert.deepEqual(net.interfaces(inA), ['eth0', 'eth1'])
    a.ports = a.ports.map((port) => (port.id === another.id ? { ...port, workload: undefined } : port))
    await apply(net, a)
    assert.deepEqual(net.interfaces(inA), ['eth0'])
    assert.deepEqual(await reach(net, inB, 1), BOTH)
  })

  test('a VPC that ought not to be is removed with all that is in it, and once more is no change', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    await apply(net, a, b)
    without(b, peeringId)
    const [gone] = await net.dataplane.apply([nothingOf(a), intentOf(b)])
    assert.deepEqual(gone?.failures, [])
    assert.deepEqual(await net.dataplane.present(), [b.vpcId])
    assert.deepEqual(net.interfaces(inA), [])
    assert.equal(changes(await net.dataplane.apply([nothingOf(a), intentOf(b)])), 0)
  })

  test('what is of others stays: devices, addresses, routes, rules, tables, and routes in workloads', async () => {
    await using net = await open()
    const { a, b, inA, peeringId } = pairOf(net)
    await apply(net, a, b)
    const look = net.addForeign(a.vpcId, inA)
    const before = look()
    assert.equal(changes(await apply(net, a, b)), 0)
    for (const vpc of [a, b]) without(vpc, peeringId)
    await apply(net, a, b)
    assert.deepEqual(look(), before)
  })

  test('closing the driver stops no packet', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    await apply(net, a, b)
    await net.dataplane[Symbol.asyncDispose]()
    assert.deepEqual(await reach(net, inA, 2), BOTH)
    await assert.rejects(net.dataplane.present(), /closed/)
  })
}

function faultTests(open: DataplaneKind['open']): void {
  test('P9: what cannot be done is told by kind and id, and everything else is done', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    const lost = addPort(a, net.nowhere(), 20)
    const homeless = { ...addPort(a, net.workload(), 21), subnetId: randomUUID() as SubnetId }
    const families = [{ cidr: 'nonsense', gateway: '10.9.0.1' }]
    const bad = { id: randomUUID() as SubnetId, tableId: a.tableId, families }
    a.routes.push({ destination: '10.66.0.0/16', peeringId: randomUUID() as PeeringId })
    const whole = intentOf(a)
    assert.ok(whole.network !== undefined)
    const { subnets, ports } = whole.network
    const network = { ...whole.network, subnets: [bad, ...subnets], ports: [homeless, ...ports.slice(0, 2)] }
    const reports = await net.dataplane.apply([{ ...whole, network }, intentOf(b)])
    const told = (reports[0]?.failures ?? []).map(({ kind, id }) => `${kind} ${id}`)
    const expected = [`port ${lost.id}`, `port ${homeless.id}`, `subnet ${bad.id}`, `table ${a.tableId}`]
    assert.deepEqual(told.sort(), expected.sort())
    assert.deepEqual(reports[1]?.failures, [])
    assert.deepEqual(await reach(net, inA, 2), BOTH)
  })

  test('a workload that goes away fails its port alone, and is found again where it comes back', async () => {
    await using net = await open()
    const { a, b, inA } = pairOf(net)
    const [port] = b.ports
    assert.ok(port !== undefined)
    b.ports = [{ ...port, workload: net.nowhere() }]
    const reports = await apply(net, a, b)
    assert.deepEqual(
      reports.flatMap(({ failures }) => failures.map(({ kind, id }) => [kind, id])),
      [['port', port.id]],
    )
    assert.deepEqual(await reach(net, inA, 2), NEITHER)
    b.ports = [{ ...port, workload: net.workload() }]
    assert.deepEqual(
      (await apply(net, a, b)).flatMap(({ failures }) => failures),
      [],
    )
    assert.deepEqual(await reach(net, inA, 2), BOTH)
  })
}

const BOTH = [true, true]
const NEITHER = [false, false]

function pairOf(net: TestDataplane): Pair {
  const [a, b] = [testVpc(1), testVpc(2)]
  const [inA, inB] = [net.workload(), net.workload()]
  addPort(a, inA)
  addPort(b, inB)
  return { a, b, inA, inB, peeringId: peer(a, b) }
}

/** Whether a workload reaches the one in a VPC, by IPv4 and by IPv6. */
async function reach(net: TestDataplane, from: Workload, number: number, bytes = 84): Promise<readonly boolean[]> {
  return [await net.ping(from, `10.${number}.0.10`, bytes), await net.ping(from, `fd00:${number}::10`, bytes)]
}

function apply(net: TestDataplane, ...vpcs: readonly TestVpc[]): Promise<readonly RouterReport[]> {
  return net.dataplane.apply(vpcs.map((vpc) => intentOf(vpc)))
}

function changes(reports: readonly RouterReport[]): number {
  return reports.reduce((sum, report) => sum + report.changes, 0)
}

function without(vpc: TestVpc, id: PeeringId): void {
  vpc.peerings = vpc.peerings.filter((peering) => peering.id !== id)
  vpc.routes = vpc.routes.filter(({ peeringId }) => peeringId !== id)
}
