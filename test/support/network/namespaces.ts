/** Namespaces of tests, which are gone when the test is, whatever became of it. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'

const PREFIX = `cwtest-${randomBytes(4).toString('hex')}-`
const toRemove = [PREFIX]
let count = 0

process.on('exit', () => {
  for (const prefix of toRemove) removeNamespaces(prefix)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** A namespace with nothing in it. */
export function makeNamespace(): string {
  count += 1
  const name = `${PREFIX}${count}`
  execFileSync('ip', ['netns', 'add', name])
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
  return name
}

export function removeNamespace(name: string): void {
  execFileSync('ip', ['netns', 'del', name])
}

/** Those whose names begin so. */
export function removeNamespaces(prefix: string): void {
  for (const name of namespacesNamed(prefix)) removeNamespace(name)
}

export function namespacesNamed(prefix: string): readonly string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith(prefix))
}

/** How the routers of a service's VPCs are named. */
export function routerPrefix(instance: string): string {
  return `cw-${instance}-`
}

/** Whatever becomes of the test. */
export function removeAtExit(prefix: string): void {
  toRemove.push(prefix)
}
