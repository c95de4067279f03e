/**
 * Who may send what, in a router: P6 at its peerings, and at its ports only what is the port's own. The rules are in
 * guard-tables.ts; here they are compared with what is there, and the difference is made in one transaction.
 */
import type { IntendedNetwork } from '../../dataplane.ts'
import { openNetlink } from '../kernel/netlink.ts'
import { type Elements, elementsOf, spellElement } from './guard-elements.ts'
import {
  type GuardFamily,
  listElements,
  listTables,
  SETS,
  type SetName,
  type Spelled,
  tableText,
  wantedTables,
} from './guard-tables.ts'
import { runNft } from './nft.ts'
import { NETLINK_NETFILTER, readGeneration, type SetElement } from './nft-netlink.ts'

/** Commands in nft's language, and how many tables and elements they change. */
export interface GuardChanges {
  readonly commands: readonly string[]
  readonly changes: number
}

/**
 * What was right when it was read, by the cookie of its namespace: the kernel's number of that state, and what ought to
 * be there. To list rules takes 2 ms, most of a look at a small router, and to ask for the number next to nothing. It
 * is no memory of what we did: where the number is the same, the kernel says that nothing has changed since.
 */
const right = new Map<bigint, string>()
/** Namespaces come and go; this is more than the routers of one host. */
const MAX_RIGHT = 20_000

/**
 * Makes the guards of the router that the thread is in what they ought to be; how many tables and elements were
 * changed, 0 where nothing differed. Throws an Error with nft's words, and has then changed nothing.
 *
 * To be called before a port's interface is made, and not to be passed over where it fails: only with the first port
 * comes the table that guards ports, since a router without any is looked at often and should cost little.
 */
export function syncGuards(network: IntendedNetwork): number {
  using netlink = openNetlink(NETLINK_NETFILTER)
  const cookie = netlink.namespaceCookie()
  // Read before the rules are: a change meanwhile gives them another number than the one that is kept.
  const state = `${readGeneration(netlink)} ${spellIntent(network)}`
  if (cookie !== undefined && right.get(cookie) === state) return 0
  const { commands, changes } = guardChanges(network, wantedTables(), listTables(), listElements)
  if (commands.length > 0) runNft(commands.join('\n'))
  else if (cookie !== undefined) {
    if (right.size >= MAX_RIGHT) right.clear()
    right.set(cookie, state)
  }
  return changes
}

/** All that guards are made of. */
function spellIntent({ ports }: IntendedNetwork): string {
  const guarded = ports.filter(({ workload }) => workload !== undefined)
  return JSON.stringify(guarded.map(({ id, macAddress, addresses, allowed }) => [id, macAddress, addresses, allowed]))
}

/** Exported for its test. `listed` is asked only where there are sets to be read. */
export function guardChanges(
  network: IntendedNetwork,
  wanted: Spelled,
  there: Spelled,
  listed: () => Readonly<Record<SetName, Listed>>,
): GuardChanges {
  const hasPorts = network.ports.some(({ workload }) => workload !== undefined)
  const elements = elementsOf(network.ports)
  const ofBridge = tableChanges('bridge', hasPorts ? wanted.bridge : undefined, there.bridge)
  const before = hasPorts && ofBridge.changes === 0 ? listed() : NO_ELEMENTS
  const parts = [
    tableChanges('inet', wanted.inet, there.inet),
    ofBridge,
    ...(hasPorts ? setNames().map((name) => elementChanges(name, elements, before[name])) : []),
  ]
  return {
    commands: parts.flatMap(({ commands }) => commands),
    changes: parts.reduce((sum, { changes }) => sum + changes, 0),
  }
}

type Listed = readonly (SetElement | undefined)[]
const NO_ELEMENTS: Readonly<Record<SetName, Listed>> = { macs: [], ports4: [], ports6: [], hosts4: [], hosts6: [] }

/** A table whose rules differ is made anew, and its elements with it. */
function tableChanges(family: GuardFamily, wanted: string | undefined, there: string | undefined): GuardChanges {
  if (wanted === there) return { commands: [], changes: 0 }
  const commands = [
    ...(there === undefined ? [] : [`delete table ${family} causeway`]),
    ...(wanted === undefined ? [] : [tableText(family)]),
  ]
  return { commands, changes: 1 }
}

/** Elements that are not spelled as ours, such as one that times out, cannot be told one by one: the set is emptied. */
function elementChanges(name: SetName, elements: Elements, listed: Listed): GuardChanges {
  const read = listed.map((element) => element && spellElement(name, element))
  const foreign = read.filter((each) => each === undefined).length
  const there = new Set(foreign > 0 ? [] : read.filter((each) => each !== undefined))
  const extra = [...there].filter((each) => !elements[name].has(each))
  const missing = [...elements[name]].filter((each) => !there.has(each))
  const commands = [
    ...(foreign > 0 ? [`flush set bridge causeway ${name}`] : []),
    // First, since the kernel takes no element that overlaps one which is there.
    ...elementCommand('delete', name, extra),
    ...elementCommand('add', name, missing),
  ]
  return { commands, changes: foreign + extra.length + missing.length }
}

function elementCommand(verb: 'add' | 'delete', name: SetName, elements: readonly string[]): readonly string[] {
  return elements.length === 0 ? [] : [`${verb} element bridge causeway ${name} { ${elements.join(', ')} }`]
}

function setNames(): readonly SetName[] {
  return Object.keys(SETS) as SetName[]
}
