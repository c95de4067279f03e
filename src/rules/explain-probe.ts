/** What a real packet adds to an explanation. */
import type { Explanation } from './explain.ts'
import type { Question, World } from './explain-facts.ts'
import { holderIn, isSame, isV6, requireVpc, sourceSubnet } from './explain-walk.ts'
import type { Probe, ProbeResult } from './probe.ts'

/** The packet that would answer the question; or, where there is no port to send it from, why nothing is sent. */
export function canProbe({ from, to, size }: Question, world: World): Probe | ProbeResult {
  const near = requireVpc(world, from.vpcId)
  const subnet = sourceSubnet(near, from)
  const holder = subnet && holderIn(near, subnet, from.address)
  const port = near.ports.find(({ id }) => id === from.portId) ?? (holder === 'gateway' ? undefined : holder)
  if (port === undefined) return unavailable(`no port has the address ${from.address}`)
  if (!port.addresses.some((each) => isSame(each, from.address))) {
    return unavailable(`${from.address} is no address of port ${port.id} itself`)
  }
  if (isV6(from.address) !== isV6(to.address)) return unavailable('the addresses are of different families')
  if (!port.adminStateUp || !port.isAttached) return unavailable(`port ${port.id} is attached to no workload`)
  return { vpcId: near.id, portId: port.id, from: from.address, to: to.address, size }
}

function unavailable(detail: string): ProbeResult {
  return { outcome: 'unavailable', detail, milliseconds: undefined }
}

/** Whether the packet did what is intended; undefined: nothing was sent, or that is not the caller's to know. */
export function probeAgrees({ answers }: Explanation, { outcome }: ProbeResult): boolean | undefined {
  if (outcome === 'unavailable') return undefined
  const isAnswered = outcome === 'answered'
  // Nobody may have the address there, and that is not the caller's to know unless somebody answers.
  if (answers === undefined) return isAnswered ? true : undefined
  return isAnswered === answers
}
