/**
 * How a refusal looks on the wire: the documented body of each path family, with the members `error_code`, `error_msg`
 * and `request_id` added at the top of every one, which every client bears and the Node SDK needs.
 */

import type { RefusalCode } from '../rules/refusal.ts'
import { type Static, Type } from './schema.ts'

/** `internal` is a fault of ours, which is no refusal but is answered all the same. */
export type ErrorCode = RefusalCode | 'internal'

/** Which body is documented for a path. `gateway` is everything in front of the services. */
export type Family = 'neutron' | 'v1' | 'v3' | 'keystone' | 'gateway'

interface Spelling {
  readonly status: number
  /** Neutron's `type`; on Keystone paths its words are the `title`. */
  readonly type: string
  /** The code in the family's own numbers; one string where it is the same for all. */
  readonly code: string | { readonly v1: string; readonly v3: string; readonly other: string }
  /** Answered by the gateway on the clouds, hence in its form where a family has no form of its own for it. */
  readonly gateway?: true
}

/** Where the documents give a code it is theirs; VPC.15xx and the APIGW numbers are our choice (see docs/errors.md). */
export const SPELLINGS = {
  unauthenticated: {
    ...{ status: 401, type: 'Unauthorized', gateway: true },
    code: { v1: 'VPC.0008', v3: 'APIGW.0301', other: 'APIGW.0301' },
  },
  project_scope_required: { status: 403, type: 'Forbidden', code: 'VPC.2701' },
  project_mismatch: { status: 400, type: 'HTTPBadRequest', code: 'VPC.0007' },
  admin_only: { status: 403, type: 'Forbidden', code: 'VPC.2201' },
  too_many_attempts: { status: 429, type: 'TooManyRequests', code: 'APIGW.0308', gateway: true },
  unknown_path: { status: 404, type: 'HTTPNotFound', code: 'APIGW.0101', gateway: true },
  wrong_method: { status: 405, type: 'HTTPMethodNotAllowed', code: 'APIGW.0106', gateway: true },
  malformed_body: {
    ...{ status: 400, type: 'HTTPBadRequest' },
    code: { v1: 'VPC.0101', v3: 'VPC.9901', other: 'VPC.1501' },
  },
  body_too_large: { status: 413, type: 'HTTPRequestEntityTooLarge', code: 'APIGW.0201', gateway: true },
  headers_too_large: { status: 431, type: 'HTTPRequestHeaderFieldsTooLarge', code: 'APIGW.0202', gateway: true },
  unsupported_media_type: { status: 415, type: 'HTTPUnsupportedMediaType', code: 'APIGW.0203', gateway: true },
  invalid_input: {
    ...{ status: 400, type: 'InvalidInput' },
    code: { v1: 'VPC.0101', v3: 'VPC.9901', other: 'VPC.1502' },
  },
  idempotency_key_reused: { status: 409, type: 'IdempotencyKeyReused', code: 'APIGW.0409' },
  too_many_waits: { status: 429, type: 'TooManyRequests', code: 'APIGW.0429', gateway: true },
  precondition_failed: { status: 412, type: 'PreconditionFailed', code: 'VPC.1542' },
  peering_not_found: { status: 404, type: 'VpcPeeringNotFound', code: 'VPC.1503' },
  request_vpc_not_found: { status: 404, type: 'RouterNotFound', code: 'VPC.1504' },
  request_tenant_incorrect: { status: 400, type: 'InvalidInput', code: 'VPC.1505' },
  accept_vpc_incorrect: { status: 400, type: 'InvalidInput', code: 'VPC.1506' },
  self_peering: { status: 400, type: 'InvalidInput', code: 'VPC.1507' },
  peering_exists: { status: 409, type: 'VpcPeeringConflict', code: 'VPC.1508' },
  peering_cidr_overlap: {
    ...{ status: 409, type: 'VpcPeeringCidrConflict' },
    code: { v1: 'VPC.1509', v3: 'VPC.9902', other: 'VPC.1509' },
  },
  peering_over_quota: { status: 409, type: 'OverQuota', code: 'VPC.1510' },
  not_the_accepter: { status: 403, type: 'Forbidden', code: 'VPC.1511' },
  peering_wrong_state: { status: 409, type: 'VpcPeeringStateInvalid', code: 'VPC.1512' },
  peering_protected: { status: 409, type: 'VpcPeeringProtected', code: 'VPC.1541' },
  automatic_routes_over_quota: { status: 409, type: 'OverQuota', code: 'VPC.1543' },
  vpc_not_found: {
    ...{ status: 404, type: 'RouterNotFound' },
    code: { v1: 'VPC.0105', v3: 'VPC.9904', other: 'VPC.1504' },
  },
  vpc_name_taken: { status: 400, type: 'InvalidInput', code: 'VPC.0115' },
  vpc_over_quota: { status: 409, type: 'OverQuota', code: { v1: 'VPC.0114', v3: 'VPC.9905', other: 'VPC.0114' } },
  vpc_has_peerings: { status: 409, type: 'RouterInUse', code: { v1: 'VPC.0108', v3: 'VPC.9907', other: 'VPC.0108' } },
  vpc_has_subnets: { status: 409, type: 'RouterInUse', code: { v1: 'VPC.0104', v3: 'VPC.9907', other: 'VPC.0104' } },
  vpc_cidr_invalid: { status: 400, type: 'InvalidInput', code: { v1: 'VPC.0101', v3: 'VPC.9911', other: 'VPC.0101' } },
  vpc_cidr_displaces_subnet: { status: 400, type: 'InvalidInput', code: 'VPC.0117' },
  vpc_block_routed: { status: 409, type: 'RouterInUse', code: { v1: 'VPC.0108', v3: 'VPC.9907', other: 'VPC.0108' } },
  extend_cidr_over_limit: { status: 400, type: 'InvalidInput', code: 'VPC.9912' },
  extend_cidr_conflict: { status: 409, type: 'Conflict', code: 'VPC.9914' },
  extend_cidr_not_found: { status: 404, type: 'NotFound', code: 'VPC.9915' },
  extend_cidr_forbidden: { status: 400, type: 'InvalidInput', code: 'VPC.9916' },
  tag_invalid: { status: 400, type: 'InvalidInput', code: { v1: 'VPC.1801', v3: 'VPC.9901', other: 'VPC.1801' } },
  quota_type_unknown: { status: 400, type: 'InvalidInput', code: 'VPC.1207' },
  extend_cidr_in_use: { status: 409, type: 'Conflict', code: 'VPC.9907' },
  subnet_not_found: { status: 404, type: 'SubnetNotFound', code: 'VPC.0202' },
  too_many_streams: { status: 429, type: 'TooManyRequests', code: 'APIGW.0308', gateway: true },
  subnet_over_quota: { status: 409, type: 'OverQuota', code: 'VPC.0202' },
  subnet_cidr_invalid: { status: 400, type: 'InvalidInput', code: 'VPC.0212' },
  subnet_outside_vpc: { status: 400, type: 'InvalidInput', code: 'VPC.0203' },
  subnet_overlap: { status: 400, type: 'InvalidInput', code: 'VPC.0204' },
  subnet_covers_route: { status: 409, type: 'Conflict', code: 'VPC.0210' },
  subnet_wrong_vpc: { status: 400, type: 'InvalidInput', code: 'VPC.0207' },
  subnet_has_ports: { status: 409, type: 'SubnetInUse', code: 'VPC.0208' },
  port_not_found: { status: 404, type: 'PortNotFound', code: 'VPC.2502' },
  port_attached: { status: 400, type: 'PortInUse', code: 'VPC.2500' },
  port_address_taken: { status: 409, type: 'IpAddressInUse', code: 'VPC.0701' },
  port_subnet_full: { status: 409, type: 'IpAddressGenerationFailure', code: 'VPC.2512' },
  attachment_not_found: { status: 404, type: 'AttachmentNotFound', code: 'VPC.1551' },
  attachment_conflict: { status: 409, type: 'PortInUse', code: 'VPC.1552' },
  attachment_failed: { status: 409, type: 'AttachmentFailed', code: 'VPC.1553' },
  no_dataplane: { status: 409, type: 'Conflict', code: 'VPC.1554' },
  route_not_found: { status: 404, type: 'RouteNotFound', code: 'VPC.1521' },
  route_automatic: {
    ...{ status: 409, type: 'RouteInUse' },
    code: { v1: 'VPC.1214', v3: 'VPC.1526', other: 'VPC.1526' },
  },
  route_vpc_not_peered: { status: 400, type: 'InvalidInput', code: 'VPC.1522' },
  route_destination_local: { status: 400, type: 'InvalidInput', code: 'VPC.1523' },
  route_destination_taken: { status: 409, type: 'RouteConflict', code: 'VPC.1524' },
  route_over_quota: { status: 409, type: 'OverQuota', code: 'VPC.1525' },
  route_table_not_found: { status: 404, type: 'RouteTableNotFound', code: 'VPC.1208' },
  route_table_in_use: { status: 409, type: 'RouteTableInUse', code: 'VPC.1209' },
  route_table_over_quota: { status: 409, type: 'OverQuota', code: 'VPC.1210' },
  table_route_not_found: { status: 400, type: 'InvalidInput', code: 'VPC.1202' },
  table_next_hop_invalid: { status: 400, type: 'InvalidInput', code: 'VPC.1213' },
  table_destination_local: { status: 400, type: 'InvalidInput', code: 'VPC.1212' },
  table_destination_taken: { status: 400, type: 'InvalidInput', code: 'VPC.1211' },
  table_subnet_invalid: { status: 400, type: 'InvalidInput', code: 'VPC.1202' },
  vpc_has_route_tables: {
    ...{ status: 409, type: 'RouterInUse' },
    code: { v1: 'VPC.0120', v3: 'VPC.9907', other: 'VPC.0120' },
  },
  identity_not_found: { status: 404, type: 'Not Found', code: 'IAM.0004' },
  identity_name_taken: { status: 409, type: 'Conflict', code: 'IAM.1109' },
  unavailable: { status: 503, type: 'ServiceUnavailable', code: 'APIGW.0204', gateway: true },
  internal: { status: 500, type: 'InternalServerError', code: 'APIGW.0500' },
} as const satisfies Record<ErrorCode, Spelling>

