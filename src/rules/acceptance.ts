/** What a VPC's owner has decided beforehand about the requests of others: accept, reject, or ask as ever. */
import { cidr, contains, parseCidr } from './cidr.ts'
import { type ProjectId, parseProjectId } from './ids.ts'
import { invalidInput } from './refusal.ts'

export const ACTIONS = ['accept', 'reject', 'ask'] as const
export type Action = (typeof ACTIONS)[number]

/** Fits a request when everything that it names does. */
export interface AcceptanceRule {
  /** The requester's project; undefined: any. */
  readonly tenantId: ProjectId | undefined
  /** A block that every IPv4 block of the requester's VPC lies in; undefined: any. */
  readonly cidr: string | undefined
  readonly action: Action
}

/** Rules of one VPC: bounds the work of a create. */
export const MAX_RULES = 50

/** The project that asks, and all IPv4 blocks of its VPC. */
export interface Requester {
  readonly projectId: ProjectId
  readonly blocks: readonly string[]
}

/** The first rule that fits decides; where none does, the owner is asked. */
export function decide(rules: readonly AcceptanceRule[], requester: Requester): Action {
  return rules.find((rule) => fits(rule, requester))?.action ?? 'ask'
}

function fits({ tenantId, cidr: outer }: AcceptanceRule, { projectId, blocks }: Requester): boolean {
  if (tenantId !== undefined && tenantId !== projectId) return false
  if (outer === undefined) return true
  // A VPC that has no block yet may get any: nothing can be said of it.
  return blocks.length > 0 && blocks.every((block) => contains(cidr(outer), cidr(block)))
}

export interface GivenRule {
  readonly tenant_id?: string
  readonly cidr?: string
  readonly action: Action
}

/** The rules as they came, checked; the text of a refusal names the rule by its place. */
export function parseRules(given: readonly GivenRule[]): readonly AcceptanceRule[] {
  if (given.length > MAX_RULES) throw invalidInput('acceptance.rules', `must be at most ${MAX_RULES}`)
  return given.map(({ tenant_id, cidr: block, action }, index) => {
    const field = `acceptance.rules.${index}`
    const tenantId = tenant_id === undefined ? undefined : parseProjectId(tenant_id)
    if (tenant_id !== undefined && tenantId === undefined) {
      throw invalidInput(`${field}.tenant_id`, 'must be a project id of 32 hex digits')
    }
    const parsed = block === undefined ? undefined : parseCidr(block)
    if (parsed !== undefined && 'problem' in parsed) throw invalidInput(`${field}.cidr`, parsed.problem)
    return { tenantId, cidr: block, action }
  })
}
