import { Refusal } from './refusal.ts'

/** The limited resources, named as the published quota call names them. */
export const RESOURCES = ['vpc', 'vpcPeer'] as const
export type Resource = (typeof RESOURCES)[number]

/** What a project may have unless an admin says otherwise: the clouds' own defaults. */
export const DEFAULT_LIMITS = { vpc: 150, vpcPeer: 50 } as const satisfies Record<Resource, number>
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
  return resource === 'vpc'
    ? new Refusal('vpc_over_quota', "Quota exceeded for resources: ['router'].")
    : new Refusal('peering_over_quota', "Quota exceeded for resources: ['vpc_peering'].")
}
