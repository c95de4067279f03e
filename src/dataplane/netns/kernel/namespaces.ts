/**
 * Network namespaces with names: files in /run/netns on which a namespace is mounted, made as `ip netns` makes them,
 * so that `ip netns list` and `ip -n` show ours and we see theirs. A file without a mount is what is left where
 * somebody was killed in the middle: it is nobody's, and is completed or removed.
 */
import { closeSync, mkdirSync, openSync, readdirSync, statfsSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { NAMESPACE_FOLDER, NSFS_MAGIC } from '../names.ts'
import { lockFile, MOUNT, mount, SystemError, setns, unmount, unshareNetwork } from './libc.ts'

/** Of the thread, which need not be where the process is. */
const OWN = '/proc/thread-self/ns/net'

/** Where the thread is: undefined until it was somewhere else for the first time. */
let here: number | undefined

export function namespacePath(name: string): string {
  return join(NAMESPACE_FOLDER, name)
}

/**
 * What `act` gives, which runs with this thread in the namespace at `path`; it must not be asynchronous. Throws where
 * there is no namespace at `path`. May be nested.
 */
export function within<T>(path: string, act: () => T): T {
  const there = openSync(path, 'r')
  try {
    const back = home()
    setns(there)
    here = there
    try {
      return act()
    } finally {
      setns(back)
      here = back
    }
  } finally {
    closeSync(there)
  }
}

/** Makes a namespace, or completes one that was half made; nothing where it is there. Whether it was made. */
export function createNamespace(name: string): boolean {
  const path = namespacePath(name)
  if (isNamespace(path)) return false
  prepareFolder()
  closeSync(openSync(path, 'a', 0o444))
  const back = home()
  unshareNetwork()
  try {
    mount(OWN, path, MOUNT.BIND)
  } finally {
    setns(back)
  }
  return true
}

/** Takes the name from a namespace, which is gone once nobody is in it. Whether there was anything of that name. */
export function removeNamespace(name: string): boolean {
  const path = namespacePath(name)
  try {
    // Mounted more than once, should two have made it at the same time.
    while (isNamespace(path)) unmount(path)
    unlinkSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** All names in /run/netns, half-made ones too. */
export function namespaceNames(): readonly string[] {
  try {
    return readdirSync(NAMESPACE_FOLDER)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Whether a network namespace is mounted there, or it is a process's. */
export function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === NSFS_MAGIC
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Its inode, by which a namespace is told from another at the same path; undefined: there is none. */
export function inodeOf(path: string): number | undefined {
  return isNamespace(path) ? statSync(path).ino : undefined
}

function home(): number {
  here ??= openSync(OWN, 'r')
  return here
}

/** What is mounted in the folder must be seen in other mount namespaces, and vanish there when it is unmounted here. */
function prepareFolder(): void {
  mkdirSync(NAMESPACE_FOLDER, { recursive: true, mode: 0o755 })
  // Only once is more to be done, and then by one at a time: whoever may read the folder can hold its lock for ever.
  if (shareFolder()) return
  const folder = openSync(NAMESPACE_FOLDER, 'r')
  try {
    // `ip netns` takes the same lock: two that bind the folder at once would hide each other's mounts.
    lockFile(folder)
    if (shareFolder()) return
    mount(NAMESPACE_FOLDER, NAMESPACE_FOLDER, MOUNT.BIND | MOUNT.REC)
    mount('', NAMESPACE_FOLDER, MOUNT.SHARED | MOUNT.REC)
  } finally {
    closeSync(folder)
  }
}

/** False: nothing is mounted on the folder yet that could be shared. */
function shareFolder(): boolean {
  try {
    mount('', NAMESPACE_FOLDER, MOUNT.SHARED | MOUNT.REC)
    return true
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EINVAL') return false
    throw error
  }
}

/** Whether this thread may make namespaces and enter them. */
export function isNetworkAdmin(): boolean {
  const back = home()
  try {
    unshareNetwork()
    setns(back)
    return true
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EPERM') return false
    throw error
  }
}
