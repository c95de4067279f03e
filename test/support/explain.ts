/** What tests of explain ask about: VPCs with a workload's port in each. */
import assert from 'node:assert/strict'
import { addressesIn, makeSubnet, portCalls } from './ports.ts'
import type { Answer, Person, TestService } from './service.ts'

export const EXPLAIN = '/causeway/v1/explain'

export interface Reason {
  readonly code: string
  readonly end?: string
  readonly decisive: boolean
  readonly objects: readonly { readonly type: string; readonly id: string }[]
}

export type Place = Awaited<ReturnType<typeof makePlace>>

let made = 0

/** A VPC of 10.`net`.0.0/16 with a subnet of both families and a port in it. */
export async function makePlace(service: TestService, who: Person, net: number) {
  const vpc = await service.makeVpc(who, `explain-${++made}`, `10.${net}.0.0/16`)
  const subnet = await makeSubnet(service, who, vpc, { cidr: `10.${net}.1.0/24`, ipv6_enable: true })
  const port = await portCalls(service, who).create(subnet.id)
  assert.equal(port.status, 200)
  const [v4 = '', v6 = ''] = addressesIn(port)
  const id: string = port.body.port.id
  return { vpc, subnet: subnet.id, cidr: subnet.cidr, cidr6: subnet.cidr_v6 ?? '', port: id, v4, v6 }
}

/** The verdict, and the codes of the reasons. */
export function codesIn({ verdict, reasons }: Answer['body']): readonly string[] {
  return [verdict, ...reasons.map(({ code }: Reason) => code)]
}
