/** The link of a peering: a veth with an end in each of the two routers. */
import { closeSync, openSync } from 'node:fs'
import { setNeighbour } from '../kernel/addresses.ts'
import { addVeth, changeLink, findLink, type LinkSettings, MTU, removeLink } from '../kernel/links.ts'
import { within } from '../kernel/namespaces.ts'
import { type Netlink, openNetlink, type Request } from '../kernel/netlink.ts'
import { PEERING_GROUP } from '../names.ts'
import { type DesiredLink, FAR_END, type LinkEnd } from './desired.ts'
import { isOurs } from './removals.ts'

/**
 * Makes it whole, both ends, so that a packet that comes in finds its way however soon routes lead there. `near`: the
 * socket in this router; `farPath`: the other router. Whether an earlier link was removed from there.
 */
export function addPeeringLink(near: Netlink, link: DesiredLink, farPath: string): boolean {
  const fd = openSync(farPath, 'r')
  let wasThere = false
  try {
    const add = addVeth({ ...settingsOf(link.near), isUp: true }, settingsOf(link.far), fd)
    const [first] = near.run([add, named(link.near)])
    if (first?.code === 'EEXIST') {
      // This end's name is free: the other router has what is left of an earlier link.
      within(farPath, () => removeLeftover(link.far.name))
      wasThere = true
      near.must(add, named(link.near))
    } else if (first !== undefined) throw first
  } finally {
    closeSync(fd)
  }
  within(farPath, () => {
    using far = openNetlink()
    far.must(changeLink(0, { name: link.far.name, alias: link.far.alias, isUp: true }))
    know(far, link.far, link.near)
  })
  know(near, link.near, link.far)
  return wasThere
}

function settingsOf({ name, mac }: LinkEnd): LinkSettings {
  return { name, mac, group: PEERING_GROUP, mtu: MTU }
}

/** The kernel takes no alias where a device is made. */
function named({ name, alias }: LinkEnd): Request {
  return changeLink(0, { name, alias })
}

function know(netlink: Netlink, { name }: LinkEnd, { mac }: LinkEnd): void {
  const index = findLink(netlink, name)?.index
  if (index === undefined) throw new Error(`${name} is gone as soon as it was made`)
  netlink.must(setNeighbour(index, FAR_END, mac))
}

function removeLeftover(name: string): void {
  using netlink = openNetlink()
  const link = findLink(netlink, name)
  if (link === undefined) return
  if (!isOurs(link)) throw new Error(`the other router has a device ${name} of somebody else`)
  netlink.must(removeLink(link.index))
}
