/**
 * Elements of nftables' sets as the kernel has them, in bytes (linux/netfilter/nf_tables.h). libnftables lists them
 * too, but takes longer the more there are, and its JSON does not hold numbers of 64 bits.
 */
import { eachAttribute } from './messages.ts'
import type { Netlink } from './netlink.ts'

export const NETLINK_NETFILTER = 12

/** From the first key to the last one, which is the same where it is one. */
export interface SetElement {
  readonly first: Buffer
  readonly last: Buffer
}

/** NFNL_SUBSYS_NFTABLES and NFT_MSG_GETSETELEM. */
const GET_ELEMENTS = (10 << 8) | 13
/** Bytes of struct nfgenmsg, before the attributes. */
const HEADER = 4
const LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const
const ELEMENT = { KEY: 1, LAST: 10 } as const
const VALUE = 1

/** Undefined stands for one that is more than its keys: it times out, or has a comment. */
export function dumpElements(
  netlink: Netlink,
  family: number,
  table: string,
  set: string,
): readonly (SetElement | undefined)[] {
  const elements: (SetElement | undefined)[] = []
  netlink.dump(
    {
      type: GET_ELEMENTS,
      flags: 0,
      write: (to) => {
        to.struct(family)
        to.text(LIST.TABLE, table)
        to.text(LIST.SET, set)
      },
    },
    (bytes, start, end) => {
      eachAttribute(bytes, start + HEADER, end, (type, from, to) => {
        if (type !== LIST.ELEMENTS) return
        eachAttribute(bytes, from, to, (_, first, last) => elements.push(readElement(bytes, first, last)))
      })
    },
    () => {
      elements.length = 0
    },
  )
  return elements
}

function readElement(bytes: Buffer, start: number, end: number): SetElement | undefined {
  let first: Buffer | undefined
  let last: Buffer | undefined
  let isPlain = true
  eachAttribute(bytes, start, end, (type, from, to) => {
    if (type === ELEMENT.KEY) first = readValue(bytes, from, to)
    else if (type === ELEMENT.LAST) last = readValue(bytes, from, to)
    else isPlain = false
  })
  return isPlain && first !== undefined ? { first, last: last ?? first } : undefined
}

function readValue(bytes: Buffer, start: number, end: number): Buffer | undefined {
  let value: Buffer | undefined
  eachAttribute(bytes, start, end, (type, from, to) => {
    if (type === VALUE) value = Buffer.from(bytes.subarray(from, to))
  })
  return value
}
