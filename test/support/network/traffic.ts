/** Real packets between places, and whether they and their answers arrive. */
import type { Addresses, Place } from './site.ts'

/** Long enough for a busy machine; what arrives, arrives in a millisecond. */
const ARRIVES_WITHIN_S = 10
/** For what takes a whole service to happen, which may just have been started. */
const COMES_TRUE_WITHIN_S = 30
/** For what ought not to arrive. */
const LOST_AFTER_S = 0.3

const MS_PER_S = 1000
/** Of a link, in bytes; and what of it the headers of IP and ICMP take. */
const MTU = 1500
const HEADERS = { v4: 28, v6: 48 } as const
/** Many segments, so that a window of full ones is under way. */
const TCP_BYTES = 4_000_000

const FAMILIES = ['v4', 'v6'] as const
export type Family = (typeof FAMILIES)[number]

/** `one way`: a packet arrives, whether or not an answer to it does; `ping` and `tcp`: answers come back. */
export type Carried = Readonly<Record<`${'one way' | 'ping' | 'tcp'} ${Family}`, boolean>>

export const ALL: Carried = outcome(true)
export const NONE: Carried = outcome(false)

/**
 * What goes from one to another: packets, pings that fill the link and may not be fragmented, and connections that
 * carry megabytes. `expected` only says how long to wait.
 */
export async function carried(from: Place, to: Pick<Place, 'addresses' | 'workload'>, expected: boolean) {
  const nonces = FAMILIES.map((family) => `${family}-${++sent}`)
  for (const [at, family] of FAMILIES.entries()) {
    // Where it cannot be sent, it does not arrive.
    await from.workload.tell('send', { to: to.addresses[family], nonce: nonces[at] ?? '' })
  }
  const [ping4, ping6, tcp4, tcp6] = await Promise.all([
    ...FAMILIES.map((family) => ping(from, to.addresses, family, expected)),
    ...FAMILIES.map((family) => tcp(from, to.addresses, family, expected)),
  ])
  // All that came after them has arrived, or has had its time.
  const heard = new Set((await to.workload.tell('heard', null)).map(([nonce]) => nonce))
  const [oneWay4, oneWay6] = nonces.map((nonce) => heard.has(nonce))
  return {
    ...{ 'one way v4': oneWay4 === true, 'one way v6': oneWay6 === true },
    ...{ 'ping v4': ping4 === true, 'ping v6': ping6 === true, 'tcp v4': tcp4 === true, 'tcp v6': tcp6 === true },
  } satisfies Carried
}

let sent = 0

function outcome(is: boolean): Carried {
  return { 'one way v4': is, 'one way v6': is, 'ping v4': is, 'ping v6': is, 'tcp v4': is, 'tcp v6': is }
}

/** One ping as large as the link takes, or of another size in bytes with all headers. */
export async function ping(
  { workload }: Place,
  addresses: Addresses,
  family: Family,
  expected: boolean,
  size: number = MTU,
): Promise<boolean> {
  const args = [
    '-n',
    '-q',
    '-c',
    '1',
    '-M',
    'do',
    '-s',
    String(size - HEADERS[family]),
    '-W',
    String(waitFor(expected)),
  ]
  return (await workload.tell('run', { program: 'ping', args: [...args, addresses[family]] })).ok
}

async function tcp({ workload }: Place, addresses: Addresses, family: Family, expected: boolean): Promise<boolean> {
  const timeoutMs = waitFor(expected) * MS_PER_S
  return (await workload.tell('tcp', { to: addresses[family], bytes: TCP_BYTES, timeoutMs })) === null
}

function waitFor(expected: boolean): number {
  return expected ? ARRIVES_WITHIN_S : LOST_AFTER_S
}

/** Resolves when the condition holds, and rejects when it does not in time. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + COMES_TRUE_WITHIN_S * MS_PER_S
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`in ${COMES_TRUE_WITHIN_S} s it did not come true that ${what}`)
  }
}
