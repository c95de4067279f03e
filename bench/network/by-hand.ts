/**
 * The same as the driver does, as somebody would write it down for `ip`: the limit that it is measured against. What it
 * makes is the same to the last attribute; the driver finds nothing to change in it.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IntendedNetwork, IntendedRouter } from '../../src/dataplane/dataplane.ts'
import {
  linkMac,
  linkName,
  PEERING_GROUP,
  PROTOCOL,
  routerName,
  tableNumbers,
} from '../../src/dataplane/netns/names.ts'
import type { VpcId } from '../../src/rules/ids.ts'

/** Next hop of every route. */
const FAR_END = 'fe80::1'

/** Commands for `ip -batch` in one namespace. */
export interface Batch {
  readonly namespace: string
  readonly lines: readonly string[]
}

/**
 * What joins routers that are there and apart: one batch for each, in an order in which each link is made by the first
 * of its two routers, and is there when the second one comes.
 */
export function linkBatches(instance: string, routers: readonly IntendedRouter[]): readonly Batch[] {
  const done = new Set<VpcId>()
  return routers.map(({ vpcId, network }) => {
    if (network === undefined) throw new Error('a router that ought not to be there')
    const lines = [
      ...network.peerings.flatMap((peering) => (done.has(peering.farVpcId) ? [] : [addLink(instance, peering)])),
      ...network.peerings.flatMap(equipEnd),
      ...routeLines(network),
    ]
    done.add(vpcId)
    return { namespace: routerName(instance, vpcId), lines }
  })
}

/** What parts them again: routes first, since traffic stops with them. */
export function unlinkBatches(instance: string, routers: readonly IntendedRouter[]): readonly Batch[] {
  const done = new Set<VpcId>()
  return routers.map(({ vpcId, network }) => {
    if (network === undefined) throw new Error('a router that ought not to be there')
    const links = network.peerings.filter(({ farVpcId }) => done.has(farVpcId))
    const lines = [
      ...routeLines(network).map((line) => line.replace('route add', 'route del')),
      ...links.map(({ id, side }) => `link del ${linkName(id, side)}`),
    ]
    done.add(vpcId)
    return { namespace: routerName(instance, vpcId), lines }
  })
}

type Peering = IntendedNetwork['peerings'][number]

function addLink(instance: string, { id, side, farVpcId }: Peering): string {
  const end = (of: typeof side) => `${linkName(id, of)} address ${linkMac(id, of)} mtu 1500 group ${PEERING_GROUP}`
  return `link add ${end(side)} type veth peer name ${end(farSide(side))} netns ${routerName(instance, farVpcId)}`
}

function equipEnd({ id, side }: Peering): readonly string[] {
  const name = linkName(id, side)
  return [
    `link set ${name} alias causeway:peering:${id} up`,
    `neigh replace ${FAR_END} lladdr ${linkMac(id, farSide(side))} dev ${name} nud permanent`,
  ]
}

function routeLines({ tables, peerings }: IntendedNetwork): readonly string[] {
  const numbers = tableNumbers(tables.map(({ id }) => id))
  const devices = new Map(peerings.map(({ id, side }) => [id, linkName(id, side)]))
  return tables.flatMap(({ id, routes }) =>
    routes.map(({ destination, peeringId }) => {
      const via = destination.includes(':') ? `${FAR_END} metric 1` : `inet6 ${FAR_END}`
      const route = `${destination} via ${via} dev ${devices.get(peeringId)}`
      return `route add ${route} proto ${PROTOCOL} table ${numbers.get(id)}`
    }),
  )
}

function farSide(side: Peering['side']): Peering['side'] {
  return side === 'requester' ? 'accepter' : 'requester'
}

/** What there is of the same objects, all of it. */
const DUMP = ['link show', 'addr show', 'neigh show nud permanent', 'route show table all', 'rule show']

/** Writes the batches down as one script of the shell, to be run as often as one likes. */
export function writeScript(folder: string, name: string, batches: readonly Batch[]): string {
  const lines = batches.map(({ namespace, lines }, index) => {
    const file = join(folder, `${name}-${index}`)
    writeFileSync(file, `${lines.join('\n')}\n`)
    return `ip -n ${namespace} -batch ${file}`
  })
  return save(folder, name, lines)
}

/** A script that reads routers; what there is of each family is asked for on its own, and links only once. */
export function writeDump(folder: string, name: string, namespaces: readonly string[]): string {
  const files = { 4: DUMP, 6: DUMP.slice(1) }
  const batches = Object.entries(files).map(([family, lines]) => {
    const file = join(folder, `${name}-${family}`)
    writeFileSync(file, `${lines.join('\n')}\n`)
    return `-${family} -batch ${file}`
  })
  return save(
    folder,
    name,
    namespaces.flatMap((each) => batches.map((batch) => `ip -n ${each} ${batch}`)),
  )
}

function save(folder: string, name: string, lines: readonly string[]): string {
  const script = join(folder, `${name}.sh`)
  writeFileSync(script, `set -e\n${lines.join('\n')}\n`)
  return script
}

/** Throws with what was said where anything failed. */
export function runScript(script: string): void {
  const { status, stderr } = spawnSync('sh', [script], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
}
