/** The two ends of a peering as a client names them, for every call that takes them. */
import { type ProjectId, parseProjectId, parseVpcId, type VpcId } from '../../rules/ids.ts'
import { invalidInput, Refusal } from '../../rules/refusal.ts'

interface GivenSide {
  readonly vpc_id: string
  readonly tenant_id?: string | null
}

export function sidesOf(given: { readonly request_vpc_info: GivenSide; readonly accept_vpc_info: GivenSide }) {
  const { request_vpc_info: requester, accept_vpc_info: accepter } = given
  return {
    requestVpcId: requireVpcId(requester.vpc_id, 'request_vpc_info.vpc_id'),
    requestProjectId: parseTenant(requester.tenant_id, 'request_tenant_incorrect', 'Request'),
    acceptVpcId: requireVpcId(accepter.vpc_id, 'accept_vpc_info.vpc_id'),
    acceptProjectId: parseTenant(accepter.tenant_id, 'accept_vpc_incorrect', 'Accept'),
  }
}

function requireVpcId(text: string, field: string): VpcId {
  const id = parseVpcId(text)
  if (id === undefined) throw invalidInput(field, 'must be the UUID of a VPC')
  return id
}

/** Absent, null and empty all mean the caller's own project. */
function parseTenant(
  text: string | null | undefined,
  code: 'request_tenant_incorrect' | 'accept_vpc_incorrect',
  side: 'Request' | 'Accept',
): ProjectId | undefined {
  if (text === undefined || text === null || text === '') return undefined
  const id = parseProjectId(text)
  if (id === undefined) {
    throw new Refusal(code, `Invalid input for operation: ${side} VPC id or tenant id is incorrect.`)
  }
  return id
}
