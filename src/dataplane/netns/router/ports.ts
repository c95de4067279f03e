/** Ports: a veth from a subnet's bridge into the workload's namespace. */
import { closeSync, openSync } from 'node:fs'
import { addAddress, removeAddress } from '../kernel/addresses.ts'
import { removeLinks } from '../kernel/link-removal.ts'
import { addVeth, changeLink, findLink, type Link, MTU } from '../kernel/links.ts'
import { within } from '../kernel/namespaces.ts'
import { type Netlink, openNetlink, type Request } from '../kernel/netlink.ts'
import { addRoute, removeRoute } from '../kernel/routes.ts'
import { writeSysctl } from '../kernel/sysctls.ts'
import { DEVICE_GROUP } from '../names.ts'
import type { DesiredPort } from './desired.ts'
import { leftover, type PortStep, portSteps, readWorkload } from './workloads.ts'

/** After a rename there is more to be done, and once more where the workload took something away meanwhile. */
const MAX_LOOKS = 4

/**
 * Makes the link. The workload's end comes into being in its namespace, under a name that nobody else has, and stays
 * down until it has all that it needs: whoever is killed in between leaves what the next look completes.
 */
export function attachPort(router: Netlink, port: DesiredPort, bridge: number): void {
  const { name, alias, firstName, mac, workload } = port
  const near = { name, group: DEVICE_GROUP, mtu: MTU, master: bridge, isUp: true }
  const fd = openSync(workload.netns, 'r')
  try {
    const requests = [addVeth(near, { name: firstName, mac }, fd), changeLink(0, { name, alias })]
    const [first] = router.run(requests)
    if (first?.code === 'EEXIST') {
      // The router has no such device: it is the workload that has what is left of an earlier one.
      within(workload.netns, () => {
        using netlink = openNetlink()
        const left = findLink(netlink, firstName)
        if (left !== undefined) removeOne(netlink, left)
      })
      router.must(...requests)
    } else if (first !== undefined) throw first
  } finally {
    closeSync(fd)
  }
  equipPort(router, port)
}

/** Makes the workload's end what it ought to be. */
export function equipPort(router: Netlink, port: DesiredPort): void {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const state = readWorkload(router, port, findLink(router, port.name))
    const { end } = state
    if (end === undefined) throw new Error(`its interface is not in ${port.workload.netns}`)
    const left = leftover(port, state)
    const steps = portSteps(port, end, state)
    if (left === undefined && steps.length === 0) return
    within(port.workload.netns, () => {
      using netlink = openNetlink()
      if (left !== undefined) removeOne(netlink, left)
      for (const step of steps) take(netlink, end.index, step)
    })
  }
  throw new Error(`somebody in ${port.workload.netns} keeps changing ${port.workload.device}`)
}

function take(netlink: Netlink, device: number, step: PortStep): void {
  if (step.do === 'set sysctl') writeSysctl(step.name, step.value)
  else netlink.must(requestOf(device, step))
}

function requestOf(device: number, step: Exclude<PortStep, { do: 'set sysctl' }>): Request {
  switch (step.do) {
    case 'change':
      return changeLink(device, step.settings)
    case 'add address':
      return addAddress(device, step.block)
    case 'remove address':
      return removeAddress(device, step.block)
    case 'add route':
      return addRoute(step.route)
    case 'remove route':
      return removeRoute(step.route)
  }
}

function removeOne(netlink: Netlink, link: Link): void {
  const [outcome] = removeLinks(netlink, [link], [link])
  if (outcome instanceof Error) throw outcome
}
