/** Devices that are ours and ought not to be: what is left of objects that are gone. */

import type { Link } from '../kernel/links.ts'
import { DEVICE_GROUP, DOOMED_GROUP, PEERING_GROUP } from '../names.ts'
import type { ActualRouter } from './actual.ts'
import type { Planning } from './changes.ts'
import type { DesiredRouter, Owner } from './desired.ts'

const NAME = /^(sn|po|pr|pa)-[0-9a-f]{12}$/
const ALIAS = /^causeway:(subnet|port|peering):[0-9a-f-]{36}$/
const GROUPS = [PEERING_GROUP, DEVICE_GROUP, DOOMED_GROUP]

export function planDevices(planning: Planning, router: Owner, desired: DesiredRouter, actual: ActualRouter): void {
  for (const link of actual.links.values()) {
    if (isOurs(link) && !desired.devices.has(link.name)) planning.add('remove', router, { do: 'remove device', link })
  }
}

/** By its name, and by its alias, or by its group where it was only half made. */
export function isOurs({ name, alias, group }: Link): boolean {
  return NAME.test(name) && (ALIAS.test(alias) || (alias === '' && GROUPS.includes(group)))
}
