/** A router as it really is, read whole and once for each pass. */
import type { VpcId } from '../../../rules/ids.ts'
import { type Address, allAddresses, allNeighbours, type Neighbour } from '../kernel/addresses.ts'
import { allLinks, type Link } from '../kernel/links.ts'
import type { Netlink } from '../kernel/netlink.ts'
import { namespaceNumber } from '../kernel/nsids.ts'
import { ourRoutes, ourRules, type Route, type Rule } from '../kernel/routes.ts'
import { readRouterSysctls } from '../kernel/sysctls.ts'

export interface ActualRouter {
  /** All devices by name, those of others too. */
  readonly links: ReadonlyMap<string, Link>
  readonly addresses: readonly Address[]
  readonly neighbours: readonly Neighbour[]
  /** Only those that carry our protocol. */
  readonly routes: readonly Route[]
  readonly rules: readonly Rule[]
  readonly sysctls: ReadonlyMap<string, string>
  /** By what number it knows the routers that its peerings lead to; those that it does not know are not in it. */
  readonly namespaces: ReadonlyMap<VpcId, number>
}

/** Of the router that the thread is in. `far`: where the routers are that its peerings lead to. */
export function readRouter(netlink: Netlink, far: ReadonlyMap<VpcId, string>): ActualRouter {
  // First: the kernel gives a namespace its number when it first tells of a link that leads there. To ask for the
  // number before would find none for the other end of a link whose maker was killed, and have the link made anew.
  const links = new Map(allLinks(netlink).map((link) => [link.name, link]))
  const namespaces = new Map<VpcId, number>()
  for (const [vpcId, path] of far) {
    const number = namespaceNumber(netlink, path)
    if (number !== undefined) namespaces.set(vpcId, number)
  }
  return {
    links,
    addresses: allAddresses(netlink, 0),
    neighbours: allNeighbours(netlink),
    routes: ourRoutes(netlink),
    rules: ourRules(netlink),
    sysctls: readRouterSysctls(),
    namespaces,
  }
}
