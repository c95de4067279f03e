/** A host, for tests, that has the namespaces that the test says. */
import type { Host } from '../../src/http/app.ts'

export interface ToldHost extends Host {
  /** Inodes by path; 1 is the service's own namespace, 2 a router's. */
  namespaces: Readonly<Record<string, number>>
}

export function toldHost(): ToldHost {
  const told: ToldHost = {
    name: 'rack-1',
    namespaces: {
      '/run/netns/web': 7,
      '/run/netns/db': 8,
      '/proc/4711/ns/net': 9,
      '/proc/4711/fd/3': 9,
      '/proc/1/ns/net': 1,
      '/proc/2/ns/net': 2,
    },
    async namespace(path) {
      const inode = told.namespaces[path]
      return inode === undefined ? { problem: 'there is none' } : { inode, isOwn: inode === 1, isRouter: inode === 2 }
    },
  }
  return told
}
