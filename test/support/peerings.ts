/** Peerings as tests make them, over HTTP like everything else. */
import assert from 'node:assert/strict'
import type { Answer, Asks, Person } from './service.ts'

export const PEERINGS = '/v2.0/vpc/peerings'

/** A well-formed id that nothing has. */
export const NOBODYS_ID = '00000000-0000-4000-8000-000000000000'

/** A create as it stands on the wire. `toProject` undefined: the member is left out. */
export function peeringBody(from: string, to: string, toProject?: string, name = 'a to b') {
  const accept = toProject === undefined ? { vpc_id: to } : { vpc_id: to, tenant_id: toProject }
  return { peering: { name, request_vpc_info: { vpc_id: from }, accept_vpc_info: accept } }
}

/** Asks for a peering of `from` with `to`, a VPC of `accepter`. Gives the peering as it was answered. */
export async function requestPeering(
  { ask }: Asks,
  requester: Person,
  from: string,
  accepter: Person,
  to: string,
  name?: string,
) {
  const answer = await ask(requester, 'POST', PEERINGS, peeringBody(from, to, accepter.projectId, name))
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body.peering
}

/** Ids in a list answer, in its order. */
export function idsIn({ status, body }: Answer): string[] {
  assert.equal(status, 200, JSON.stringify(body))
  return body.peerings.map(({ id }: { id: string }) => id)
}

/** Fails unless it is a refusal of this status and Neutron type, whose message, where given, is exactly this. */
export function assertRefused({ status, body }: Answer, expected: number, type: string, message?: string): void {
  assert.deepEqual({ status, type: body?.NeutronError?.type }, { status: expected, type }, JSON.stringify(body))
  assert.equal(body.error_msg, body.NeutronError.message)
  if (message !== undefined) assert.equal(body.NeutronError.message, message)
}
