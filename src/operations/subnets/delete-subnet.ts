import { Refusal } from '../../rules/refusal.ts'
import { writing } from '../operation.ts'
import { loadNestedSubnet, type NestedSubnet } from './load-subnet.ts'
import { syncRoutes } from './sync-routes.ts'

/** What is still in use is refused with 409, never with 400: clients take a 400 here for *already gone*. */
export const deleteSubnet = writing<NestedSubnet, void>('deleteSubnet', async (tx, context, which) => {
  const subnet = await loadNestedSubnet(tx, context, which)
  const port = await tx.anyPortIn(subnet.id)
  if (port !== undefined) {
    throw new Refusal('subnet_has_ports', `Subnet ${subnet.id} is used by port ${port.id}; delete its ports first.`, {
      portId: port.id,
    })
  }
  await tx.deleteSubnet(subnet)
  await syncRoutes(tx, context, subnet)
})
