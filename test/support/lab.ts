/**
 * Routers, workloads and links between routers, in namespaces with names of their own, made with `ip` and not with the
 * driver: what guards them is tried on its own.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createNamespace, namespacePath, removeNamespace } from '../../src/dataplane/netns/kernel/namespaces.ts'
import { PEERING_GROUP } from '../../src/dataplane/netns/names.ts'

export interface Lab extends Disposable {
  /** Path of a new namespace, with forwarding on. */
  router(): string
  /** Path of a new namespace, whose `eth0` is joined to `port` in the router's bridge. */
  workload(router: string, bridge: string, port: string, eth0: Addresses): string
  /** A bridge with the gateways' addresses. */
  bridge(router: string, name: string, gateway: Addresses): void
  /** A link between two routers, with ends of these names. */
  link(a: string, nameOfA: string, b: string, nameOfB: string): void
  /** Runs lines of `ip -batch` in a namespace. */
  ip(path: string, ...lines: readonly string[]): string
  /** Runs a command in a namespace, and gives what it wrote. */
  run(path: string, command: string, ...args: readonly string[]): string
}

export interface Addresses {
  readonly mac: string
  /** With prefix lengths. */
  readonly v4: string
  readonly v6: string
  /** Gateways; undefined: no routes. */
  readonly via?: readonly [string, string]
}

export function openLab(): Lab {
  const run = randomBytes(4).toString('hex')
  const names: string[] = []
  const make = (...sysctls: readonly string[]): string => {
    const name = `cwtest-${run}-${names.length}`
    names.push(name)
    createNamespace(name)
    const path = namespacePath(name)
    ip(path, 'link set lo up')
    // Without DAD an address is there at once.
    execute(path, 'sysctl', ['-qw', 'net.ipv6.conf.default.accept_dad=0', ...sysctls])
    return path
  }
  return {
    router: () => make(...ROUTER),
    workload: (router, bridge, port, { mac, v4, v6, via }) => {
      const path = make()
      ip(path, `link add eth0 address ${mac} type veth peer name ${port} netns ${nameOf(router)}`)
      ip(router, `link set ${port} master ${bridge} up`)
      ip(path, `addr add ${v4} dev eth0`, `addr add ${v6} dev eth0 nodad`, 'link set eth0 up')
      waitForForwarding(router, port)
      if (via !== undefined) ip(path, ...via.map((gateway) => `route add default via ${gateway}`))
      return path
    },
    bridge: (router, name, { mac, v4, v6 }) => {
      ip(router, `link add ${name} address ${mac} type bridge mcast_snooping 0`)
      // A router asks for neighbours from its link-local address, and without one not at all.
      const addresses = [`${v4} dev ${name}`, `${v6} dev ${name} nodad`, `fe80::1/64 dev ${name} nodad`]
      ip(router, ...addresses.map((address) => `addr add ${address}`), `link set ${name} up`)
    },
    link: (a, nameOfA, b, nameOfB) => {
      const macs = ['02:00:00:00:00:01', '06:00:00:00:00:01'] as const
      ip(
        a,
        `link add ${nameOfA} address ${macs[0]} type veth peer name ${nameOfB} address ${macs[1]} netns ${nameOf(b)}`,
      )
      for (const [path, name, far] of [
        [a, nameOfA, macs[1]],
        [b, nameOfB, macs[0]],
      ] as const) {
        ip(path, `link set ${name} group ${PEERING_GROUP} up`)
        ip(path, `neigh add fe80::1 lladdr ${far} dev ${name} nud permanent`)
      }
    },
    ip,
    run: (path, command, ...args) => execute(path, command, args),
    [Symbol.dispose]: () => {
      for (const name of names) removeNamespace(name)
    },
  }
}

/** Milliseconds. */
const PATIENCE_MS = 5000

const ROUTER = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv6.conf.default.addr_gen_mode=1',
  'net.ipv4.conf.default.rp_filter=1',
  'net.ipv4.icmp_errors_use_inbound_ifaddr=1',
]

/** The bridge hears a moment later that its port has a carrier, and forwards nothing until then. */
function waitForForwarding(router: string, port: string): void {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    if (execute(router, 'ip', ['-details', 'link', 'show', 'dev', port]).includes('state forwarding')) return
  }
  throw new Error(`${port} does not forward`)
}

function ip(path: string, ...lines: readonly string[]): string {
  return execute(path, 'ip', ['-batch', '-'], `${lines.join('\n')}\n`)
}

function execute(path: string, command: string, args: readonly string[], input = ''): string {
  return execFileSync('nsenter', [`--net=${path}`, command, ...args], { input, encoding: 'utf8' })
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
