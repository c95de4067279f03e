import { type Attachment, attachmentOf, isSame } from '../../rules/attachment.ts'
import type { PortId } from '../../rules/ids.ts'
import type { Port, PortStatus } from '../../rules/port.ts'
import type { Body, ReadTransaction, WriteTransaction } from '../../store/store.ts'

/** What the network has made of an attachment. */
export interface PortMark {
  readonly id: PortId
  readonly attachment: Attachment
  /** ACTIVE: the network has it. */
  readonly status: Extract<PortStatus, 'ACTIVE' | 'DOWN'>
}

/** Those that are not as they were stored: a write that changes nothing would wait behind others for nothing. */
export const findMarks: Body<ReadTransaction, readonly PortMark[], readonly PortMark[]> = {
  name: 'findMarks',
  run: async (tx, marks) => {
    const ports = await Promise.all(marks.map(({ id }) => tx.port(id)))
    return marks.filter((mark, index) => isNews(mark, ports[index]))
  },
}

/** Writes them down, but for those of ports that are attached elsewhere by now, or to nothing. */
export const markPorts: Body<WriteTransaction, readonly PortMark[], void> = {
  name: 'markPorts',
  run: async (tx, marks) => {
    for (const mark of marks) {
      const port = await tx.port(mark.id)
      if (isNews(mark, port)) await tx.updatePort({ ...port, status: mark.status })
    }
  },
}

function isNews({ attachment, status }: PortMark, port: Port | undefined): port is Port {
  const now = port && attachmentOf(port)
  return now !== undefined && isSame(now, attachment) && port?.status !== status
}
