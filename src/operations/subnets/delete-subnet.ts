import { writing } from '../operation.ts'
import { loadNestedSubnet, type NestedSubnet } from './load-subnet.ts'

/** What is still in use is refused with 409, never with 400: clients take a 400 here for *already gone*. */
export const deleteSubnet = writing<NestedSubnet, void>('deleteSubnet', async (tx, context, which) => {
  const subnet = await loadNestedSubnet(tx, context, which)
  await tx.deleteSubnet(subnet)
})
