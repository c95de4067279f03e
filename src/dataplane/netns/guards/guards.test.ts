import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PortId, SubnetId } from '../../../rules/ids.ts'
import type { IntendedNetwork } from '../../dataplane.ts'
import { readListing, type SetName, type Spelled, tableText } from './guard-tables.ts'
import { guardChanges } from './guards.ts'
import type { SetElement } from './nft-netlink.ts'

const DEVICE = 'po-70867728950a'
const MAC = 'fa:16:3e:00:00:0a'
const LINK_LOCAL = '0xfe80000000000000f8163efffe00000a'
const EMPTY: IntendedNetwork = { subnets: [], tables: [], peerings: [], ports: [] }
const NETWORK: IntendedNetwork = {
  ...EMPTY,
  ports: [
    {
      id: '0f8fad5b-d9cb-469f-a165-70867728950a' as PortId,
      subnetId: 'any' as SubnetId,
      macAddress: MAC,
      addresses: ['10.1.0.10'],
      allowed: [],
      workload: { netns: '/run/netns/web', inode: undefined, device: 'eth0' },
    },
  ],
}
const WANTED: Spelled = { inet: 'as wanted', bridge: 'as wanted too' }
type Listed = Readonly<Record<SetName, readonly (SetElement | undefined)[]>>
const NO_ELEMENTS: Listed = { macs: [], ports4: [], ports6: [], hosts4: [], hosts6: [] }
const ELEMENTS: Listed = {
  macs: [element('')],
  ports4: [element('0a01000a')],
  ports6: [element(LINK_LOCAL.slice(2))],
  hosts4: [element('0a01000a')],
  hosts6: [element(LINK_LOCAL.slice(2))],
}
const ADDS = [
  `add element bridge causeway macs { "${DEVICE}" . ${MAC} }`,
  `add element bridge causeway ports4 { "${DEVICE}" . ${MAC} . 10.1.0.10 }`,
  `add element bridge causeway ports6 { "${DEVICE}" . ${MAC} . ${LINK_LOCAL} }`,
  `add element bridge causeway hosts4 { "${DEVICE}" . ${MAC} . 10.1.0.10 }`,
  `add element bridge causeway hosts6 { "${DEVICE}" . ${MAC} . ${LINK_LOCAL} }`,
]

test('where nothing differs there is nothing to do', () => {
  assert.deepEqual(changes(NETWORK, WANTED, ELEMENTS), { commands: [], changes: 0 })
  assert.deepEqual(changes(EMPTY, { ...WANTED, bridge: undefined }, NO_ELEMENTS), { commands: [], changes: 0 })
})

test('what is not there is made, and for ports only where there are some', () => {
  const nothing = { inet: undefined, bridge: undefined }
  assert.deepEqual(changes(EMPTY, nothing, NO_ELEMENTS), { commands: [tableText('inet')], changes: 1 })
  assert.deepEqual(changes(NETWORK, nothing, NO_ELEMENTS), {
    commands: [tableText('inet'), tableText('bridge'), ...ADDS],
    changes: 7,
  })
})

test('a table that differs is made anew with its elements, and the other one left alone', () => {
  const inet = changes(NETWORK, { ...WANTED, inet: 'otherwise' }, ELEMENTS)
  assert.deepEqual(inet, { commands: ['delete table inet causeway', tableText('inet')], changes: 1 })
  const bridge = changes(NETWORK, { ...WANTED, bridge: 'otherwise' }, ELEMENTS)
  assert.deepEqual(bridge, { commands: ['delete table bridge causeway', tableText('bridge'), ...ADDS], changes: 6 })
})

test('with the last port its table goes', () => {
  assert.deepEqual(changes(EMPTY, WANTED, ELEMENTS), { commands: ['delete table bridge causeway'], changes: 1 })
})

test('of elements only the difference is changed, and what goes, goes first', () => {
  const ports4 = [element('0a010000', '0a0100ff')]
  assert.deepEqual(changes(NETWORK, WANTED, { ...ELEMENTS, ports4 }), {
    commands: [`delete element bridge causeway ports4 { "${DEVICE}" . ${MAC} . 10.1.0.0-10.1.0.255 }`, ADDS[1]],
    changes: 2,
  })
})

test('a set with an element that is not spelled as ours is filled anew', () => {
  const ports4 = [...ELEMENTS.ports4, undefined]
  assert.deepEqual(changes(NETWORK, WANTED, { ...ELEMENTS, ports4 }), {
    commands: ['flush set bridge causeway ports4', ADDS[1]],
    changes: 2,
  })
})

test('of a listing, tables of other names and families are passed over, and handles do not count', () => {
  const objects = (handle: number) => [
    { metainfo: { version: '1.0.6' } },
    { table: { family: 'inet', name: 'causeway', handle } },
    { chain: { family: 'inet', table: 'causeway', name: 'prerouting', handle, policy: 'accept' } },
    { table: { family: 'ip', name: 'causeway', handle } },
    { table: { family: 'bridge', name: 'others', handle } },
    { rule: { family: 'bridge', table: 'others', chain: 'causeway', handle, expr: [] } },
  ]
  const listing = readListing(objects(1))
  assert.deepEqual(listing, readListing(objects(7)))
  assert.equal(listing.bridge, undefined)
  assert.equal(listing.inet?.split('\n').length, 2)
})

test('elements are not asked for where their table is not there, or is made anew', () => {
  const listed = () => assert.fail('asked')
  guardChanges(NETWORK, WANTED, { ...WANTED, bridge: undefined }, listed)
  guardChanges(NETWORK, WANTED, { ...WANTED, bridge: 'otherwise' }, listed)
  guardChanges(EMPTY, WANTED, { ...WANTED, bridge: undefined }, listed)
})

test('elements do not count among what must be spelled as wanted, flags and order of rules do', () => {
  const set = { family: 'bridge', name: 'macs', table: 'causeway', handle: 1, elem: [{ concat: [DEVICE, MAC] }] }
  const rule = (expr: string) => ({ rule: { family: 'bridge', table: 'causeway', chain: 'input', handle: 2, expr } })
  const { bridge } = readListing([{ set }, rule('a'), rule('b')])
  assert.equal(bridge, readListing([{ set: { ...set, elem: [] } }, rule('a'), rule('b')]).bridge)
  const flagged = readListing([{ set: { ...set, flags: ['dynamic'] } }, rule('a'), rule('b')])
  assert.notEqual(bridge, flagged.bridge)
  assert.notEqual(bridge, readListing([{ set }, rule('b'), rule('a')]).bridge)
})

function changes(network: IntendedNetwork, there: Spelled, elements: Listed) {
  return guardChanges(network, WANTED, there, () => elements)
}

function element(first: string, last = first): SetElement {
  const key = `${Buffer.from(DEVICE).toString('hex')}00${MAC.replaceAll(':', '')}0000`
  return { first: Buffer.from(key + first, 'hex'), last: Buffer.from(key + last, 'hex') }
}
