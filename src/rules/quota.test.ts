import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS, isFull, isResource, overQuota, RESOURCES, UNLIMITED } from './quota.ts'

test('a quota is full from its limit on, and not before', () => {
  assert.deepEqual(
    [0, 49, 50, 51].map((used) => isFull(used, 50)),
    [false, false, true, true],
  )
})

test('a quota of 0 is always full, one of -1 never', () => {
  assert.ok(isFull(0, 0))
  assert.ok(!isFull(0, UNLIMITED))
  assert.ok(!isFull(Number.MAX_SAFE_INTEGER, UNLIMITED))
  assert.equal(UNLIMITED, -1)
})

test("the defaults are the clouds' own", () => {
  assert.deepEqual(DEFAULT_LIMITS, {
    ...{ vpc: 150, subnet: 400, vpcPeer: 50, securityGroup: 100, securityGroupRule: 5000, publicIp: 10, vpn: 5 },
    ...{ vpngw: 2, physicalConnect: 10, virtualInterface: 50, firewall: 200, shareBandwidth: 5, shareBandwidthIP: 20 },
    ...{ loadbalancer: 10, listener: 10, flow_log: 10, address_group: 10, routetableContainRoutes: 200 },
    // Theirs is 1, which would leave no VPC room for a custom table.
    vpcContainRoutetable: 10,
  })
})

test('a resource is spelled as the quota call spells it, and nothing else is one', () => {
  assert.ok(RESOURCES.every((resource) => isResource(resource)))
  for (const text of ['', 'VPC', 'vpcpeer', 'subnets', 'toString', '__proto__']) assert.ok(!isResource(text), text)
})

test('a full quota is refused in the words of Neutron', () => {
  const told = (['vpc', 'vpcPeer', 'subnet'] as const)
    .map((resource) => overQuota(resource))
    .map(({ code, message }) => `${code}: ${message}`)
  assert.deepEqual(told, [
    "vpc_over_quota: Quota exceeded for resources: ['router'].",
    "peering_over_quota: Quota exceeded for resources: ['vpc_peering'].",
    "subnet_over_quota: Quota exceeded for resources: ['subnet'].",
  ])
})
