import { actingProject } from '../../rules/access.ts'
import type { PortId } from '../../rules/ids.ts'
import { type Port, portNotFound } from '../../rules/port.ts'
import type { ReadTransaction } from '../../store/store.ts'
import type { Context } from '../operation.ts'

/** The port, or *not found*, which is also the answer for one of another project. */
export async function loadPort(tx: ReadTransaction, { caller }: Context, id: PortId): Promise<Port> {
  const project = actingProject(caller)
  const port = await tx.port(id)
  if (port === undefined || port.projectId !== project) throw portNotFound(id)
  return port
}
