/**
 * Identifiers, each kind a type of its own, so that a VPC id cannot be passed where a peering id is meant.
 * Only the parsers below make them out of text; new ones come from outside (no randomness in rules).
 */

declare const brand: unique symbol
type Brand<Name extends string> = string & { readonly [brand]: Name }

/** Lower-case UUID with hyphens. */
export type PeeringId = Brand<'PeeringId'>
/** Lower-case UUID with hyphens. */
export type VpcId = Brand<'VpcId'>
/** Lower-case UUID with hyphens; likewise the ids of route tables, routes and ports. */
export type SubnetId = Brand<'SubnetId'>
export type RouteTableId = Brand<'RouteTableId'>
export type RouteId = Brand<'RouteId'>
export type PortId = Brand<'PortId'>
/** 32 lower-case hex digits; the clouds' `tenant_id` and `project_id`. */
export type ProjectId = Brand<'ProjectId'>
/** 32 lower-case hex digits; one customer ("account"), which owns projects and users. */
export type DomainId = Brand<'DomainId'>
/** 32 lower-case hex digits. */
export type UserId = Brand<'UserId'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const HEX_32 = /^[0-9a-f]{32}$/

/** The id, or undefined where the text is not one: to the caller such an object simply does not exist. */
export function parsePeeringId(text: string): PeeringId | undefined {
  return parse<PeeringId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parseVpcId(text: string): VpcId | undefined {
  return parse<VpcId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parseSubnetId(text: string): SubnetId | undefined {
  return parse<SubnetId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parseRouteTableId(text: string): RouteTableId | undefined {
  return parse<RouteTableId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parseRouteId(text: string): RouteId | undefined {
  return parse<RouteId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parsePortId(text: string): PortId | undefined {
  return parse<PortId>(text, UUID)
}

/** The id, or undefined where the text is not one. */
export function parseProjectId(text: string): ProjectId | undefined {
  return parse<ProjectId>(text, HEX_32)
}

/** The id, or undefined where the text is not one. */
export function parseDomainId(text: string): DomainId | undefined {
  return parse<DomainId>(text, HEX_32)
}

/** The id, or undefined where the text is not one. */
export function parseUserId(text: string): UserId | undefined {
  return parse<UserId>(text, HEX_32)
}

function parse<Id extends string>(text: string, form: RegExp): Id | undefined {
  const lower = text.toLowerCase()
  return form.test(lower) ? (lower as Id) : undefined
}
