/** Settings of a router beside its devices, in /proc/sys/net, which shows the namespace of the thread that looks. */
import { readFileSync, writeFileSync } from 'node:fs'

export const ROUTER_SYSCTLS: Readonly<Record<string, string>> = {
  'ipv4/ip_forward': '1',
  // Strict: what comes from a peering must come from where its own source is routed to (P6). The greater one counts.
  'ipv4/conf/all/rp_filter': '1',
  'ipv4/conf/default/rp_filter': '1',
  // The links between routers have no addresses: else "time exceeded" and "unreachable" would have no source.
  'ipv4/icmp_errors_use_inbound_ifaddr': '1',
  'ipv6/conf/all/forwarding': '1',
  // No link-local addresses: on the links between routers every one would be fe80::1.
  'ipv6/conf/default/addr_gen_mode': '1',
  'ipv6/conf/all/accept_dad': '0',
  'ipv6/conf/default/accept_dad': '0',
  'ipv6/conf/default/accept_ra': '0',
}

export function readRouterSysctls(): ReadonlyMap<string, string> {
  return new Map(Object.keys(ROUTER_SYSCTLS).map((name) => [name, readFileSync(pathOf(name), 'latin1').trimEnd()]))
}

export function writeSysctl(name: string, value: string): void {
  writeFileSync(pathOf(name), value)
}

function pathOf(name: string): string {
  return `/proc/sys/net/${name}`
}
