/**
 * The place that the demo runs in: its own network, mounts and processes, which the kernel takes down when the demo
 * ends; and, for an ordinary user, a user namespace, in which they are root over these and nothing else.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const IS_ROOT = process.getuid?.() === 0
const FLAGS = [
  ...(IS_ROOT ? [] : ['--user', '--map-root-user']),
  ...['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'],
]
/** A /run of one's own: names of network namespaces are files there. */
const SET_UP = 'mount -t tmpfs -o mode=0755 tmpfs /run && exec "$@"'

/** The program and arguments that run a command isolated. */
export function isolated(command: readonly string[]): [string, string[]] {
  return ['unshare', [...FLAGS, 'sh', '-c', SET_UP, 'sh', ...command]]
}

/** Why it cannot be done here, and how it could; nothing where it can. */
export function whatIsMissing(): readonly string[] {
  if (process.platform !== 'linux') return ['The demo needs Linux: VPCs are network namespaces of its kernel.']
  const [program, args] = isolated(['sh', '-c', ':'])
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (error !== undefined) return ['The demo needs the program unshare: apt-get install util-linux.']
  if (status === 0) return []
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const who = IS_ROOT ? 'root' : 'an ordinary user'
  return [`The demo needs namespaces of its own, and ${who} may not make them here: ${said}`, ...reasons()]
}

function reasons(): readonly string[] {
  if (IS_ROOT) {
    return ['In a container: give it CAP_SYS_ADMIN and CAP_NET_ADMIN, such as with docker run --privileged.']
  }
  const found = [
    [setting('user/max_user_namespaces') === '0', 'sysctl user.max_user_namespaces=10000'],
    [setting('kernel/unprivileged_userns_clone') === '0', 'sysctl kernel.unprivileged_userns_clone=1'],
    [
      setting('kernel/apparmor_restrict_unprivileged_userns') === '1',
      'sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    ],
  ] as const
  const commands = found.filter(([isOff]) => isOff).map(([, command]) => command)
  if (commands.length > 0) return [`As root: ${commands.join('; ')}. Or run the demo as root.`]
  return ['Run it as root. In a container, whose rules forbid it too: outside of it, or docker run --privileged.']
}

function setting(path: string): string | undefined {
  const file = `/proc/sys/${path}`
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
