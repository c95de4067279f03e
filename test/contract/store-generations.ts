/** The store contract, sixth part: generations of networks, who is told of them, and what a network is read of. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PortId, RouteId, RouteTableId, SubnetId, VpcId } from '../../src/rules/ids.ts'
import type { Port } from '../../src/rules/port.ts'
import type { Route, RouteTable } from '../../src/rules/route.ts'
import type { Subnet } from '../../src/rules/subnet.ts'
import { applyChanges, applyThenFail, type Change } from './store-bodies.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import { ALICE, birthOf, byId, newId, peering, VPCS, vpc, vpcAt } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

export function generationContract(kind: StoreKind): void {
  test('every change of a network moves its generation and is told before it is acknowledged, and no other is', async () => {
    await using fresh = await openFresh(kind)
    const { store } = fresh
    const told: string[] = []
    store.onNetworksChanged((ids) => told.push(...[...ids].sort()))
    for (const [change, moved] of LIFE) {
      const before = await generationsOf(fresh)
      await store.write(applyChanges, [change])
      told.push('acknowledged')
      const after = await generationsOf(fresh)
      const differ = ENDS.filter((id) => before.get(id) !== after.get(id))
      assert.deepEqual([differ, told.splice(0)], [moved, [...moved, 'acknowledged']], JSON.stringify(change))
      for (const id of differ) assert.ok((after.get(id) ?? 99) > (before.get(id) ?? 0), 'a generation only grows')
    }
    const tried = new Set(LIFE.map(([[method]]) => method))
    assert.deepEqual(
      Object.keys(MOVES).filter((method) => MOVES[method as keyof typeof MOVES] && !tried.has(method as never)),
      [],
    )
  })

  test('a generation that a body has moved is undone with it', async () => {
    await using fresh = await openFresh(kind)
    await fresh.store.write(applyChanges, VPCS_AND_TABLES)
    const before = await generationsOf(fresh)
    await assert.rejects(fresh.store.write(applyThenFail, [['insertSubnet', SUBNET]]), /something unexpected/)
    assert.deepEqual(await generationsOf(fresh), before)
  })

  test('generations are listed in pages by id; of a VPC that is not there, there is none', async () => {
    await using fresh = await openFresh(kind)
    const vpcs = Array.from({ length: 5 }, () => vpc()).sort(byId)
    await fresh.store.write(
      applyChanges,
      vpcs.map((one): Change => ['insertVpc', one]),
    )
    const listed: VpcId[] = []
    for (let after: VpcId | undefined; ; after = listed.at(-1)) {
      const page = await look(fresh.store, (tx) => tx.generations(after, 2))
      for (const { generation } of page) assert.equal(generation, 1)
      listed.push(...page.map(({ vpcId }) => vpcId))
      if (page.length < 2) break
    }
    assert.deepEqual(
      listed,
      vpcs.map(({ id }) => id),
    )
    assert.equal(await look(fresh.store, (tx) => tx.generation(newId() as string as VpcId)), undefined)
  })

  test('of a VPC all routes are read, and of its ports those with a workload on this host', async () => {
    await using fresh = await openFresh(kind)
    const attached = portOf({ deviceOwner: 'causeway:netns', binding: { hostId: '', profile: { netns: '/run/x' } } })
    const other = portOf({ deviceOwner: 'compute:az', macAddress: 'fa:16:3e:00:00:02', fixedIps: [] })
    await fresh.store.write(applyChanges, [
      ...VPCS_AND_TABLES,
      ['insertSubnet', SUBNET],
      ['insertPort', attached],
      ['insertPort', other],
      ['insertRoute', ROUTE],
      ['insertRoute', { ...ROUTE, id: newId() as string as RouteId, tableId: SECOND.id, isDefault: false }],
    ])
    const routes = await look(fresh.store, (tx) => tx.routesOfVpc(ONE))
    assert.deepEqual(routes.map(({ tableId }) => tableId).sort(), [TABLE.id, SECOND.id].sort())
    assert.deepEqual(routes, [...routes].sort(byId))
    assert.deepEqual(await look(fresh.store, (tx) => tx.portsOnHost(ONE)), [attached])
    for (const id of [TWO, newId() as string as VpcId]) {
      assert.deepEqual(await look(fresh.store, (tx) => tx.routesOfVpc(id)), [])
      assert.deepEqual(await look(fresh.store, (tx) => tx.portsOnHost(id)), [])
    }
  })
}

async function generationsOf({ store }: Fresh): Promise<ReadonlyMap<VpcId, number | undefined>> {
  const of = (id: VpcId) => look(store, (tx) => tx.generation(id))
  return new Map(await Promise.all(ENDS.map(async (id) => [id, await of(id)] as const)))
}

const [ONE, TWO] = VPCS as unknown as [VpcId, VpcId]
const ENDS = [ONE, TWO]

const [TABLE, SECOND] = [true, false].map((isDefault): RouteTable => {
  const id = newId() as string as RouteTableId
  return { id, vpcId: ONE, projectId: ALICE, name: '', description: '', isDefault, createdAt: 1, updatedAt: 1 }
}) as [RouteTable, RouteTable]

const SUBNET: Subnet = {
  ...{ id: newId() as string as SubnetId, neutronSubnetId: newId(), neutronSubnetIdV6: newId(), vpcId: ONE },
  ...{ projectId: ALICE, routeTableId: TABLE.id, name: 'a', description: '', cidr: '10.0.0.0/24' },
  ...{ gatewayIp: '10.0.0.1', v6: undefined, dhcpEnable: true, dnsList: [], availabilityZone: '' },
  ...{ extraDhcpOpts: [], tags: [], createdAt: 1, updatedAt: 1 },
}

const WAITING = peering()
const ACTIVE = { ...WAITING, status: 'ACTIVE' } as const
const RENAMED = { ...ACTIVE, name: 'new' }
const GONE = { ...ACTIVE, status: 'DELETED' } as const
const BORN_ACTIVE = peering({ status: 'ACTIVE' })
const REJECTED = { ...WAITING, id: newId(), status: 'REJECTED' } as const

const ROUTE: Route = {
  ...{ id: newId() as string as RouteId, tableId: TABLE.id, vpcId: ONE, projectId: ALICE, isDefault: true },
  ...{
    type: 'peering',
    destination: '10.1.0.0/16',
    nexthop: ACTIVE.id,
    description: '',
    automatic: false,
    createdAt: 1,
    updatedAt: 1,
  },
}

const PORT = portOf({})
const BOUND = { ...PORT, binding: { hostId: '', profile: { netns: '/run/netns/web' } } }
const OWNED = { ...BOUND, deviceOwner: 'causeway:netns' }
const PAIRED = { ...OWNED, allowedAddressPairs: [{ ipAddress: '10.9.0.0/16', macAddress: '' }] }

function portOf(changes: Partial<Port>): Port {
  return {
    ...{ id: newId() as string as PortId, projectId: ALICE, networkId: SUBNET.id, name: '', adminStateUp: true },
    ...{ macAddress: 'fa:16:3e:00:00:01', fixedIps: [{ subnetId: SUBNET.neutronSubnetId, ipAddress: '10.0.0.5' }] },
    ...{ deviceId: '', deviceOwner: '', binding: { hostId: '', profile: {} }, status: 'DOWN', securityGroups: [] },
    ...{ allowedAddressPairs: [], extraDhcpOpts: [] },
    ...changes,
  }
}

const VPCS_AND_TABLES: readonly Change[] = [
  ['insertVpc', vpc({ id: ONE })],
  ['insertVpc', vpc({ id: TWO, projectId: vpcAt(1).projectId })],
  ['insertRouteTable', TABLE],
  ['insertRouteTable', SECOND],
]

/** Whether a write can change a network: total, so that nobody adds one without a thought of it. */
const MOVES: Readonly<Record<Change[0], boolean>> = {
  ...{ insertVpc: true, updateVpc: false, deleteVpc: true, insertPeering: true, updatePeering: true },
  ...{ forgetPeering: false, setProtection: false, insertEvent: false, insertSubnet: true, updateSubnet: true },
  ...{ deleteSubnet: true, insertRouteTable: false, updateRouteTable: false, deleteRouteTable: false },
  ...{ insertRoute: true, updateRoute: true, deleteRoute: true, insertPort: true, updatePort: true },
  ...{ deletePort: true, setLimit: false, insertDomain: false, insertProject: false, insertUser: false },
  ...{ updateUser: false, insertAccessKey: false, deleteAccessKey: false, revokeToken: false },
  ...{ setAutomaticRoutes: false, insertSetting: false, keepAnswer: false, forgetAnswer: false },
}

