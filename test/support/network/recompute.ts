/**
 * The recompute check: the network that has come about, change by change, is the one that is built from nothing of what
 * is stored now; and looking at all of it repairs nothing.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import type { IntendedRouter } from '../../../src/dataplane/dataplane.ts'
import { openNetns } from '../../../src/dataplane/netns/driver.ts'
import { intendedRouter } from '../../../src/reconciler/intended.ts'
import { readPage, readRows } from '../../../src/reconciler/rows.ts'
import { connectReader, DATABASE } from '../../../src/store/sqlite/connection.ts'
import { readTransaction } from '../../../src/store/sqlite/transaction.ts'
import { differences, dumpNamespaces, type NamespaceDump } from './namespace-dump.ts'
import { makeNamespace, namespacesNamed, removeNamespace, removeNamespaces, routerPrefix } from './namespaces.ts'

const MANY = 100_000

export interface Recomputable {
  readonly folder: string
  readonly instance: string
}

export async function assertRecomputed({ folder, instance }: Recomputable): Promise<void> {
  const intended = await intendedRouters(folder)
  const workloads = workloadsOf(intended)
  const shadowOf = new Map(workloads.map((name) => [name, makeNamespace()]))
  const own = new Map(workloads.map((name) => [name, name]))
  const shadow = randomBytes(4).toString('hex')
  try {
    const built = await build(
      shadow,
      intended.map((router) => moved(router, shadowOf)),
    )
    assert.deepEqual(built.failures, [], 'the shadow is whole')
    const real = await dumpAll(instance, own)
    assert.ok(Object.keys(real).length > 0, 'there is something to compare')
    assert.deepEqual(differences(await dumpAll(shadow, shadowOf), real), [], 'it is what is built from nothing')
    assert.deepEqual(await build(instance, intended), { changes: 0, failures: [] }, 'nothing is left to be done')
    assert.deepEqual(differences(real, await dumpAll(instance, own)), [], 'a look at all of it leaves it alone')
  } finally {
    removeNamespaces(routerPrefix(shadow))
    for (const name of shadowOf.values()) removeNamespace(name)
  }
}

/** A look at all of the network, by what is stored now, finds nothing to do. */
export async function assertSettled({ folder, instance }: Recomputable): Promise<void> {
  const intended = await intendedRouters(folder)
  assert.deepEqual(await build(instance, intended), { changes: 0, failures: [] }, 'nothing is left to be done')
}

/** What is stored, read beside the service, which may be at work or gone. */
export async function intendedRouters(folder: string): Promise<readonly IntendedRouter[]> {
  const db = connectReader(join(folder, DATABASE))
  try {
    const tx = readTransaction(db)
    const pages = await readPage.run(tx, { after: undefined, limit: MANY })
    const all: IntendedRouter[] = []
    for (const { vpcId, generation } of pages) {
      all.push(intendedRouter(vpcId, generation, await readRows.run(tx, vpcId)))
    }
    return all
  } finally {
    db.close()
  }
}

async function build(instance: string, routers: readonly IntendedRouter[]) {
  await using dataplane = await openNetns({ instance })
  const reports = await dataplane.apply(routers)
  return {
    changes: reports.reduce((sum, { changes }) => sum + changes, 0),
    failures: reports.flatMap(({ failures }) => failures),
  }
}

function workloadsOf(routers: readonly IntendedRouter[]): readonly string[] {
  const paths = routers.flatMap(({ network }) => network?.ports.flatMap(({ workload }) => workload?.netns ?? []) ?? [])
  return [...new Set(paths)].map((path) => basename(path))
}

/** The same router with its workloads elsewhere. */
function moved(router: IntendedRouter, to: ReadonlyMap<string, string>): IntendedRouter {
  const { network } = router
  if (network === undefined) return router
  const ports = network.ports.map((port) => {
    const { workload } = port
    const netns = workload && to.get(basename(workload.netns))
    return netns === undefined ? port : { ...port, workload: { ...workload, netns: `/run/netns/${netns}` } }
  })
  return { ...router, network: { ...network, ports } as IntendedRouter['network'] }
}

/** Routers by their VPC's id, and workloads by the name that each goes by. */
async function dumpAll(
  instance: string,
  workloads: ReadonlyMap<string, string>,
): Promise<Readonly<Record<string, NamespaceDump>>> {
  const prefix = routerPrefix(instance)
  const routers = namespacesNamed(prefix)
  const dumps = await dumpNamespaces([...routers, ...workloads.values()])
  const vpcs = routers.map((name) => [name.slice(prefix.length), dumps.get(name) ?? assert.fail()] as const)
  return Object.fromEntries([
    ...vpcs,
    ...[...workloads].map(([name, where]) => [name, dumps.get(where) ?? assert.fail()] as const),
  ])
}
