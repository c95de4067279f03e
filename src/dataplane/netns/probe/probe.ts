/**
 * One echo with a real packet, from where a workload is. By a socket of our own and not by `ping`: it needs no package,
 * no process, no text of a version and language to be read, and it sees errors as the numbers that they are. The socket
 * is opened inside the workload's namespace and then looked at between other work, so that nothing waits for it.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { parseAddress, spellAddress } from '../../../rules/address.ts'
import type { Probe, ProbeResult } from '../../../rules/probe.ts'
import type { Workload } from '../../dataplane.ts'
import { within } from '../kernel/namespaces.ts'
import { ECHO_HEADER, echoRequest, IP_HEADER, type IpFamily, verdictOf } from './icmp.ts'
import { type IcmpSocket, openIcmpSocket } from './icmp-socket.ts'

/** Milliseconds that an answer may take. On one host it takes less than one; a neighbour that was lost, a second. */
export const PROBE_TIMEOUT_MS = 1000
/** Milliseconds in which an answer is looked for at every turn of the event loop, so that its time is exact. */
const EAGER_MS = 5
/** Milliseconds between looks after that. */
const LOOK_EVERY_MS = 1
/** Messages read in one look: the workload gets others too, and may be flooded with them. */
const MOST_AT_ONCE = 64

/** `workload`: of the probe's port. Rejects only for what is no address, or a size without room for an echo. */
export async function runProbe(probe: Probe, { netns, inode, device }: Workload): Promise<ProbeResult> {
  const family: IpFamily = probe.from.includes(':') ? 6 : 4
  const payload = probe.size - IP_HEADER[family] - ECHO_HEADER
  if (payload < 0) throw new RangeError(`a packet of ${probe.size} bytes has no room for an echo`)
  const address = parseAddress(probe.to)
  if (address === undefined) throw new RangeError(`${probe.to} is no address`)
  // In the spelling that answers are read in.
  const to = spellAddress(address)
  const request = echoRequest(family, randomInt(0x1_0000), randomInt(0x1_0000), randomBytes(payload))
  try {
    using socket = within(netns, () => {
      // A path such as /proc/4711/ns/net may have come to mean another process.
      const isOther = inode !== undefined && statSync('/proc/thread-self/ns/net').ino !== inode
      return isOther ? undefined : openIcmpSocket(probe.from)
    })
    if (socket === undefined) return without('unavailable', `${netns} is not the namespace that was attached`)
    const start = performance.now()
    socket.send(request, to)
    return await answerTo(request, family, to, socket, start)
  } catch (error) {
    const { code, errno, message } = error as NodeJS.ErrnoException
    if (code === 'EMSGSIZE') return without('too_big', `${probe.size} bytes do not fit ${device}`)
    // Only what the system said: anything else is a mistake of ours.
    if (errno === undefined) throw error
    return without('unavailable', message)
  }
}

async function answerTo(
  request: Buffer,
  family: IpFamily,
  to: string,
  socket: IcmpSocket,
  start: number,
): Promise<ProbeResult> {
  for (;;) {
    const elapsed = performance.now() - start
    for (let count = 0; count < MOST_AT_ONCE; count++) {
      const message = socket.receive()
      if (message === undefined) break
      const verdict = verdictOf(family, request, to, message.from, message.bytes)
      if (verdict === undefined) continue
      const milliseconds = verdict.outcome === 'answered' ? performance.now() - start : undefined
      return { ...verdict, milliseconds }
    }
    if (elapsed >= PROBE_TIMEOUT_MS) return without('lost', `no answer within ${PROBE_TIMEOUT_MS} ms`)
    await (elapsed < EAGER_MS ? setImmediate() : setTimeout(LOOK_EVERY_MS))
  }
}

function without(outcome: ProbeResult['outcome'], detail: string): ProbeResult {
  return { outcome, detail, milliseconds: undefined }
}