/** The whole life of two networks, change by change, with the VPCs whose network is another one by it. */
const LIFE: readonly (readonly [Change, readonly VpcId[]])[] = [
  [VPCS_AND_TABLES[0] as Change, [ONE]],
  [VPCS_AND_TABLES[1] as Change, [TWO]],
  [VPCS_AND_TABLES[2] as Change, []],
  [VPCS_AND_TABLES[3] as Change, []],
  [['updateVpc', vpc({ id: ONE, name: 'new' })], []],
  [['insertSubnet', SUBNET], [ONE]],
  [['updateSubnet', { ...SUBNET, name: 'new', dnsList: ['10.0.0.2'] }], []],
  [['updateSubnet', { ...SUBNET, routeTableId: SECOND.id }], [ONE]],
  [['updateSubnet', { ...SUBNET, routeTableId: SECOND.id, v6: { cidr: 'fd00::/64', gatewayIp: 'fd00::1' } }], [ONE]],
  [['updateSubnet', SUBNET], [ONE]],
  [['insertPeering', REJECTED], []],
  [['insertPeering', WAITING], []],
  [['insertEvent', birthOf(WAITING.id)], []],
  [
    ['updatePeering', WAITING, ACTIVE],
    [ONE, TWO],
  ],
  [['updatePeering', ACTIVE, RENAMED], []],
  [['setProtection', ACTIVE.id, 'requester', true], []],
  [['insertRoute', ROUTE], [ONE]],
  [['updateRoute', { ...ROUTE, description: 'new' }], []],
  [['updateRoute', { ...ROUTE, nexthop: BORN_ACTIVE.id }], [ONE]],
  [['deleteRoute', ROUTE.id], [ONE]],
  [['deleteRoute', ROUTE.id], []],
  [
    ['updatePeering', RENAMED, GONE],
    [ONE, TWO],
  ],
  [['forgetPeering', ACTIVE.id], []],
  [
    ['insertPeering', BORN_ACTIVE],
    [ONE, TWO],
  ],
  [['insertPort', PORT], [ONE]],
  [['updatePort', { ...PORT, name: 'new', deviceId: 'vm', status: 'ACTIVE' }], []],
  [['updatePort', BOUND], [ONE]],
  [['updatePort', OWNED], [ONE]],
  [['updatePort', PAIRED], [ONE]],
  [['updatePort', { ...PAIRED, adminStateUp: false }], [ONE]],
  [['updatePort', { ...PAIRED, adminStateUp: false, securityGroups: [newId()] }], []],
  [['deletePort', PAIRED], [ONE]],
  [['deleteSubnet', SUBNET], [ONE]],
  [['deleteRouteTable', TABLE.id], []],
  [['deleteRouteTable', SECOND.id], []],
  [
    ['updatePeering', BORN_ACTIVE, { ...BORN_ACTIVE, status: 'DELETED' }],
    [ONE, TWO],
  ],
  [['deleteVpc', vpc({ id: ONE })], [ONE]],
]
