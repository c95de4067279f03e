/** The store contract, fifth part: ports, and which addresses they leave free. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { parseAddress, spellAddress } from '../../src/rules/address.ts'
import type { PortId, RouteTableId, SubnetId } from '../../src/rules/ids.ts'
import { macOf, type Port } from '../../src/rules/port.ts'
import type { Subnet } from '../../src/rules/subnet.ts'
import type { PortQuery } from '../../src/store/ports.ts'
import { applyChanges, applyThenFail, type Change } from './store-bodies.ts'
import { type Fresh, look, openFresh } from './store-fresh.ts'
import { ALICE, BEHIND_ALL, BOB, byId, newId, vpc } from './store-samples.ts'
import type { StoreKind } from './stores.ts'

const VPC = vpc({ cidr: '10.0.0.0/8' })
const TABLE = newId() as string as RouteTableId
const [SUBNET, OTHER] = ['10.0.0.0/24', '10.0.1.0/24'].map(subnetOf) as [Subnet, Subnet]
const GROUPS = [newId(), newId()] as readonly string[]

export function portContract(kind: StoreKind): void {
  suite('its ports', () => {
    let fresh: Fresh
    before(async () => {
      fresh = await openFresh(kind)
      await fresh.store.write(applyChanges, [
        ['insertVpc', VPC],
        [
          'insertRouteTable',
          {
            ...{ id: TABLE, vpcId: VPC.id, projectId: ALICE, name: '', description: '', isDefault: true },
            ...{ createdAt: 1, updatedAt: 1 },
          },
        ],
        ['insertSubnet', SUBNET],
        ['insertSubnet', OTHER],
      ])
    })
    after(() => fresh[Symbol.asyncDispose]())
    keepingContract(() => fresh)
    addressContract(() => fresh)
    portListContract(() => fresh)
  })
}

function keepingContract(fresh: () => Fresh): void {
  test('a port comes back as it was given, changed as it was changed, and not at all when it is deleted', async () => {
    const one = port({ ips: ['10.0.0.7', 'fd00::7'] })
    await write(fresh(), ['insertPort', one])
    assert.deepEqual(await look(fresh().store, (tx) => tx.port(one.id)), one)
    assert.deepEqual(await look(fresh().store, (tx) => tx.anyPortIn(SUBNET.id)), one)
    assert.equal(await look(fresh().store, (tx) => tx.anyPortIn(OTHER.id)), undefined)
    assert.equal(await look(fresh().store, (tx) => tx.isMacTaken(one.macAddress)), true)
    assert.equal(await look(fresh().store, (tx) => tx.isMacTaken('fa:16:3e:no:th:er')), false)
    for (const ip of ['10.0.0.7', 'fd00::7']) {
      assert.equal(await look(fresh().store, (tx) => tx.holderOf(SUBNET.id, ip)), one.id)
    }
    assert.equal(await look(fresh().store, (tx) => tx.holderOf(OTHER.id, '10.0.0.7')), undefined)
    const changed: Port = {
      ...{ ...one, name: 'new', adminStateUp: false, deviceId: 'vm', deviceOwner: 'compute:az', status: 'ACTIVE' },
      ...{ binding: { hostId: 'h', profile: { a: [1] } }, securityGroups: [], allowedAddressPairs: [] },
      extraDhcpOpts: [],
    }
    await write(fresh(), ['updatePort', changed])
    assert.deepEqual(await look(fresh().store, (tx) => tx.port(one.id)), changed)
    await write(fresh(), ['deletePort', changed])
    assert.equal(await look(fresh().store, (tx) => tx.port(one.id)), undefined)
    assert.equal(await look(fresh().store, (tx) => tx.holderOf(SUBNET.id, 'fd00::7')), undefined)
  })

  test('of two ports with one address of a subnet, or with one MAC, the second is not saved', async () => {
    const one = port({ ips: ['10.0.0.7'] })
    await write(fresh(), ['insertPort', one])
    const sameAddress = port({ ips: ['10.0.0.8', '10.0.0.7'] })
    const sameMac = { ...port({ ips: ['10.0.0.9'] }), macAddress: one.macAddress }
    for (const second of [sameAddress, sameMac]) {
      await assert.rejects(write(fresh(), ['insertPort', second]), /UNIQUE constraint failed/)
      assert.equal(await look(fresh().store, (tx) => tx.port(second.id)), undefined)
    }
    assert.equal(await freeFrom(fresh(), '10.0.0.7'), '10.0.0.8')
    const elsewhere = port({ networkId: OTHER.id, ips: ['10.0.0.7'] })
    await write(fresh(), ['insertPort', elsewhere], ['deletePort', elsewhere], ['deletePort', one])
  })

  test('where a port is attached it is found, by all of the place and nowhere else, until it is detached', async () => {
    const place = { netns: '/run/netns/web', device: 'eth0', inode: undefined }
    const process = { netns: '/proc/4711/ns/net', device: 'eth0', inode: 4_026_531_840 }
    const [one, two] = [place, process].map((profile, index) => ({
      ...port({ ips: [`10.0.0.${7 + index}`] }),
      ...{ deviceOwner: 'causeway:netns', binding: { hostId: 'h', profile: JSON.parse(JSON.stringify(profile)) } },
    })) as [Port, Port]
    const short = { ...port({ ips: ['10.0.0.10'] }), deviceOwner: 'causeway:netns' }
    await write(fresh(), ['insertPort', { ...short, binding: { hostId: '', profile: { netns: '/run/netns/short' } } }])
    const eth0 = { ...place, netns: '/run/netns/short' }
    assert.equal(await look(fresh().store, (tx) => tx.portAttachedAt(eth0)), short.id, 'eth0 need not be said')
    await write(fresh(), ['deletePort', short])
    const others = { ...port({ ips: ['10.0.0.9'] }), binding: one.binding, deviceOwner: 'compute:az' }
    await write(fresh(), ['insertPort', others], ['insertPort', one], ['insertPort', two])
    const at = (where: typeof place | typeof process) => look(fresh().store, (tx) => tx.portAttachedAt(where))
    assert.deepEqual([await at(place), await at(process)], [one.id, two.id])
    for (const elsewhere of [
      ...[
        { ...place, device: 'eth1' },
        { ...place, netns: '/run/netns/db' },
        { ...place, inode: 1 },
      ],
      ...[
        { ...process, inode: 1 },
        { ...process, inode: undefined },
      ],
    ]) {
      assert.equal(await at(elsewhere), undefined)
    }
    await write(fresh(), ['updatePort', { ...one, deviceOwner: '', binding: { hostId: '', profile: {} } }])
    assert.equal(await at(place), undefined)
    await write(fresh(), ['deletePort', one], ['deletePort', two], ['deletePort', others])
  })

  test('a subnet with a port is not deleted', async () => {
    const one = port({ networkId: OTHER.id, ips: ['10.0.1.7'] })
    await write(fresh(), ['insertPort', one])
    await assert.rejects(write(fresh(), ['deleteSubnet', OTHER]), /FOREIGN KEY constraint failed/)
    await write(fresh(), ['deletePort', one], ['deleteSubnet', OTHER], ['insertSubnet', OTHER])
  })
}

function addressContract(fresh: () => Fresh): void {
  test('the lowest free address is that of a plain set, whatever was taken, freed or undone', () => {
    const anyOffset = fc.integer({ min: 0, max: 20 })
    const anyHistory = fc.array(
      fc.record({ offsets: fc.uniqueArray(anyOffset, { minLength: 1, maxLength: 4 }), fails: fc.boolean() }),
      { maxLength: 25, size: 'max' },
    )
    return fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        let taken = new Map<number, Port>()
        for (const { offsets, fails } of history) {
          const next = new Map(taken)
          const changes = offsets.map((offset) => flip(next, offset))
          if (fails) await assert.rejects(fresh().store.write(applyThenFail, changes), /something unexpected/)
          else await write(fresh(), ...changes)
          if (!fails) taken = next
          for (let from = 0; from <= 22; from += 1) {
            let lowest = from
            while (taken.has(lowest)) lowest += 1
            assert.equal(await freeFrom(fresh(), `10.0.0.${from}`), `10.0.0.${lowest}`)
          }
        }
        await write(fresh(), ...[...taken.values()].map((one): Change => ['deletePort', one]))
      }),
      { numRuns: 25 },
    )
  })
}

function portListContract(fresh: () => Fresh): void {
  test('every list is what a plain filter of the same rows gives, page by page too', async () => {
    const rows = someRows()
    await write(fresh(), ...rows.map((one): Change => ['insertPort', one]))
    for (const query of everyQuery(rows)) {
      const expected = expectedPorts(rows, query)
      assert.deepEqual(await look(fresh().store, (tx) => tx.ports(query)), expected, JSON.stringify(query))
      const first = await look(fresh().store, (tx) => tx.ports({ ...query, limit: 2 }))
      const rest = await look(fresh().store, (tx) => tx.ports({ ...query, after: first.at(-1)?.id }))
      assert.deepEqual(first.length === 0 ? rest : [...first, ...rest], expected)
      const last = await look(fresh().store, (tx) => tx.ports({ ...query, limit: 2, before: BEHIND_ALL_PORTS }))
      assert.deepEqual(last, expected.slice(-2))
    }
    await write(fresh(), ...rows.map((one): Change => ['deletePort', one]))
  })
}

/** The lowest free address of the subnet from one on. */
async function freeFrom({ store }: Fresh, from: string): Promise<string> {
  const address = parseAddress(from) ?? assert.fail(from)
  return spellAddress(await look(store, (tx) => tx.lowestFreeAddress(SUBNET.id, address)))
}

