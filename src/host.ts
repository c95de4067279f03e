/** The machine that the service runs on, as those see it who attach ports to workloads there. */
import type { Stats } from 'node:fs'
import { readdir, stat, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isRouterName, NAMESPACE_FOLDER, NSFS_MAGIC } from './dataplane/netns/names.ts'
import type { Host } from './http/app.ts'

export const thisHost: Host = {
  name: hostname(),
  async namespace(path) {
    try {
      const [{ ino: inode, dev }, { type }, own] = await Promise.all([stat(path), statfs(path), stat(OWN)])
      if (type !== NSFS_MAGIC) return { problem: 'it is a file of another kind' }
      const isIt = (other: Stats) => inode === other.ino && dev === other.dev
      return { inode, isOwn: isIt(own), isRouter: (await routers()).some(isIt) }
    } catch (error) {
      return { problem: PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error) }
    }
  },
}

const OWN = '/proc/self/ns/net'

/** Of whatever service here. Told by what they are and not by a path, which may be a link, or of a process in one. */
async function routers(): Promise<readonly Stats[]> {
  const names = await orNone(readdir(NAMESPACE_FOLDER))
  const found = await Promise.all(
    names?.filter(isRouterName).map((name) => orNone(stat(join(NAMESPACE_FOLDER, name)))) ?? [],
  )
  return found.filter((each) => each !== undefined)
}

async function orNone<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  ENOTDIR: 'there is none',
  EACCES: 'the service may not look at it',
}
