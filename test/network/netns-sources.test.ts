/** P6 where a port may send from addresses of another subnet of its VPC: that gives it no routes of that one. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import type { IntendedRouter } from '../../src/dataplane/dataplane.ts'
import { openNetns } from '../../src/dataplane/netns/driver.ts'
import type { RouteTableId, SubnetId } from '../../src/rules/ids.ts'
import { addPort, familiesOf, intentOf, peer, testVpc } from '../support/intents.ts'
import { openTestHost, skipNetwork } from '../support/netns.ts'

suite('a port with addresses of another subnet', { skip: skipNetwork }, () => {
  test('sends through no peering by the table of that subnet, not even one way; who is in it does', async () => {
    using host = openTestHost()
    await using dataplane = await openNetns({ instance: host.instance })
    const [a, b] = [testVpc(1), testVpc(2)]
    const [inside, beside, far] = [host.workload(), host.workload(), host.workload()]
    const tables = { none: randomUUID() as RouteTableId, all: a.tableId }
    const routed = { id: randomUUID() as SubnetId, tableId: tables.all, families: familiesOf(3) }
    const pairs = familiesOf(3).map(({ cidr }) => ({ ipAddress: cidr, macAddress: '' }))
    const port = { ...addPort(a, { netns: beside, inode: undefined, device: 'eth0' }), allowed: pairs }
    const other = addPort({ ...testVpc(3), ports: a.ports }, { netns: inside, inode: undefined, device: 'eth0' })
    addPort(b, { netns: far, inode: undefined, device: 'eth0' })
    const id = peer(a, b)
    b.routes.push(...familiesOf(3).map(({ cidr }) => ({ destination: cidr, peeringId: id })))
    const ofA: IntendedRouter = {
      ...intentOf(a),
      network: {
        subnets: [{ ...a.subnet, tableId: tables.none }, routed],
        tables: [
          { id: tables.none, routes: [] },
          { id: tables.all, routes: a.routes },
        ],
        peerings: a.peerings,
        ports: [port, { ...other, subnetId: routed.id }],
      },
    }
    const reports = await dataplane.apply([ofA, intentOf(b)])
    assert.deepEqual(
      reports.map(({ failures }) => failures),
      [[], []],
    )
    const seen = () => {
      const counted = host.run(far, 'nstat', '-asz', 'IcmpInEchos', 'Icmp6InEchos')
      return [...counted.matchAll(/InEchos\s+(\d+)/g)].map(([, count]) => Number(count))
    }
    host.run(beside, 'ip', 'addr', 'add', '10.3.0.77/32', 'dev', 'lo')
    host.run(beside, 'ip', 'addr', 'add', 'fd00:3::77/128', 'dev', 'lo', 'nodad')
    const ping = (path: string, from: string, to: string) => {
      try {
        host.run(path, 'ping', '-n', '-c', '1', '-W', '1', '-I', from, to)
        return true
      } catch {
        return false
      }
    }
    for (const [from, to] of [
      ['10.3.0.77', '10.2.0.10'],
      ['fd00:3::77', 'fd00:2::10'],
    ] as const) {
      assert.equal(ping(beside, from, to), false)
    }
    assert.deepEqual(seen(), [0, 0])
    assert.deepEqual([await host.ping(inside, '10.2.0.10'), await host.ping(inside, 'fd00:2::10')], [true, true])
    assert.deepEqual(seen(), [1, 1])
  })
})
