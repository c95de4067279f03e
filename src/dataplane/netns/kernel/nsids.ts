/** The numbers by which a namespace knows others (linux/net_namespace.h). */
import { closeSync, openSync } from 'node:fs'
import { eachAttribute, type MessageWriter } from './messages.ts'
import type { Netlink } from './netlink.ts'

const GETNSID = 90
const NETNSA_NSID = 1
const NETNSA_FD = 3
/** It knows it by none: no device here has its other end there. */
const NOT_ASSIGNED = -1

/** By what number the socket's namespace knows the one at `path`; undefined: by none. Throws where none is there. */
export function namespaceNumber(netlink: Netlink, path: string): number | undefined {
  const fd = openSync(path, 'r')
  try {
    let number = NOT_ASSIGNED
    const write = (to: MessageWriter) => {
      to.struct(0)
      to.u32(NETNSA_FD, fd)
    }
    netlink.get({ type: GETNSID, flags: 0, write }, (bytes, start, end) => {
      eachAttribute(bytes, start + 4, end, (type, from) => {
        if (type === NETNSA_NSID) number = bytes.readInt32LE(from)
      })
    })
    return number === NOT_ASSIGNED ? undefined : number
  } finally {
    closeSync(fd)
  }
}
