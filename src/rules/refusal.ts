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
  'idempotency_key_reused',
  'precondition_failed',
  'too_many_waits',
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
  'peering_protected',
  'automatic_routes_over_quota',
  // VPCs
  'vpc_not_found',
  'vpc_name_taken',
  'vpc_over_quota',
  'vpc_has_peerings',
  'vpc_has_subnets',
  'vpc_cidr_invalid',
  'vpc_cidr_displaces_subnet',
  'vpc_block_routed',
  'extend_cidr_over_limit',
  'extend_cidr_conflict',
  'extend_cidr_not_found',
  'extend_cidr_forbidden',
  // tags
  'tag_invalid',
  // quotas
  'quota_type_unknown',
  'extend_cidr_in_use',
  // streams of events
  'too_many_streams',
  // subnets
  'subnet_not_found',
  'subnet_over_quota',
  'subnet_cidr_invalid',
  'subnet_outside_vpc',
  'subnet_overlap',
  'subnet_covers_route',
  'subnet_wrong_vpc',
  'subnet_has_ports',
  // ports
  'port_not_found',
  'port_attached',
  'port_address_taken',
  'port_subnet_full',
  // attachments
  'attachment_not_found',
  'attachment_conflict',
  'attachment_failed',
  'no_dataplane',
  // routes and route tables
  'route_not_found',
  'route_automatic',
  'route_vpc_not_peered',
  'route_destination_local',
  'route_destination_taken',
  'route_over_quota',
  'route_table_not_found',
  'route_table_in_use',
  'route_table_over_quota',
  'table_route_not_found',
  'table_next_hop_invalid',
  'table_destination_local',
  'table_destination_taken',
  'table_subnet_invalid',
  'vpc_has_route_tables',
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
