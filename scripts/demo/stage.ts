/** What the demo plays on: the real service with its data plane, its three people, and two workloads. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { type Client, logIn } from '../../src/cli/client.ts'
import { changeLink, findLink } from '../../src/dataplane/netns/kernel/links.ts'
import { createNamespace, namespaceNames, removeNamespace } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { openNetlink } from '../../src/dataplane/netns/kernel/netlink.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')
/** In the demo's own /run, so that it is gone with the demo. */
const DATA = '/run/causeway-demo'

export interface Person {
  readonly projectId: string
  readonly ask: Client['ask']
}

export interface Stage extends AsyncDisposable {
  readonly url: string
  readonly alice: Person
  readonly bob: Person
  readonly admin: Person
}

/** The service has an address in a network that is new, where not even loopback is up. */
export function raiseLoopback(): void {
  using netlink = openNetlink()
  const loopback = findLink(netlink, 'lo')
  if (loopback === undefined) throw new Error('this network has no loopback interface')
  netlink.must(changeLink(loopback.index, { isUp: true }))
}

/** Throws, with what the service said, where it does not start. */
export async function startStage(): Promise<Stage> {
  const others = Object.entries(process.env).filter(([name]) => !/^(CAUSEWAY|OS|NODE_CHANNEL)_/.test(name))
  const settings = {
    ...{ CAUSEWAY_DATA: DATA, CAUSEWAY_LISTEN: '127.0.0.1:0', CAUSEWAY_DATAPLANE: 'netns', CAUSEWAY_LOG: 'error' },
  }
  const child = spawn(process.execPath, [MAIN], {
    env: { ...Object.fromEntries(others), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: a Ctrl-C is for the demo, which still has things to ask of the service.
    detached: true,
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const exit = once(child, 'exit')
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await exit
  }
  const url = await new Promise<string>((ready, fail) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = /^ready (\S+)\n/m.exec(said)?.[1]
      if (address !== undefined) ready(address)
    })
    exit.then(() => fail(new Error(`the service did not start: ${log.trim()}`)), fail)
  })
  const [alice, bob, admin] = await Promise.all(['alice', 'bob', 'admin'].map(person))
  if (alice === undefined || bob === undefined || admin === undefined) throw new Error('the service knows nobody')
  return { url, alice, bob, admin, [Symbol.asyncDispose]: end }
}

async function person(name: string): Promise<Person> {
  const variables = parseEnv(readFileSync(`${DATA}/${name}.openrc`, 'utf8'))
  const { ask } = await logIn(variables)
  return { projectId: variables.OS_PROJECT_ID ?? '', ask }
}

/** Makes the namespaces of two workloads; a real one would be that of a container. */
export function makeWorkloads(names: readonly string[]): Disposable {
  for (const name of names) createNamespace(name)
  return {
    [Symbol.dispose]() {
      for (const name of names) removeNamespace(name)
    },
  }
}

/** Of all network namespaces that the demo, or the service, has made. */
export function namespacesLeft(): readonly string[] {
  return namespaceNames()
}
