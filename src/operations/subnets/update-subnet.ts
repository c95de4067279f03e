import { invalidInput } from '../../rules/refusal.ts'
import type { Subnet } from '../../rules/subnet.ts'
import { changedDhcpOptions, type DhcpOptionChange } from '../../rules/subnet-dhcp.ts'
import { changedDns, type DnsChange } from '../../rules/subnet-dns.ts'
import { freeV6 } from '../../rules/subnet-v6.ts'
import { writing } from '../operation.ts'
import { loadNestedSubnet, type NestedSubnet } from './load-subnet.ts'
import { refuseCoveredRoutes } from './refuse-covered-routes.ts'
import { syncRoutes } from './sync-routes.ts'

export interface SubnetChange extends NestedSubnet {
  readonly name: string
  /** Undefined: stays as it is; likewise below. */
  readonly description: string | undefined
  readonly dhcpEnable: boolean | undefined
  readonly ipv6Enable: boolean | undefined
  readonly dns: DnsChange
  readonly extraDhcpOpts: readonly DhcpOptionChange[]
}

/** IPv6 can be switched on later, and not off again: addresses of it may be in use. */
export const updateSubnet = writing<SubnetChange, Subnet>('updateSubnet', async (tx, context, change) => {
  const subnet = await loadNestedSubnet(tx, context, change)
  const gainsV6 = change.ipv6Enable === true && subnet.v6 === undefined
  if (change.ipv6Enable === false && subnet.v6 !== undefined) {
    throw invalidInput('ipv6_enable', 'cannot be switched off')
  }
  const after: Subnet = {
    ...subnet,
    name: change.name,
    description: change.description ?? subnet.description,
    dhcpEnable: change.dhcpEnable ?? subnet.dhcpEnable,
    v6: gainsV6 ? freeV6(subnet.vpcId, await tx.subnetsOfVpc(subnet.vpcId)) : subnet.v6,
    dnsList: changedDns(subnet.dnsList, change.dns),
    extraDhcpOpts: changedDhcpOptions(subnet.extraDhcpOpts, change.extraDhcpOpts),
    updatedAt: context.now,
  }
  if (gainsV6) await refuseCoveredRoutes(tx, after)
  await tx.updateSubnet(after)
  if (gainsV6) await syncRoutes(tx, context, after)
  return after
})
