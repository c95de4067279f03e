import { actingProject, requireAdmin } from '../../rules/access.ts'
import type { PortId } from '../../rules/ids.ts'
import { type Port, portNotFound } from '../../rules/port.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { type Context, reading } from '../operation.ts'

/**
 * A port of whatever project, for an admin. Who attaches can move interfaces into any namespace of the host, so that
 * its own people are told that it is not for them, and others that there is no such port.
 */
export async function loadAttachable(tx: ReadTransaction, { caller }: Context, id: PortId): Promise<Port> {
  const project = caller.admin ? undefined : actingProject(caller)
  const port = await tx.port(id)
  if (port === undefined || (project !== undefined && port.projectId !== project)) throw portNotFound(id)
  requireAdmin(caller)
  return port
}

/** Asked before anything of the host is looked at: who may not attach learns nothing of it. */
export const mayAttach = reading<PortId, void>('mayAttach', async (tx, context, id) => {
  await loadAttachable(tx, context, id)
})
