/**
 * Waiting until what was made carries packets: parts of it the kernel leaves to workers of its own, and drops packets
 * until they have run. When a device hears that its other end is up, it sends only after one of them has seen to that;
 * and an IPv6 address joins the group that its neighbours ask for it in another one.
 */
import { multicastGroups } from './addresses.ts'
import { AF_INET6, type Block } from './blocks.ts'
import { findLink } from './links.ts'
import type { Netlink } from './netlink.ts'

/** Milliseconds between looks; the workers take about as long. */
const LOOK_EVERY_MS = 0.2
/** On a machine that is so busy a packet is lost; what was made is there, and that is no failure. */
const MAX_LOOKS = 500

/** From Linux 6.8 on to look at a link is to have it done. A bridge comes after its ports: it hears from them. */
export function settleLinks(netlink: Netlink, names: Iterable<string>): void {
  for (const name of names) waitUntil(() => findLink(netlink, name)?.isSettling !== true)
}

/** `name`: of the device that has the addresses. */
export function settleAddresses(netlink: Netlink, name: string, addresses: readonly Block[]): void {
  const wanted = addresses.filter(({ family }) => family === AF_INET6).map(solicitedNode)
  const index = findLink(netlink, name)?.index
  if (wanted.length === 0 || index === undefined) return
  waitUntil(() => {
    const groups = multicastGroups(netlink, index)
    return wanted.every((group) => groups.has(group))
  })
}

function waitUntil(isDone: () => boolean): void {
  for (let looks = 0; looks < MAX_LOOKS && !isDone(); looks++) Atomics.wait(bell, 0, 0, LOOK_EVERY_MS)
}

/** Rings never: only the time is waited for. */
const bell = new Int32Array(new SharedArrayBuffer(4))

/** RFC 4291, section 2.7.1: the last 24 bits of the address. */
function solicitedNode({ bytes }: Block): string {
  return `ff0200000000000000000001ff${bytes.toString('hex', 13)}`
}
