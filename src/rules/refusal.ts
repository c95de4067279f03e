/**
 * A refusal: the caller asked for something that we will not do. The codes are a closed union; what each looks like
 * on the wire is decided in one total table (src/wire/refusal.ts), so a code without a status does not compile.
 */
export const REFUSAL_CODES = [
  // who is asking
  'unauthenticated',
  'project_scope_required',
  'project_mismatch',
  'admin_only',
  'too_many_attempts',
  // the request itself
  'unknown_path',
  'wrong_method',
  'malformed_body',
  'body_too_large',
  'headers_too_large',
  'unsupported_media_type',
  'invalid_input',
  // peerings
  'peering_not_found',
  'request_vpc_not_found',
  'request_tenant_incorrect',
  'accept_vpc_incorrect',
  'self_peering',
  'peering_exists',
  'peering_cidr_overlap',
  'peering_over_quota',
  'not_the_accepter',
  'peering_wrong_state',
  // VPCs
  'vpc_not_found',
  'vpc_name_taken',
  'vpc_over_quota',
  'vpc_has_peerings',
  'vpc_cidr_invalid',
  'extend_cidr_over_limit',
  'extend_cidr_conflict',
  'extend_cidr_not_found',
  'extend_cidr_forbidden',
  // streams of events
  'too_many_streams',
  // subnets
  'subnet_over_quota',
  // people
  'identity_not_found',
  'identity_name_taken',
  // ourselves
  'unavailable',
] as const

export type RefusalCode = (typeof REFUSAL_CODES)[number]

/** Values worth logging beside a refusal; never shown to the caller, never a secret. */
export type RefusalFacts = Readonly<Record<string, string | number | boolean>>

/** Thrown by parsers, rules and operations; caught in one place, the error door of src/http/server.ts. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly facts: RefusalFacts

  /** `message` is public: it says which field or object, and why, and tells nothing that the caller may not know. */
  constructor(code: RefusalCode, message: string, facts: RefusalFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}

/** A field with a value that we do not take; the message names both, as the clouds do. */
export function invalidInput(field: string, reason: string): Refusal {
  return new Refusal('invalid_input', `Invalid input for operation: '${field}' ${reason}.`, { field })
}
