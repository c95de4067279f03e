import { Refusal, type RefusalCode } from './refusal.ts'

/**
 * What a project may have unless an admin says otherwise, by the names and in the order of the published quota call:
 * the clouds' own defaults, but for the route tables of a VPC, where the clouds' is 1 and has to be raised before any
 * custom one can be made. The last two are limits of one VPC and of one table; all others are of the project.
 */
export const DEFAULT_LIMITS = {
  ...{ vpc: 150, subnet: 400, securityGroup: 100, securityGroupRule: 5000, publicIp: 10, vpn: 5, vpngw: 2 },
  ...{ vpcPeer: 50, physicalConnect: 10, virtualInterface: 50, firewall: 200, shareBandwidth: 5 },
  ...{ shareBandwidthIP: 20, loadbalancer: 10, listener: 10, flow_log: 10, address_group: 10 },
  ...{ vpcContainRoutetable: 10, routetableContainRoutes: 200 },
} as const
export type Resource = keyof typeof DEFAULT_LIMITS
export const RESOURCES = Object.keys(DEFAULT_LIMITS) as readonly Resource[]
/** A limit that never refuses, as the clouds spell it. */
export const UNLIMITED = -1

export function isResource(text: string): text is Resource {
  return Object.hasOwn(DEFAULT_LIMITS, text)
}

export function resourceUnknown(): Refusal {
  return new Refusal('quota_type_unknown', 'There is no quota of this type; without a type all of them are listed.')
}

/** Whether one more would be too many. */
export function isFull(used: number, limit: number): boolean {
  return limit !== UNLIMITED && used >= limit
}

export function overQuota(resource: keyof typeof REFUSALS): Refusal {
  // The texts are Neutron's own; clients print them as they are.
  return new Refusal(REFUSALS[resource].code, `Quota exceeded for resources: ['${REFUSALS[resource].name}'].`)
}

/** The resources that we have, in the words of Neutron. */
const REFUSALS = {
  vpc: { code: 'vpc_over_quota', name: 'router' },
  vpcPeer: { code: 'peering_over_quota', name: 'vpc_peering' },
  subnet: { code: 'subnet_over_quota', name: 'subnet' },
} as const satisfies Partial<Record<Resource, { code: RefusalCode; name: string }>>
