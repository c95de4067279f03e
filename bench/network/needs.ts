/** What the lines about the network take beside the rest of the bench. */
import { spawnSync } from 'node:child_process'

/** With the Debian packages that have them. */
const PROGRAMS = { ip: 'iproute2', iperf3: 'iperf3', nsenter: 'util-linux' } as const

/** Why packets cannot be measured here, in one sentence; undefined: they can. */
export function problemHere(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const missing = Object.entries(PROGRAMS).filter(([program]) => spawnSync(program, ['-V']).error !== undefined)
  if (missing.length > 0) return `apt-get install ${missing.map(([, debian]) => debian).join(' ')}`
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'network namespaces cannot be made here'
}
