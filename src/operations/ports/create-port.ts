import { requireAdmin } from '../../rules/access.ts'
import type { PortId } from '../../rules/ids.ts'
import { type AddressWish, demandsOf, type FixedIp, isTenantsOwn, type Port } from '../../rules/port.ts'
import { writing } from '../operation.ts'
import { loadSubnet } from '../subnets/load-subnet.ts'
import { allotAddress } from './allot-address.ts'
import { freeMac } from './free-mac.ts'

export interface NewPort extends Omit<Port, 'id' | 'projectId' | 'macAddress' | 'fixedIps' | 'status'> {
  /** None: an address of each family that the subnet has. */
  readonly wishes: readonly AddressWish[]
}

export const createPort = writing<NewPort, Port>('createPort', async (tx, context, { wishes, ...input }) => {
  if (!isTenantsOwn(input)) requireAdmin(context.caller)
  const subnet = await loadSubnet(tx, context, input.networkId)
  const fixedIps: FixedIp[] = []
  for (const demand of demandsOf(subnet, wishes)) fixedIps.push(await allotAddress(tx, subnet, demand))
  const port: Port = {
    ...input,
    ...{ id: context.newId as PortId, projectId: subnet.projectId, fixedIps, status: 'DOWN' },
    macAddress: await freeMac(tx, context.newId),
  }
  await tx.insertPort(port)
  return port
})
