import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PortId, SubnetId } from '../../../rules/ids.ts'
import type { IntendedPort } from '../../dataplane.ts'
import { elementsOf, spellElement } from './guard-elements.ts'
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

test('single addresses are in the sets without intervals as well, and blocks are not', () => {
  const { hosts4, hosts6 } = elementsOf([allowing('10.1.0.12', '10.9.0.0/24', 'fd02::/64')])
  assert.deepEqual([...hosts4].sort(), [`${OWN} . 10.1.0.10`, `${OWN} . 10.1.0.12`])
  assert.deepEqual([...hosts6].sort(), [`${OWN} . 0xfd01000000000000000000000000000a`, LINK_LOCAL])
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

const KEY = `${Buffer.from('po-70867728950a').toString('hex')}00fa163e00000a0000`
const V6 = 'fd01000000000000000000000000000a'

test('what the kernel has is spelled as it is made', () => {
  const cases: readonly (readonly [SetName, string, string, string])[] = [
    ['macs', '', '', OWN],
    ['ports4', '0a01000a', '0a01000a', `${OWN} . 10.1.0.10`],
    ['ports4', '0a010000', '0a0100ff', `${OWN} . 10.1.0.0-10.1.0.255`],
    ['ports4', '00000000', 'ffffffff', `${OWN} . 0.0.0.0-255.255.255.255`],
    ['ports6', V6, V6, `${OWN} . 0x${V6}`],
    ['hosts4', '0a01000a', '0a01000a', `${OWN} . 10.1.0.10`],
    ['hosts6', V6, V6, `${OWN} . 0x${V6}`],
    ['ports6', '00000000000000010000000000000000', 'f'.repeat(32), `${OWN} . ${ANY_V6}`],
  ]
  for (const [set, first, last, expected] of cases) {
    assert.equal(spellElement(set, { first: bytes(KEY + first), last: bytes(KEY + last) }), expected)
  }
})

test('what the kernel has and is not as we make it has no spelling', () => {
  const cases: readonly (readonly [SetName, string, string])[] = [
    ['macs', KEY.slice(2), KEY.slice(2)],
    ['macs', `2a${KEY.slice(2)}`, `2a${KEY.slice(2)}`],
    ['macs', `${KEY}0a01000a`, `${KEY}0a01000a`],
    ['macs', `00${KEY.slice(2)}`, `00${KEY.slice(2)}`],
    ['ports4', KEY, KEY],
    ['ports4', `${KEY}${V6}`, `${KEY}${V6}`],
    // A range of devices.
    ['ports4', `${KEY}0a01000a`, `${KEY.replace('fa163e', 'fb163e')}0a01000a`],
    ['ports6', `${KEY}${'0'.repeat(32)}`, `${KEY}${'f'.repeat(32)}`],
    ['ports6', `${KEY}${V6}`, KEY],
  ]
  for (const [set, first, last] of cases) {
    assert.equal(spellElement(set, { first: bytes(first), last: bytes(last) }), undefined, `${set} ${first}`)
  }
})

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function allowing(...addresses: readonly string[]): IntendedPort {
  return { ...PORT, allowed: addresses.map((ipAddress) => ({ ipAddress, macAddress: '' })) }
}

function elements(ports: readonly IntendedPort[]): Readonly<Record<'macs' | 'ports4' | 'ports6', readonly string[]>> {
  const { macs, ports4, ports6 } = elementsOf(ports)
  return { macs: [...macs].sort(), ports4: [...ports4].sort(), ports6: [...ports6].sort() }
}
