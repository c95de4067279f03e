import { type Attachment, attached, placeTaken } from '../../rules/attachment.ts'
import type { PortId } from '../../rules/ids.ts'
import { writing } from '../operation.ts'
import { loadAttachable } from './load-attachable.ts'
import { type AttachedPort, attachedPort } from './show-attachment.ts'

export interface NewAttachment {
  readonly id: PortId
  readonly attachment: Attachment
  /** This host's name. */
  readonly hostId: string
}

export interface Attaching extends AttachedPort {
  /** False: it was attached there before, and nothing was written. */
  readonly isNew: boolean
}

/** Writes down where a port is to be attached; the data plane does it when it learns of the commit. */
export const attachPort = writing<NewAttachment, Attaching>(
  'attachPort',
  async (tx, context, { id, attachment, hostId }) => {
    const before = await loadAttachable(tx, context, id)
    const after = attached(before, attachment, hostId)
    const isNew = after !== before
    if (isNew) {
      const holder = await tx.portAttachedAt(attachment)
      if (holder !== undefined) throw placeTaken(id, attachment, holder)
      await tx.updatePort(after)
    }
    return { ...(await attachedPort(tx, after)), isNew }
  },
)
