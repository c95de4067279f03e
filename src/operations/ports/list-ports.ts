import { actingProject } from '../../rules/access.ts'
import type { PortId } from '../../rules/ids.ts'
import type { Port } from '../../rules/port.ts'
import type { Page } from '../../store/page.ts'
import type { PortQuery } from '../../store/ports.ts'
import { reading } from '../operation.ts'
import { type PageRequest, type PageResult, readPage } from '../page.ts'

export type PortFilter = Omit<PortQuery, keyof Page<PortId> | 'projectId'>

export interface PortList {
  readonly filter: PortFilter
  readonly page: PageRequest<PortId>
}

/** A page of the ports of the caller's project. */
export const listPorts = reading<PortList, PageResult<Port>>('listPorts', (tx, { caller }, { filter, page }) => {
  const projectId = actingProject(caller)
  return readPage(page, (range) => tx.ports({ ...filter, projectId, ...range }))
})
