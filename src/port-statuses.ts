/** Keeps the `status` of attached ports, which the clouds' own API tells, equal to what the network makes of them. */
import type { IntendedRouter, RouterReport } from './dataplane/dataplane.ts'
import { findMarks, markPorts, type PortMark } from './operations/network/mark-ports.ts'
import type { VpcId } from './rules/ids.ts'
import { faultOfPort } from './rules/readiness.ts'
import type { Store } from './store/store.ts'

/** To be called with what the driver was asked, and what it has reported, before anybody is told that it is done. */
export type TellStatuses = (routers: readonly IntendedRouter[], reports: readonly RouterReport[]) => Promise<void>

export function createPortStatuses(store: Pick<Store, 'read' | 'write'>): TellStatuses {
  /** What was told last, as text; of a VPC of which it is told again nothing need be looked up. */
  const told = new Map<VpcId, string>()
  return async (routers, reports) => {
    const failuresOf = new Map(reports.map(({ vpcId, failures }) => [vpcId, failures]))
    const news = routers.flatMap(({ vpcId, generation, network }) => {
      const failures = failuresOf.get(vpcId)
      if (failures === undefined) return []
      const marks = (network?.ports ?? []).flatMap((port): readonly PortMark[] => {
        if (port.workload === undefined) return []
        const status = faultOfPort(failures, port) === undefined ? 'ACTIVE' : 'DOWN'
        return [{ id: port.id, attachment: port.workload, status }]
      })
      // With the generation: a port may have been detached and attached again since, which made it DOWN.
      const text = marks.length === 0 ? undefined : `${generation} ${JSON.stringify(marks)}`
      return told.get(vpcId) === text ? [] : [{ vpcId, marks, text }]
    })
    if (news.length === 0) return
    const marks = await store.read(
      findMarks,
      news.flatMap((each) => each.marks),
    )
    if (marks.length > 0) await store.write(markPorts, marks)
    for (const { vpcId, text } of news) {
      if (text === undefined) told.delete(vpcId)
      else told.set(vpcId, text)
    }
  }
}
