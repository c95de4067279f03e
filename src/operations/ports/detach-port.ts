import { type Attachment, detached, isSame } from '../../rules/attachment.ts'
import type { PortId } from '../../rules/ids.ts'
import { writing } from '../operation.ts'
import { loadAttachable } from './load-attachable.ts'
import { type AttachedPort, attachedPort } from './show-attachment.ts'

export interface Detachment {
  readonly id: PortId
  /** Only from this; undefined: from whatever it is attached to. */
  readonly from: Attachment | undefined
}

/** Gives the port as it was attached. Changes nothing where that is meanwhile to something else than `from`. */
export const detachPort = writing<Detachment, AttachedPort>('detachPort', async (tx, context, { id, from }) => {
  const before = await attachedPort(tx, await loadAttachable(tx, context, id))
  if (from === undefined || isSame(from, before.attachment)) await tx.updatePort(detached(before.port))
  return before
})
