/** Calls of the subnet API as one person makes them. */
import assert from 'node:assert/strict'
import type { Answer, Asks, Person } from './service.ts'

export interface SubnetCalls {
  create(vpcId: string, subnet: Readonly<Record<string, unknown>>): Promise<Answer>
  show(id: string): Promise<Answer>
  update(vpcId: string, id: string, subnet: unknown): Promise<Answer>
  remove(vpcId: string, id: string): Promise<Answer>
  /** Ids. */
  list(query?: string): Promise<readonly string[]>
}

export function subnetCalls(service: Asks, who: Person): SubnetCalls {
  const path = `/v1/${who.projectId}/subnets`
  const nested = (vpcId: string, id: string) => `/v1/${who.projectId}/vpcs/${vpcId}/subnets/${id}`
  return {
    create: (vpcId, subnet) =>
      service.ask(who, 'POST', path, { subnet: { name: 's', vpc_id: vpcId, ...placed(subnet), ...subnet } }),
    show: (id) => service.ask(who, 'GET', `${path}/${id}`),
    update: (vpcId, id, subnet) => service.ask(who, 'PUT', nested(vpcId, id), { subnet }),
    remove: (vpcId, id) => service.ask(who, 'DELETE', nested(vpcId, id)),
    async list(query = '') {
      const { status, body } = await service.ask(who, 'GET', `${path}${query}`)
      if (status !== 200) throw new Error(`no list: ${JSON.stringify(body)}`)
      return body.subnets.map(({ id }: { id: string }) => id)
    },
  }
}

/** The gateway that most people choose: the first host of the block. */
function placed({ cidr = '10.0.0.0/24' }: Readonly<Record<string, unknown>>) {
  return { cidr, gateway_ip: String(cidr).replace(/\d+\/\d+$/, (tail) => String(Number.parseInt(tail, 10) + 1)) }
}

/** Fails unless it is a refusal in v1's form, of this status and code. */
export function assertRefused({ status, body }: Answer, expected: number, code: string, message?: string): void {
  assert.deepEqual({ status, code: body?.code }, { status: expected, code }, JSON.stringify(body))
  assert.deepEqual([body.error_code, body.error_msg], [body.code, body.message])
  if (message !== undefined) assert.equal(body.message, message)
}