const Added = {
  error_code: Type.String({ description: 'Stable; see docs/errors.md.' }),
  error_msg: Type.String(),
  request_id: Type.String({ description: 'The same as the header X-Request-Id.' }),
}

const NeutronError = Type.Object({
  NeutronError: Type.Object({ type: Type.String(), message: Type.String(), detail: Type.String() }),
  ...Added,
})
const V1Error = Type.Object({ code: Type.String(), message: Type.String(), ...Added })
const KeystoneError = Type.Object({
  error: Type.Object({ code: Type.Integer(), message: Type.String(), title: Type.String() }),
  ...Added,
})
const GatewayError = Type.Object(Added)

/** The shapes of the errors on the paths of a family. */
export const ERROR_SHAPES = {
  neutron: Type.Union([NeutronError, GatewayError]),
  v1: V1Error,
  v3: GatewayError,
  keystone: KeystoneError,
  gateway: GatewayError,
} as const satisfies Record<Family, unknown>

export type WireError =
  | Static<typeof NeutronError>
  | Static<typeof V1Error>
  | Static<typeof KeystoneError>
  | Static<typeof GatewayError>

/** In v1 a wrong request has a number of its own for some nouns; for all others it is that of VPCs. */
export const BAD_REQUESTS: ReadonlyMap<string, string> = new Map([
  ['subnets', 'VPC.0201'],
  ['routetables', 'VPC.1202'],
  ['quotas', 'VPC.1207'],
  ['tags', 'VPC.1801'],
  ['ports', 'VPC.2500'],
])

