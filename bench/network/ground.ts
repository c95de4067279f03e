/** Network namespaces of a run of the bench: all of them are gone when it is over, also where it was interrupted. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { namespaceNames, namespacePath, removeNamespace } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { routerName } from '../../src/dataplane/netns/names.ts'
import type { VpcId } from '../../src/rules/ids.ts'

export interface Ground extends Disposable {
  /** For a driver of our own. */
  readonly instance: string
  /** Makes a namespace that nothing is in, with `lo` up; its name. */
  namespace(): string
  /** The routers of another instance are removed as well at the end: of a program of ours. */
  adopt(instance: string): void
}

export function openGround(): Ground {
  const instance = randomBytes(4).toString('hex')
  const own = `cwbench-${instance}-`
  const prefixes = [own, routersOf(instance)]
  let made = 0
  const clear = (): void => {
    for (const name of prefixes.flatMap(namesWith)) {
      try {
        removeNamespace(name)
      } catch (error) {
        // The others are removed all the same.
        console.error(`the namespace ${name} stays: ${(error as Error).message}`)
      }
    }
  }
  process.once('exit', clear)
  return {
    instance,
    namespace() {
      made += 1
      const name = `${own}${made}`
      execFileSync('ip', ['netns', 'add', name])
      execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
      return name
    },
    adopt: (other) => void prefixes.push(routersOf(other)),
    [Symbol.dispose]() {
      clear()
      process.off('exit', clear)
    },
  }
}

export function pathOf(namespace: string): string {
  return namespacePath(namespace)
}

/** Namespaces of the routers of an instance. */
export function namesOf(instance: string): readonly string[] {
  return namesWith(routersOf(instance))
}

function routersOf(instance: string): string {
  return routerName(instance, '' as VpcId)
}

function namesWith(prefix: string): readonly string[] {
  return namespaceNames().filter((name) => name.startsWith(prefix))
}
