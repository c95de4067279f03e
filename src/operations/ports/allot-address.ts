import { isUsable, spellAddress } from '../../rules/address.ts'
import { type Demand, type FixedIp, fixedIp } from '../../rules/port.ts'
import { Refusal } from '../../rules/refusal.ts'
import type { Subnet } from '../../rules/subnet.ts'
import type { ReadTransaction } from '../../store/store.ts'

/** The address that is demanded, or the lowest free one: writes run one after the other, so nobody else gets it. */
export async function allotAddress(tx: ReadTransaction, subnet: Subnet, demand: Demand): Promise<FixedIp> {
  const { pool, address } = demand
  if (address === undefined) return fixedIp(pool, await lowestOf(tx, subnet, demand))
  const holder = await tx.holderOf(subnet.id, spellAddress(address))
  if (holder === undefined) return fixedIp(pool, address)
  throw new Refusal('port_address_taken', `IP address ${spellAddress(address)} is in use by port ${holder}.`, {
    portId: holder,
  })
}

async function lowestOf(tx: ReadTransaction, { id }: Subnet, { pool }: Demand): Promise<bigint> {
  const lowest = await tx.lowestFreeAddress(id, pool.usable.first)
  // No port has the gateway's, so that it looks free.
  const free = lowest === pool.gateway ? await tx.lowestFreeAddress(id, pool.gateway + 1n) : lowest
  if (isUsable(pool, free)) return free
  throw new Refusal('port_subnet_full', `No more IP addresses available on network ${id}.`, { subnetId: id })
}