/** Titles as Keystone writes them. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Which family a path belongs to; `/v2.0/{project_id}/…/tags` answers as v1 does, in spite of its number. */
export function familyOf(path: string): Family {
  if (path.startsWith('/v1/') || /^\/v2\.0\/[0-9a-f]{32}\//i.test(path)) return 'v1'
  if (path.startsWith('/v2.0/')) return 'neutron'
  if (/^\/v3\/[^/]+\/vpc\//.test(path)) return 'v3'
  return path === '/v3' || path.startsWith('/v3/') || path.startsWith('/v3.0/') ? 'keystone' : 'gateway'
}

/** What follows the project on paths of v1, or the VPC that a path is nested under; tags, whatever they are on. */
export function nounOf(path: string): string | undefined {
  if (/^\/v2\.0\/[^/]+\/[^/]+\/[^/]+\/tags(\/|$)/.test(path)) return 'tags'
  return /^\/v1\/[^/]+\/(?:vpcs\/[^/]+\/)?([a-z]+)/.exec(path)?.[1]
}

/** `noun`: that of the path, where it has one. */
export function spellError(
  family: Family,
  error: ErrorCode,
  message: string,
  requestId: string,
  noun?: string,
): WireError {
  const spelling: Spelling = SPELLINGS[error]
  const code = codeIn(family, error, noun)
  const added = { error_code: code, error_msg: message, request_id: requestId }
  switch (family) {
    case 'v1':
      return { code, message, ...added }
    case 'keystone':
      return { error: { code: spelling.status, message, title: TITLES[spelling.status] ?? spelling.type }, ...added }
    case 'neutron':
      return spelling.gateway ? added : { NeutronError: { type: spelling.type, message, detail: '' }, ...added }
    case 'v3':
    case 'gateway':
      return added
    default: {
      const never: never = family
      return never
    }
  }
}

/** The stable code of an error on the paths of a family, and of a noun in it. */
export function codeIn(family: Family, error: ErrorCode, noun?: string): string {
  const { code }: Spelling = SPELLINGS[error]
  const isBadRequest = error === 'invalid_input' || error === 'malformed_body'
  const ofNoun = family === 'v1' && isBadRequest && noun !== undefined ? BAD_REQUESTS.get(noun) : undefined
  if (ofNoun !== undefined) return ofNoun
  if (typeof code === 'string') return code
  return family === 'v1' ? code.v1 : family === 'v3' ? code.v3 : code.other
}
