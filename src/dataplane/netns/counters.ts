/** What peerings have carried: counted by the kernel at the requester's end of each link. */
import { type PeeringId, parsePeeringId } from '../../rules/ids.ts'
import type { PeeringCounters } from '../dataplane.ts'
import { allCounters } from './kernel/links.ts'
import { isNamespace, namespacePath, within } from './kernel/namespaces.ts'
import { openNetlink } from './kernel/netlink.ts'
import { aliasOf, linkName, routerName } from './names.ts'
import { presentRouters } from './router/routers.ts'

const PREFIX = aliasOf('peering', '' as PeeringId)

export function peeringCounters(instance: string): readonly PeeringCounters[] {
  return presentRouters(instance).flatMap((vpcId) => {
    const path = namespacePath(routerName(instance, vpcId))
    // What is left of one that was half made, or one that is gone since it was listed.
    return isNamespace(path) ? within(path, countersHere) : []
  })
}

function countersHere(): readonly PeeringCounters[] {
  using netlink = openNetlink()
  return allCounters(netlink).flatMap(({ name, alias, sent, received }) => {
    const id = alias.startsWith(PREFIX) ? parsePeeringId(alias.slice(PREFIX.length)) : undefined
    if (id === undefined || name !== linkName(id, 'requester')) return []
    return [{ id, toAccepter: sent, toRequester: received }]
  })
}
