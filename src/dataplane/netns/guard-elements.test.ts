import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PortId, SubnetId } from '../../rules/ids.ts'
import type { IntendedPort } from '../dataplane.ts'
import { elementsOf, readElement } from './guard-elements.ts'
import type { SetName } from './guard-tables.ts'

const PORT: IntendedPort = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950a' as PortId,
  subnetId: 'any' as SubnetId,
  macAddress: 'fa:16:3e:00:00:0a',
  addresses: ['10.1.0.10', 'fd01::a'],
  allowed: [],
  workload: { netns: '/run/netns/web', inode: undefined, device: 'eth0' },
}
const OWN = '"po-70867728950a" . fa:16:3e:00:00:0a'
const LINK_LOCAL = `${OWN} . 0xfe80000000000000f8163efffe00000a`
const ANY_V6 = '0x10000000000000000-0xffffffffffffffffffffffffffffffff'

test('a port sends from its own MAC and addresses, and the link-local one of the MAC', () => {
  assert.deepEqual(elements([PORT]), {
    macs: [OWN],
    ports4: [`${OWN} . 10.1.0.10`],
    ports6: [`${OWN} . 0xfd01000000000000000000000000000a`, LINK_LOCAL],
  })
})

test('a port that is attached to nothing has no interface, and needs nothing', () => {
  assert.deepEqual(elements([{ ...PORT, workload: undefined }]), { macs: [], ports4: [], ports6: [] })
})

test('allowed blocks may have host bits, and stand for all their addresses; those that touch are one', () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['1.1.1.1/0'], ['0.0.0.0-255.255.255.255']],
    [['10.1.0.77/24'], ['10.1.0.0-10.1.0.255']],
    [['10.1.0.11'], ['10.1.0.10-10.1.0.11']],
    [['10.1.0.12'], ['10.1.0.10', '10.1.0.12']],
    [['10.1.0.8/29', '10.1.0.0/28'], ['10.1.0.0-10.1.0.15']],
    [['10.1.0.10/32'], ['10.1.0.10']],
    [['255.255.255.255'], ['10.1.0.10', '255.255.255.255']],
  ]
  for (const [pairs, expected] of cases) {
    assert.deepEqual(
      elements([allowing(...pairs)]).ports4,
      expected.map((range) => `${OWN} . ${range}`),
      pairs.join(),
    )
  }
})

test('of IPv6 a port may be allowed all but ::/64, from which nobody sends', () => {
  assert.deepEqual(elements([allowing('::1/0')]).ports6, [`${OWN} . ${ANY_V6}`])
  assert.deepEqual(elements([allowing('::', '::1', '::5/64')]).ports6, elements([PORT]).ports6)
  // Nor does a block of one family reach into the other, although both are numbered in one row.
  assert.deepEqual(elements([allowing('::/0')]).ports4, [`${OWN} . 10.1.0.10`])
})

test('an allowed MAC goes with its own addresses and no others, however it is written', () => {
  const pair = { ipAddress: '10.1.0.60', macAddress: '00:00:5E:00:01:07' }
  const shared = '"po-70867728950a" . 00:00:5e:00:01:07'
  const got = elements([{ ...PORT, allowed: [pair, { ...pair, ipAddress: 'fd01::60' }] }])
  assert.deepEqual(got, {
    macs: [shared, OWN],
    ports4: [`${shared} . 10.1.0.60`, `${OWN} . 10.1.0.10`],
    ports6: [
      `${shared} . 0xfd010000000000000000000000000060`,
      `${shared} . 0xfe8000000000000002005efffe000107`,
      `${OWN} . 0xfd01000000000000000000000000000a`,
      LINK_LOCAL,
    ],
  })
})

test('what nft lists is read as what it stands for', () => {
  const key = ['po-70867728950a', 'fa:16:3e:00:00:0a']
  const cases: readonly (readonly [SetName, unknown, string | undefined])[] = [
    ['macs', key, OWN],
    ['ports4', [...key, '10.1.0.10'], `${OWN} . 10.1.0.10`],
    ['ports4', [...key, { prefix: { addr: '10.1.0.0', len: 24 } }], `${OWN} . 10.1.0.0-10.1.0.255`],
    ['ports4', [...key, { prefix: { addr: '0.0.0.0', len: 0 } }], `${OWN} . 0.0.0.0-255.255.255.255`],
    ['ports4', [...key, { range: ['10.1.0.3', '10.1.0.77'] }], `${OWN} . 10.1.0.3-10.1.0.77`],
    ['ports6', [...key, '0xfe80000000000000f8163efffe00000a'], LINK_LOCAL],
    ['ports6', [...key, { range: ['0x10000000000000000', `0x${'f'.repeat(32)}`] }], `${OWN} . ${ANY_V6}`],
  ]
  for (const [set, concat, expected] of cases) assert.equal(readElement(set, { concat }), expected)
})

test('what nft lists and is not spelled as ours is not read', () => {
  const key = ['po-70867728950a', 'fa:16:3e:00:00:0a']
  const cases: readonly (readonly [SetName, unknown])[] = [
    ['macs', { concat: ['po-*', key[1]] }],
    ['macs', { concat: [...key, '10.1.0.10'] }],
    ['ports4', { concat: key }],
    ['ports4', { elem: { val: { concat: [...key, '10.1.0.10'] }, timeout: 60 } }],
    ['ports4', { concat: [...key, '10.1.0.10', 'more'] }],
    ['ports4', { concat: [...key, '0xfd01000000000000000000000000000a'] }],
    // So small an address comes as a number, which JSON need not hold exactly.
    ['ports6', { concat: [...key, { range: [0, 5] }] }],
    ['ports6', { concat: [...key, { range: ['0x0', '0x10000000000000000'] }] }],
  ]
  for (const [set, element] of cases) assert.equal(readElement(set, element), undefined, JSON.stringify(element))
})

function allowing(...addresses: readonly string[]): IntendedPort {
  return { ...PORT, allowed: addresses.map((ipAddress) => ({ ipAddress, macAddress: '' })) }
}

function elements(ports: readonly IntendedPort[]): Readonly<Record<SetName, readonly string[]>> {
  const { macs, ports4, ports6 } = elementsOf(ports)
  return { macs: [...macs].sort(), ports4: [...ports4].sort(), ports6: [...ports6].sort() }
}