function write({ store }: Fresh, ...changes: readonly Change[]): Promise<number> {
  return store.write(applyChanges, changes)
}

const BEHIND_ALL_PORTS = BEHIND_ALL as string as PortId

/** Takes an address that is free, frees one that is taken. */
function flip(taken: Map<number, Port>, offset: number): Change {
  const before = taken.get(offset)
  if (before !== undefined) {
    taken.delete(offset)
    return ['deletePort', before]
  }
  const made = port({ ips: [`10.0.0.${offset}`] })
  taken.set(offset, made)
  return ['insertPort', made]
}

/** Ports that differ in everything that is filtered by; some of one subnet, some of another, one of another project. */
function someRows(): readonly Port[] {
  return Array.from({ length: 9 }, (_, index): Port => {
    const networkId = index % 3 === 0 ? OTHER.id : SUBNET.id
    return {
      ...port({ networkId, ips: index % 2 === 0 ? [`10.0.0.${index}`] : [`10.0.0.${index}`, `fd00::${index}`] }),
      ...{ projectId: index === 8 ? BOB : ALICE, name: `n${index % 2}`, adminStateUp: index % 4 !== 0 },
      ...{ deviceId: `d${index % 3}`, deviceOwner: `o${index % 2}`, status: index % 2 ? 'ACTIVE' : 'DOWN' },
      securityGroups: GROUPS.slice(0, index % 3),
    }
  })
}

