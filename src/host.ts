/** The machine that the service runs on, as those see it who attach ports to workloads there. */
import { stat, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Host } from './http/app.ts'

/** From linux/magic.h: the file system of namespaces. */
const NSFS_MAGIC = 0x6e73_6673

export const thisHost: Host = {
  name: hostname(),
  async namespace(path) {
    try {
      const [{ ino: inode, dev }, { type }, own] = await Promise.all([stat(path), statfs(path), stat(OWN)])
      if (type !== NSFS_MAGIC) return { problem: 'it is a file of another kind' }
      return { inode, isOwn: inode === own.ino && dev === own.dev }
    } catch (error) {
      return { problem: PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error) }
    }
  },
}

const OWN = '/proc/self/ns/net'

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  ENOTDIR: 'there is none',
  EACCES: 'the service may not look at it',
}
