/**
 * A port's workload on this host: the interface that the port is there, in a network namespace. Kept in the port's
 * binding, where the clouds' own API shows it to an admin: no second place could then say something else.
 */
import type { PortId } from './ids.ts'
import { isTenantsOwn, type Port } from './port.ts'
import { invalidInput, Refusal } from './refusal.ts'
import { isPrintable } from './text.ts'

/** The `device_owner` of what is attached here. */
export const ATTACHED_OWNER = 'causeway:netns'

/** Where a workload is; as the data plane takes it. */
export interface Attachment {
  /** Path of a network namespace, such as `/run/netns/web` or `/proc/4711/ns/net`. */
  readonly netns: string
  /** Where the path is of a process, and means another one when that is gone and its id is given again. */
  readonly inode: number | undefined
  /** Name of the interface there. */
  readonly device: string
}

export const DEFAULT_DEVICE = 'eth0'

/** Where `ip netns` keeps the names of namespaces. */
const NAMED = '/run/netns/'
/** Where it is kept for those who know it by its old name; one path for both, so that they are told to be the same. */
const OLD_NAMED = '/var/run/netns/'

const PROCESSES = '/proc/'

/** Characters; the name of a workload is made of it, and stands in `device_id`, which takes as many. */
const MAX_NETNS = 255
/** The largest id of a process that Linux gives (PID_MAX_LIMIT). */
const MAX_PID = 4_194_304

/** The path that is meant by a name, or by a path. */
export function parseNetns(text: string): string {
  const path = text.startsWith('/') ? text : NAMED + text
  const parts = path.slice(1).split('/')
  const isOneSpelling = parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (text === '' || (!text.startsWith('/') && text.includes('/')) || !isOneSpelling) {
    throw invalidInput('netns', "must be a name, or an absolute path without empty parts, '.' and '..'")
  }
  if (path.length > MAX_NETNS) throw invalidInput('netns', `must have at most ${MAX_NETNS} characters as a path`)
  if (!isPrintable(path)) throw invalidInput('netns', 'must have no control characters')
  return path.startsWith(OLD_NAMED) ? NAMED + path.slice(OLD_NAMED.length) : path
}

export function parsePid(pid: number): string {
  if (pid < 1 || pid > MAX_PID) throw invalidInput('pid', `must be 1 to ${MAX_PID}`)
  return `/proc/${pid}/ns/net`
}

/** The process whose namespace a path is. */
export function pidOf(netns: string): number | undefined {
  const digits = /^\/proc\/([1-9][0-9]*)\/(?:task\/[1-9][0-9]*\/)?ns\/net$/.exec(netns)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Whether a path is one of a process, such as of its files: it means another namespace when the id is given again. */
export function isOfProcess(netns: string): boolean {
  return netns.startsWith(PROCESSES)
}

/** As Linux takes the name of an interface, which it does not where it ends up as a name of its settings. */
export function parseDevice(text: string): string {
  const isName = /^[!-~]{1,15}$/.test(text) && !/[/:%]/.test(text)
  if (isName && !['.', '..', 'lo', 'all', 'default'].includes(text)) return text
  throw invalidInput(
    'device',
    "must be 1 to 15 visible ASCII characters but '/', ':' and '%', and no name of Linux's own",
  )
}

/** How a person would call the workload. */
function nameOf({ netns }: Attachment): string {
  if (netns.startsWith(NAMED)) return netns.slice(NAMED.length)
  const pid = pidOf(netns)
  return pid === undefined ? netns : `pid ${pid}`
}

/** The port's workload here; undefined: it has none, or something else than this service has attached it. */
export function attachmentOf({ deviceOwner, binding }: Pick<Port, 'deviceOwner' | 'binding'>): Attachment | undefined {
  const { netns, inode, device = DEFAULT_DEVICE } = binding.profile
  // An admin may write whatever they like into a profile by the port API.
  if (deviceOwner !== ATTACHED_OWNER || typeof netns !== 'string' || typeof device !== 'string') return undefined
  return { netns, device, inode: typeof inode === 'number' ? inode : undefined }
}

/** The port when it has just been attached: DOWN until the data plane has it. Refuses one that belongs to something. */
export function attached(port: Port, attachment: Attachment, hostId: string): Port {
  const { id, deviceId, deviceOwner } = port
  if (!port.adminStateUp) throw conflict(id, `Port ${id} carries nothing: its admin_state_up is false.`)
  const before = attachmentOf(port)
  if (before !== undefined && isSame(before, attachment)) return port
  if (before !== undefined)
    throw conflict(id, `Port ${id} is attached already, to ${before.device} in ${before.netns}.`)
  if (deviceOwner !== '' || !isTenantsOwn(port)) {
    throw conflict(id, `Port ${id} belongs to something else: device_owner '${deviceOwner}', device_id '${deviceId}'.`)
  }
  const { inode, ...place } = attachment
  return {
    ...{ ...port, status: 'DOWN', deviceOwner: ATTACHED_OWNER, deviceId: nameOf(attachment) },
    binding: { hostId, profile: { ...place, ...(inode !== undefined && { inode }) } },
  }
}

/** The port when nothing is attached to it any more. */
export function detached(port: Port): Port {
  return { ...port, status: 'DOWN', deviceOwner: '', deviceId: '', binding: { hostId: '', profile: {} } }
}

export function isSame(one: Attachment, other: Attachment): boolean {
  return one.netns === other.netns && one.inode === other.inode && one.device === other.device
}

/** Of a port that would be attached where another one is. */
export function placeTaken(id: PortId, { netns, device }: Attachment, holder: PortId): Refusal {
  return conflict(id, `Port ${holder} is ${device} in ${netns} already.`)
}

export function notAttached(id: PortId): Refusal {
  return new Refusal('attachment_not_found', `Port ${id} is attached to no workload of this host.`, { portId: id })
}

function conflict(id: PortId, message: string): Refusal {
  return new Refusal('attachment_conflict', message, { portId: id })
}