function* everyQuery(rows: readonly Port[]): Generator<PortQuery> {
  const all: PortQuery = {
    ...{ projectId: ALICE, limit: 100, after: undefined, before: undefined, ids: undefined, name: undefined },
    ...{ adminStateUp: undefined, networkId: undefined, macAddress: undefined, deviceId: undefined },
    ...{ deviceOwner: undefined, status: undefined, securityGroups: undefined, ipAddresses: undefined },
    fixedSubnetIds: undefined,
  }
  const filters: readonly Partial<PortQuery>[] = [
    {},
    { ids: rows.slice(0, 2).map(({ id }) => id) },
    { ids: [] },
    { name: 'n1' },
    { adminStateUp: true },
    { adminStateUp: false },
    { macAddress: rows[1]?.macAddress },
    { deviceId: 'd1' },
    { deviceOwner: 'o0' },
    { status: 'ACTIVE' },
    { status: 'BUILD' },
    { securityGroups: GROUPS },
    { securityGroups: GROUPS.slice(1) },
    { ipAddresses: ['10.0.0.1', 'fd00::3', '10.9.9.9'] },
    { fixedSubnetIds: ['six'] },
    { fixedSubnetIds: ['four', 'five'] },
  ]
  for (const one of filters) {
    for (const other of filters) {
      for (const projectId of [ALICE, BOB]) {
        yield { ...all, projectId, ...one, ...other }
        yield { ...all, projectId, ...one, ...other, networkId: SUBNET.id }
      }
    }
  }
}

/** The filters once more, with no index in sight. */
function expectedPorts(rows: readonly Port[], query: PortQuery): readonly Port[] {
  const ifGiven = <T>(value: T | undefined, holds: (value: T) => boolean) => value === undefined || holds(value)
  return rows
    .filter(
      (row) =>
        row.projectId === query.projectId &&
        ifGiven(query.ids, (ids) => ids.includes(row.id)) &&
        ifGiven(query.name, (name) => name === row.name) &&
        ifGiven(query.adminStateUp, (up) => up === row.adminStateUp) &&
        ifGiven(query.networkId, (id) => id === row.networkId) &&
        ifGiven(query.macAddress, (mac) => mac === row.macAddress) &&
        ifGiven(query.deviceId, (id) => id === row.deviceId) &&
        ifGiven(query.deviceOwner, (owner) => owner === row.deviceOwner) &&
        ifGiven(query.status, (status) => status === row.status) &&
        ifGiven(query.securityGroups, (ids) => ids.some((id) => row.securityGroups.includes(id))) &&
        ifGiven(query.ipAddresses, (ips) => row.fixedIps.some(({ ipAddress }) => ips.includes(ipAddress))) &&
        ifGiven(query.fixedSubnetIds, (ids) => row.fixedIps.some(({ subnetId }) => ids.includes(subnetId))),
    )
    .toSorted(byId)
}

function port({ networkId = SUBNET.id, ips }: { networkId?: SubnetId; ips: readonly string[] }): Port {
  const id = newId() as string as PortId
  return {
    ...{ id, projectId: ALICE, networkId, name: 'one', adminStateUp: true, macAddress: macOf(id) },
    fixedIps: ips.map((ipAddress) => ({ subnetId: ipAddress.includes(':') ? 'six' : 'four', ipAddress })),
    ...{ deviceId: '', deviceOwner: '', binding: { hostId: '', profile: {} }, status: 'DOWN' },
    ...{ securityGroups: GROUPS, allowedAddressPairs: [{ ipAddress: '10.0.0.0/24', macAddress: '' }] },
    extraDhcpOpts: [{ name: '51', value: '2h' }],
  }
}

function subnetOf(cidr: string): Subnet {
  return {
    ...{ id: newId() as string as SubnetId, neutronSubnetId: newId(), neutronSubnetIdV6: newId(), vpcId: VPC.id },
    ...{ projectId: ALICE, routeTableId: TABLE, name: 'one', description: '', cidr },
    ...{ gatewayIp: cidr.replace('0/24', '1'), v6: undefined, dhcpEnable: true, dnsList: [], availabilityZone: '' },
    ...{ extraDhcpOpts: [], tags: [], createdAt: 1, updatedAt: 1 },
  }
}
