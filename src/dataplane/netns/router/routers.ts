/** Routers as a whole: a network namespace each. */
import type { VpcId } from '../../../rules/ids.ts'
import { removeLinks } from '../kernel/link-removal.ts'
import { allLinks, changeLink, type Link } from '../kernel/links.ts'
import {
  createNamespace,
  isNamespace,
  namespaceNames,
  namespacePath,
  removeNamespace,
  within,
} from '../kernel/namespaces.ts'
import { openNetlink } from '../kernel/netlink.ts'
import { ROUTER_SYSCTLS, writeSysctl } from '../kernel/sysctls.ts'
import { routerName, vpcOfRouter } from '../names.ts'

/** From linux/if.h: lo is the first device of every namespace. */
const LOOPBACK = 1

/** Makes a router that forwards, and has nothing yet to forward. Whether it was made. */
export function ensureRouter(instance: string, vpcId: VpcId): boolean {
  const name = routerName(instance, vpcId)
  if (!createNamespace(name)) return false
  within(namespacePath(name), () => {
    for (const [sysctl, value] of Object.entries(ROUTER_SYSCTLS)) writeSysctl(sysctl, value)
    using netlink = openNetlink()
    netlink.must(changeLink(LOOPBACK, { isUp: true }))
  })
  return true
}

/**
 * Removes a router and all that is in it. What leads out of it goes first: a namespace lives on while a process is in
 * it, and even without one it is only cleaned up later. Whether there was one, or what was left of one.
 */
export function removeRouter(instance: string, vpcId: VpcId): boolean {
  const name = routerName(instance, vpcId)
  const path = namespacePath(name)
  if (isNamespace(path)) {
    within(path, () => {
      using netlink = openNetlink()
      const all = allLinks(netlink)
      const errors = removeLinks(netlink, all.filter(leadsOut), all).filter((each) => each instanceof Error)
      if (errors[0] !== undefined) throw errors[0]
    })
  }
  return removeNamespace(name)
}

/** VPCs that have a router, or what is left of one. */
export function presentRouters(instance: string): readonly VpcId[] {
  return namespaceNames().flatMap((name) => vpcOfRouter(instance, name) ?? [])
}

/** Only these are waited for: removing a device takes the kernel some 20 ms, and it does the others on its own. */
function leadsOut({ kind, peerNamespace }: Link): boolean {
  return kind === 'veth' && peerNamespace !== undefined
}
