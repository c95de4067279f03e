/** The contract of data planes: what goes, what stays, and what cannot be done. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { PeeringId, SubnetId } from '../../src/rules/ids.ts'
import { addPort, intentOf, nothingOf } from '../support/intents.ts'
import { apply, BOTH, changes, NEITHER, pairOf, reach, without } from './dataplane-samples.ts'
import type { DataplaneKind } from './dataplanes.ts'

export function removalTests(open: DataplaneKind['open']): void {
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

export function faultTests(open: DataplaneKind['open']): void {
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
