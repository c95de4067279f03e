import { type Attachment, attachmentOf, notAttached } from '../../rules/attachment.ts'
import type { PortId } from '../../rules/ids.ts'
import type { Port } from '../../rules/port.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'
import { reading } from '../operation.ts'
import { loadAttachable } from './load-attachable.ts'

export interface AttachedPort {
  readonly port: Port
  readonly attachment: Attachment
  /** The one that the port lies in. */
  readonly subnet: Subnet
}

export const showAttachment = reading<PortId, AttachedPort>('showAttachment', async (tx, context, id) =>
  attachedPort(tx, await loadAttachable(tx, context, id)),
)

export async function attachedPort(tx: ReadTransaction, port: Port): Promise<AttachedPort> {
  const attachment = attachmentOf(port)
  if (attachment === undefined) throw notAttached(port.id)
  const subnet = await tx.subnet(port.networkId)
  if (subnet === undefined) throw new Error(`port ${port.id} lies in a subnet that is not there`)
  return { port, attachment, subnet }
}
