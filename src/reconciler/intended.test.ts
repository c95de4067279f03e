import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeeringId, PortId, RouteId, RouteTableId, SubnetId, VpcId } from '../rules/ids.ts'
import type { Peering } from '../rules/peering.ts'
import type { Port } from '../rules/port.ts'
import type { Route } from '../rules/route.ts'
import { STATUSES } from '../rules/status.ts'
import type { Subnet } from '../rules/subnet.ts'
import { intendedRouter } from './intended.ts'
import type { VpcRows } from './rows.ts'

const [OWN, FAR] = ['own', 'far'] as [VpcId, VpcId]
const TABLE = 'table' as RouteTableId

const peering = (changes: Partial<Peering> = {}) =>
  ({ id: 'p', status: 'ACTIVE', requester: { vpcId: OWN }, accepter: { vpcId: FAR }, ...changes }) as Peering
const subnet = (changes: Partial<Subnet> = {}) =>
  ({ id: 's', routeTableId: TABLE, cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1', ...changes }) as Subnet
const route = (changes: Partial<Route> = {}) =>
  ({ id: 'r' as RouteId, tableId: TABLE, destination: '10.1.0.0/16', nexthop: 'p', ...changes }) as Route
const port = (changes: Partial<Port> = {}) =>
  ({
    ...{ id: 'o' as PortId, networkId: 's' as SubnetId, macAddress: 'FA:16:3E:00:00:01', adminStateUp: true },
    ...{ fixedIps: [{ subnetId: 'n', ipAddress: '10.0.0.5' }], allowedAddressPairs: [], deviceOwner: 'causeway:netns' },
    ...{ binding: { hostId: '', profile: { netns: '/run/netns/web' } } },
    ...changes,
  }) as Port
const networkOf = (rows: Partial<VpcRows>) =>
  intendedRouter(OWN, 1, { peerings: [], subnets: [], routes: [], ports: [], ...rows }).network

test('a VPC has a router with a subnet or an ACTIVE peering, and with nothing else', () => {
  assert.equal(intendedRouter(OWN, 0, undefined).network, undefined)
  assert.equal(networkOf({ routes: [route()], ports: [port()] }), undefined)
  assert.deepEqual(networkOf({ subnets: [subnet()] })?.peerings, [])
  for (const status of STATUSES) {
    assert.equal(networkOf({ peerings: [peering({ status })] }) !== undefined, status === 'ACTIVE', status)
  }
})

test('the generation is the one that was read before the rows', () => {
  assert.equal(intendedRouter(OWN, 7, undefined).generation, 7)
})

test('a peering leads from the side of the VPC to the other', () => {
  const [asks] = networkOf({ peerings: [peering()] })?.peerings ?? []
  assert.deepEqual(asks, { id: 'p', side: 'requester', farVpcId: FAR })
  const turned = peering({ requester: { vpcId: FAR } as never, accepter: { vpcId: OWN } as never })
  const [answers] = networkOf({ peerings: [turned] })?.peerings ?? []
  assert.deepEqual(answers, { id: 'p', side: 'accepter', farVpcId: FAR })
})

test('a subnet has its families, IPv4 first, and the table that it is routed by', () => {
  const v4 = { cidr: '10.0.0.0/24', gateway: '10.0.0.1' }
  const only = networkOf({ subnets: [subnet()] })?.subnets
  assert.deepEqual(only, [{ id: 's', tableId: TABLE, families: [v4] }])
  const both = networkOf({ subnets: [subnet({ v6: { cidr: 'fd00::/64', gatewayIp: 'fd00::1' } })] })?.subnets
  assert.deepEqual(both?.[0]?.families, [v4, { cidr: 'fd00::/64', gateway: 'fd00::1' }])
})

test('a table has its routes by ACTIVE peerings, and one that no subnet is routed by is left out', () => {
  const other = 'other' as RouteTableId
  const rows = {
    peerings: [peering(), peering({ id: 'q' as PeeringId, status: 'PENDING_ACCEPTANCE' })],
    subnets: [subnet(), subnet({ id: 't' as SubnetId, routeTableId: 'empty' as RouteTableId })],
    routes: [
      route(),
      route({ destination: '10.2.0.0/16', nexthop: 'q' as PeeringId }),
      route({ destination: '10.3.0.0/16', nexthop: 'gone' as PeeringId }),
      route({ tableId: other }),
    ],
  }
  assert.deepEqual(networkOf(rows)?.tables, [
    { id: TABLE, routes: [{ destination: '10.1.0.0/16', peeringId: 'p' }] },
    { id: 'empty', routes: [] },
  ])
})

test('a port has its addresses and its workload, eth0 unless it says otherwise', () => {
  const [first] = networkOf({ subnets: [subnet()], ports: [port()] })?.ports ?? []
  assert.deepEqual(first, {
    ...{ id: 'o', subnetId: 's', macAddress: 'fa:16:3e:00:00:01', addresses: ['10.0.0.5'], allowed: [] },
    workload: { netns: '/run/netns/web', inode: undefined, device: 'eth0' },
  })
  const profile = { netns: '/proc/7/ns/net', inode: 9, device: 'net1' }
  const [second] = networkOf({ subnets: [subnet()], ports: [port({ binding: { hostId: '', profile } })] })?.ports ?? []
  assert.deepEqual(second?.workload, profile)
})

test('a port that is down, of another owner, or with an odd profile is attached to nothing', () => {
  const odd = (profile: object) => port({ binding: { hostId: '', profile: profile as never } })
  const ports = [
    ...[port({ adminStateUp: false }), port({ deviceOwner: 'compute:az' }), odd({}), odd({ netns: 7 })],
    ...[odd({ netns: '/run/netns/web', device: 7 })],
  ]
  const workloads = networkOf({ subnets: [subnet()], ports })?.ports.map(({ workload }) => workload)
  assert.deepEqual(
    workloads,
    ports.map(() => undefined),
  )
})

test('a port whose subnet was deleted between the two readings is left out', () => {
  assert.deepEqual(networkOf({ subnets: [subnet()], ports: [port({ networkId: 'gone' as SubnetId })] })?.ports, [])
})
