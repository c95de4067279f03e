/** The history of a peering as a caller reads it. */
import assert from 'node:assert/strict'
import type { Person, TestService } from './service.ts'

export interface Entry {
  readonly peering_id: string
  readonly index: number
  readonly at: string
  readonly verb: string
  readonly from: string | null
  readonly to: string
  readonly why: string
  readonly project_id: string | null
  readonly user_id: string | null
  readonly user_name: string | null
  readonly request_id: string | null
  readonly hash: string
}

export const historyOf = (id: string): string => `/causeway/v1/peerings/${id}/history`

export async function readHistory({ ask }: TestService, who: Person, id: string): Promise<readonly Entry[]> {
  const { status, body } = await ask(who, 'GET', historyOf(id))
  assert.equal(status, 200, JSON.stringify(body))
  return body.history
}

/** What happened, in short: `create:PENDING_ACCEPTANCE`. */
export function told(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ verb, to }) => `${verb}:${to}`)
}
