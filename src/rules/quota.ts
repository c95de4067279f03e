import { Refusal, type RefusalCode } from './refusal.ts'

/** The limited resources, named as the published quota call names them. */
export const RESOURCES = ['vpc', 'vpcPeer', 'subnet'] as const
export type Resource = (typeof RESOURCES)[number]

/** What a project may have unless an admin says otherwise: the clouds' own defaults. */
export const DEFAULT_LIMITS = { vpc: 150, vpcPeer: 50, subnet: 400 } as const satisfies Record<Resource, number>
/** A limit that never refuses, as the clouds spell it. */
export const UNLIMITED = -1

export function isResource(text: string): text is Resource {
  return (RESOURCES as readonly string[]).includes(text)
}

/** Whether one more would be too many. */
export function isFull(used: number, limit: number): boolean {
  return limit !== UNLIMITED && used >= limit
}

export function overQuota(resource: Resource): Refusal {
  // The texts are Neutron's own; clients print them as they are.
  return new Refusal(REFUSALS[resource].code, `Quota exceeded for resources: ['${REFUSALS[resource].name}'].`)
}

/** Each resource in the words of Neutron. */
const REFUSALS = {
  vpc: { code: 'vpc_over_quota', name: 'router' },
  vpcPeer: { code: 'peering_over_quota', name: 'vpc_peering' },
  subnet: { code: 'subnet_over_quota', name: 'subnet' },
} as const satisfies Record<Resource, { code: RefusalCode; name: string }>
