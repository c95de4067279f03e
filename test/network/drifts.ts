/** What an operator may break by hand in the network of two peered VPCs. */
import assert from 'node:assert/strict'
import type { Dataplane } from '../../src/dataplane/dataplane.ts'
import { linkName } from '../../src/dataplane/netns/names.ts'
import type { TestVpc } from '../support/intents.ts'
import type { TestHost } from '../support/netns.ts'

export interface Site extends AsyncDisposable {
  readonly host: TestHost
  readonly dataplane: Dataplane
  readonly a: TestVpc
  readonly b: TestVpc
  /** Paths. */
  readonly routerA: string
  readonly inA: string
  /** Names of devices in A's router, and of the far end of the link. */
  readonly bridge: string
  readonly port: string
  readonly link: string
}

/** What is done by hand, and whether it stops packets. */
export interface Drift {
  readonly what: string
  readonly act: (site: Site) => void
  readonly stops: boolean
}

const ip = (line: string) => line.split(' ')

export const DRIFTS: readonly Drift[] = [
  {
    what: 'a route is deleted',
    act: ({ host, routerA }) => {
      for (const family of ['-4', '-6']) host.run(routerA, 'ip', family, ...ip('route flush table all proto 186'))
    },
    stops: true,
  },
  {
    what: 'a route leads into nothing',
    act: ({ host, routerA }) => {
      const table = tableOf(host, routerA)
      host.run(routerA, 'ip', ...ip(`route replace blackhole 10.2.0.0/24 table ${table} proto 186`))
      host.run(routerA, 'ip', '-6', ...ip(`route replace blackhole fd00:2::/64 table ${table} metric 1 proto 186`))
    },
    stops: true,
  },
  {
    what: 'a route of others hides ours',
    act: ({ host, routerA }) => {
      host.run(routerA, 'ip', ...ip(`route replace unreachable 10.2.0.0/24 table ${tableOf(host, routerA)}`))
      host.run(routerA, 'ip', '-6', ...ip('route flush table all proto 186'))
    },
    stops: true,
  },
  {
    what: 'the rules are deleted',
    act: ({ host, routerA }) => {
      for (const family of ['-4', '-6']) host.run(routerA, 'ip', family, ...ip('rule del pref 33000'))
    },
    stops: true,
  },
  {
    what: 'the link of a peering is deleted',
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`link del ${link}`)),
    stops: true,
  },
  {
    what: 'the link of a peering is set down',
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`link set ${link} down`)),
    stops: true,
  },
  {
    what: 'the far end of a link is renamed',
    act: ({ host, b }) => {
      const far = host.router(b.vpcId)
      host.run(far, 'ip', ...ip(`link set ${linkName(peeringOf(b), 'accepter')} down`))
      host.run(far, 'ip', ...ip(`link set ${linkName(peeringOf(b), 'accepter')} name elsewhere`))
    },
    stops: true,
  },
  {
    what: 'the far end of a link is renamed, and nothing says any more that it is ours',
    act: ({ host, b }) => {
      const far = host.router(b.vpcId)
      const name = linkName(peeringOf(b), 'accepter')
      host.run(far, 'ip', ...ip(`link set ${name} down alias`), '')
      host.run(far, 'ip', ...ip(`link set ${name} name elsewhere`))
    },
    stops: true,
  },
  {
    what: 'a bridge and a port are renamed',
    act: ({ host, routerA, bridge, port }) => {
      for (const [name, other] of [
        [bridge, 'other0'],
        [port, 'other1'],
      ] as const) {
        host.run(routerA, 'ip', ...ip(`link set ${name} down`))
        host.run(routerA, 'ip', ...ip(`link set ${name} name ${other}`))
        host.run(routerA, 'ip', ...ip(`link set ${other} up`))
      }
    },
    stops: true,
  },
  {
    what: 'a link leads to another router, and another device has its far end',
    act: ({ host, routerA, link, inA }) => {
      host.run(routerA, 'ip', ...ip(`link del ${link}`))
      host.run(routerA, 'ip', ...ip(`link add ${link} group 186 type veth peer name stray netns`), nameOf(inA))
    },
    stops: true,
  },
  {
    what: 'the neighbour of a link is forgotten',
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`neigh del fe80::1 dev ${link}`)),
    stops: true,
  },
  {
    what: 'a link has another MAC address',
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`link set ${link} address 02:00:00:00:00:99`)),
    stops: true,
  },
  {
    what: 'a link has lost its group, by which it is guarded',
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`link set ${link} group 0`)),
    stops: false,
  },
  {
    what: 'a link is narrower',
    // Not tried meanwhile: workloads would remember for minutes what they were told of the path.
    act: ({ host, routerA, link }) => host.run(routerA, 'ip', ...ip(`link set ${link} mtu 1400`)),
    stops: false,
  },
  {
    what: 'a link is put into a bridge',
    act: ({ host, routerA, link, bridge }) => host.run(routerA, 'ip', ...ip(`link set ${link} master ${bridge}`)),
    stops: true,
  },
  {
    what: 'a bridge is deleted',
    act: ({ host, routerA, bridge }) => host.run(routerA, 'ip', ...ip(`link del ${bridge}`)),
    stops: true,
  },
  {
    what: 'a bridge has lost its addresses',
    act: ({ host, routerA, bridge }) => host.run(routerA, 'ip', ...ip(`addr flush dev ${bridge}`)),
    stops: true,
  },
  {
    what: 'a bridge has become another kind of device',
    act: ({ host, routerA, bridge }) => {
      host.run(routerA, 'ip', ...ip(`link del ${bridge}`))
      host.run(routerA, 'ip', ...ip(`link add ${bridge} group 187 type veth peer name stray`))
    },
    stops: true,
  },
  {
    what: 'a bridge learns who wants which group',
    act: ({ host, routerA, bridge }) =>
      host.run(routerA, 'ip', ...ip(`link set ${bridge} type bridge mcast_snooping 1`)),
    stops: false,
  },
  {
    what: 'a port is taken out of its bridge',
    act: ({ host, routerA, port }) => host.run(routerA, 'ip', ...ip(`link set ${port} nomaster`)),
    stops: true,
  },
  {
    what: "the router's end of a port is deleted",
    act: ({ host, routerA, port }) => host.run(routerA, 'ip', ...ip(`link del ${port}`)),
    stops: true,
  },
  {
    what: "a workload's interface is deleted",
    act: ({ host, inA }) => host.run(inA, 'ip', ...ip('link del eth0')),
    stops: true,
  },
  {
    what: "a workload's interface is renamed",
    act: ({ host, inA }) => {
      host.run(inA, 'ip', ...ip('link set eth0 down'))
      host.run(inA, 'ip', ...ip('link set eth0 name other0'))
    },
    stops: true,
  },
  {
    what: "a workload's interface has lost its addresses, its routes and its MAC address",
    act: ({ host, inA }) => {
      host.run(inA, 'ip', ...ip('addr flush dev eth0'))
      host.run(inA, 'ip', ...ip('link set eth0 address 02:00:00:00:00:99'))
    },
    stops: true,
  },
  {
    what: 'forwarding is switched off',
    act: ({ host, routerA }) => {
      const off = ['net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0']
      host.run(routerA, 'sysctl', '-qw', ...off)
    },
    stops: true,
  },
  {
    what: 'forwarding is switched off for one device, and its reverse path is looked at loosely',
    act: ({ host, routerA, bridge }) => {
      const conf = `net.ipv4.conf.${bridge}`
      host.run(routerA, 'sysctl', '-qw', `${conf}.forwarding=0`, `${conf}.rp_filter=2`, 'net.ipv4.conf.all.rp_filter=0')
    },
    stops: true,
  },
  {
    what: 'the reverse path is looked at loosely, everywhere',
    act: ({ host, routerA }) => host.run(routerA, 'sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=2'),
    stops: false,
  },
  {
    what: 'the guards are flushed',
    act: ({ host, routerA }) => host.run(routerA, 'nft', 'flush', 'ruleset'),
    stops: false,
  },
  {
    what: 'the whole router is deleted',
    act: ({ host, routerA }) => host.remove(routerA),
    // Packets pass until the kernel comes to clean up what was in it.
    stops: false,
  },
  {
    what: 'the name of a router is left without a router, as where somebody was killed when making it',
    act: ({ host, routerA }) => {
      host.remove(routerA)
      host.touch(routerA)
    },
    // Packets pass until the kernel comes to clean up what was in it.
    stops: false,
  },
  {
    what: 'a router lives on without its name, because a process is in it',
    act: ({ host, routerA }) => {
      host.enter(routerA)
      host.remove(routerA)
    },
    stops: false,
  },
]

function tableOf(host: TestHost, router: string): string {
  return /lookup (\d+)/.exec(host.run(router, 'ip', 'rule', 'show', 'pref', '33000'))?.[1] ?? ''
}

function peeringOf({ peerings }: TestVpc): TestVpc['peerings'][number]['id'] {
  const [peering] = peerings
  assert.ok(peering !== undefined)
  return peering.id
}

function nameOf(path: string): string {
  return path.slice('/run/netns/'.length)
}
