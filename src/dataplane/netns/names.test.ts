import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeeringId, PortId, RouteTableId, SubnetId, VpcId } from '../../rules/ids.ts'
import * as names from './names.ts'

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e'

test('a router is found again by its name, by its own instance only', () => {
  const name = names.routerName('0a1b2c3d', ID as VpcId)
  assert.equal(name, `cw-0a1b2c3d-${ID}`)
  assert.equal(names.vpcOfRouter('0a1b2c3d', name), ID)
  assert.equal(names.vpcOfRouter('ffffffff', name), undefined)
  assert.equal(names.vpcOfRouter('0a1b2c3d', 'cw-0a1b2c3d-web'), undefined)
  assert.equal(names.vpcOfRouter('0a1b2c3d', name.toUpperCase()), undefined)
  assert.deepEqual([name, 'cw-0a1b2c3d-web', `cw-web-${ID}`].map(names.isRouterName), [true, false, false])
  assert.equal(names.vpcOfRouter('0a1b2c3d', `cw-0a1b2c3d-${ID.toUpperCase()}`), undefined)
})

test('devices have names of at most 15 characters, and no two kinds share one', () => {
  const all = [
    names.bridgeName(ID as SubnetId),
    names.portName(ID as PortId),
    names.newPortName(ID as PortId),
    names.linkName(ID as PeeringId, 'requester'),
    names.linkName(ID as PeeringId, 'accepter'),
  ]
  assert.deepEqual(
    all.filter((name) => name.length > 15),
    [],
  )
  assert.equal(new Set(all).size, all.length)
})

test('MAC addresses are locally administered and of one device, not of a group', () => {
  const all = [
    names.linkMac(ID as PeeringId, 'requester'),
    names.linkMac(ID as PeeringId, 'accepter'),
    names.bridgeMac(ID as SubnetId),
  ]
  assert.deepEqual(all, ['02:86:77:28:95:0e', '06:86:77:28:95:0e', '0a:86:77:28:95:0e'])
})

test('tables of one VPC have different numbers, the same in every order, above 2^31', () => {
  const a = '00000000-0000-4000-8000-0000ffffffff' as RouteTableId
  const b = '00000000-0000-4000-8000-00017fffffff' as RouteTableId
  const numbers = names.tableNumbers([b, a])
  assert.deepEqual(numbers, names.tableNumbers([a, b]))
  assert.deepEqual(
    [...numbers],
    [
      [a, 0xffff_ffff],
      [b, 0x8000_0000],
    ],
  )
})
