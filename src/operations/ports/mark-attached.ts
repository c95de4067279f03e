import { type Attachment, attachmentOf, isSame, notAttached } from '../../rules/attachment.ts'
import type { PortId } from '../../rules/ids.ts'
import type { Port, PortStatus } from '../../rules/port.ts'
import { writing } from '../operation.ts'
import { loadAttachable } from './load-attachable.ts'

export interface AttachedMark {
  readonly id: PortId
  readonly attachment: Attachment
  /** ACTIVE: the data plane has it. */
  readonly status: Extract<PortStatus, 'ACTIVE' | 'DOWN'>
}

/** Writes down what the data plane has made of an attachment; *not attached* where it is there no more. */
export const markAttached = writing<AttachedMark, Port>(
  'markAttached',
  async (tx, context, { id, attachment, status }) => {
    const port = await loadAttachable(tx, context, id)
    const now = attachmentOf(port)
    if (now === undefined || !isSame(now, attachment)) throw notAttached(id)
    if (port.status === status) return port
    const marked = { ...port, status }
    await tx.updatePort(marked)
    return marked
  },
)
