/**
 * What the kernel itself has of nftables, in bytes (linux/netfilter/nf_tables.h). libnftables lists elements of sets
 * too, but takes longer the more there are, and its JSON does not hold numbers of 64 bits.
 */
import { eachAttribute, textAt } from '../kernel/messages.ts'
import type { Netlink } from '../kernel/netlink.ts'

export const NETLINK_NETFILTER = 12

/** From the first key to the last one, which is the same where it is one. */
export interface SetElement {
  readonly first: Buffer
  readonly last: Buffer
}

/** NFNL_SUBSYS_NFTABLES with NFT_MSG_GETTABLE, NFT_MSG_GETSETELEM and NFT_MSG_GETGEN. */
const GET_TABLES = (10 << 8) | 1
const GET_ELEMENTS = (10 << 8) | 13
const GET_GENERATION = (10 << 8) | 16
const GENERATION_ID = 1
/** Bytes of struct nfgenmsg, before the attributes. */
const HEADER = 4
const TABLE = { NAME: 1, FLAGS: 2 } as const
const LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const
const ELEMENT = { KEY: 1, LAST: 10 } as const
const VALUE = 1

/** The number of what the namespace has now of nftables: the kernel counts on with whatever changes it. */
export function readGeneration(netlink: Netlink): number {
  let generation: number | undefined
  netlink.get({ type: GET_GENERATION, flags: 0, write: (to) => to.struct(0) }, (bytes, start, end) => {
    eachAttribute(bytes, start + HEADER, end, (type, from) => {
      if (type === GENERATION_ID) generation = bytes.readUInt32BE(from)
    })
  })
  if (generation === undefined) throw new Error('nftables does not say which generation its rules are')
  return generation
}

/** By family (linux/netfilter.h), the flags of the tables of this name, such as that it is dormant: 0 for none. */
export function dumpTables(netlink: Netlink, name: string): ReadonlyMap<number, number> {
  const tables = new Map<number, number>()
  netlink.dump(
    { type: GET_TABLES, flags: 0, write: (to) => to.struct(0) },
    (bytes, start, end) => {
      let found: string | undefined
      let flags = 0
      eachAttribute(bytes, start + HEADER, end, (type, from, to) => {
        if (type === TABLE.NAME) found = textAt(bytes, from, to)
        if (type === TABLE.FLAGS) flags = bytes.readUInt32BE(from)
      })
      if (found === name) tables.set(bytes.readUInt8(start), flags)
    },
    () => tables.clear(),
  )
  return tables
}

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
