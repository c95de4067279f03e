/** The contract of data planes: what is changed, is changed for packets, and for no others. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { RouteTableId, SubnetId } from '../../src/rules/ids.ts'
import { addPort, familiesOf, intentOf, peer, routesTo, testVpc } from '../support/intents.ts'
import { apply, BOTH, NEITHER, pairOf, reach, without } from './dataplane-samples.ts'
import type { DataplaneKind } from './dataplanes.ts'

export function changeTests(open: DataplaneKind['open']): void {
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

export function subnetTests(open: DataplaneKind['open']): void {
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
