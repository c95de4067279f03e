/**
 * Waiting until links carry packets. When a device hears that its other end is up, the kernel sends through it only
 * after a worker of its own has seen to that; until then every packet is dropped.
 */
import { findLink } from './links.ts'
import type { Netlink } from './netlink.ts'

/** Milliseconds between looks. From Linux 6.8 on to look is to have it done, and one is enough. */
const LOOK_EVERY_MS = 1
/** On a machine that is so busy, a packet is lost; the link is there, and that is no failure. */
const MAX_LOOKS = 100

/** A bridge comes after its ports: it hears from them. */
export function settle(netlink: Netlink, names: Iterable<string>): void {
  for (const name of names) {
    for (let looks = 0; looks < MAX_LOOKS && findLink(netlink, name)?.isSettling === true; looks++) {
      Atomics.wait(bell, 0, 0, LOOK_EVERY_MS)
    }
  }
}

/** Rings never: only the time is waited for. */
const bell = new Int32Array(new SharedArrayBuffer(4))
