import type { PortId } from '../../rules/ids.ts'
import { refuseAttached } from '../../rules/port.ts'
import { writing } from '../operation.ts'
import { loadPort } from './load-port.ts'

export const deletePort = writing<PortId, void>('deletePort', async (tx, context, id) => {
  const port = await loadPort(tx, context, id)
  refuseAttached(port)
  await tx.deletePort(port)
})
