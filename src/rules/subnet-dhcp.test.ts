import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedDhcpOptions, parseDhcpOption } from './subnet-dhcp.ts'

const TAKEN = {
  ntp: ['10.0.0.1', '10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4'],
  addresstime: ['-1', '1h', '24h', '175200h'],
  ipv6_addresstime: ['-1', '4h'],
  domainname: ['test.com', 'a.b', 'region-1.compute.internal', `${'x'.repeat(63)}.com`],
}

const REFUSED = {
  ntp: [
    'x',
    '10.0.0.1,',
    '10.0.0.1, 10.0.0.2',
    '10.0.0.1,10.0.0.1',
    'fd00::1',
    '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5',
  ],
  addresstime: ['0h', '24', 'h', '-2', '175201h', '1000000h', '24H', '024h', '1.5h', '24h '],
  ipv6_addresstime: ['forever'],
  domainname: ['test', '-a.com', 'a-.com', 'a..com', 'a_b.com', `${'x'.repeat(64)}.com`, `${'ab.'.repeat(84)}com`],
}

for (const [name, values] of Object.entries(TAKEN)) {
  test(`${name} takes ${values.join(' and ').slice(0, 60)}`, () => {
    for (const value of values) assert.deepEqual(parseDhcpOption(name, value), { name, value })
  })
}

for (const [name, values] of Object.entries(REFUSED)) {
  test(`${name} takes nothing like ${JSON.stringify(values[0])}, and the refusal says what it takes`, () => {
    for (const value of values) {
      assert.throws(() => parseDhcpOption(name, value), new RegExp(`'extra_dhcp_opts.${name}' must be \\S+`), value)
    }
  })
}

test('null, nothing and an empty text take an option away', () => {
  for (const value of [null, undefined, '']) {
    assert.deepEqual(parseDhcpOption('ntp', value), { name: 'ntp', value: undefined })
  }
})

test('an option of another name is refused with the names that there are', () => {
  for (const name of ['', 'router', 'NTP', 'toString', '__proto__']) {
    assert.throws(() => parseDhcpOption(name, 'x'), /must be one of ntp, addresstime, ipv6_addresstime, domainname/)
  }
})

test('a change sets, replaces and takes away what it names, and leaves the rest', () => {
  const old = [
    { name: 'ntp', value: '1.1.1.1' },
    { name: 'addresstime', value: '24h' },
  ]
  assert.deepEqual(changedDhcpOptions(old, []), old)
  assert.deepEqual(changedDhcpOptions(old, [{ name: 'ntp', value: '2.2.2.2' }]), [
    { ...old[0], value: '2.2.2.2' },
    old[1],
  ])
  assert.deepEqual(changedDhcpOptions(old, [{ name: 'ntp', value: undefined }]), [old[1]])
  assert.deepEqual(changedDhcpOptions(old, [{ name: 'domainname', value: undefined }]), old)
  const twice = ['a.b', 'c.d'].map((value) => ({ name: 'domainname', value }))
  assert.deepEqual(changedDhcpOptions(old, twice), [...old, twice[1]])
})
