/** Rules and routes: which of ours are missing, which are other than they ought to be, and which are too many. */

import { type Route, RTN_UNICAST } from '../kernel/routes.ts'
import type { ActualRouter } from './actual.ts'
import type { Planning } from './changes.ts'
import { type DesiredRoute, type DesiredRouter, FAR_END, type Owner } from './desired.ts'

const FAR_END_HEX = FAR_END.bytes.toString('hex')

export function planRules(planning: Planning, router: Owner, desired: DesiredRouter, actual: ActualRouter): void {
  const keyOf = (family: number, source: string, table: number) => `${family} ${source} ${table}`
  const there = new Set(actual.rules.map(({ family, source, table }) => keyOf(family, source, table)))
  const wanted = new Set<string>()
  for (const { owner, source, table } of desired.rules) {
    const key = keyOf(source.family, source.key, table)
    wanted.add(key)
    if (!there.has(key)) planning.add('route', owner, { do: 'add rule', source, table })
  }
  for (const rule of actual.rules) {
    if (wanted.delete(keyOf(rule.family, rule.source, rule.table))) continue
    planning.add('withdraw', router, { do: 'remove rule', rule })
  }
}

export function planRoutes(planning: Planning, router: Owner, desired: DesiredRouter, actual: ActualRouter): void {
  const routes = actual.routes.filter(({ device }) => !planning.gone.has(device))
  const there = Map.groupBy(routes, keyOfRoute)
  const kept = new Set<Route>()
  for (const route of desired.routes) {
    const { table, destination, metric } = route
    const same = there.get(`${destination.family} ${table} ${destination.key} ${metric}`) ?? []
    const right = same.find((each) => isRight(each, route, actual))
    const first = same[0]
    if (right !== undefined) kept.add(right)
    else if (first === undefined) planning.add('route', route.owner, { do: 'add route', route }, route.peering)
    else {
      kept.add(first)
      planning.add('route', route.owner, { do: 'replace route', route }, route.peering)
    }
  }
  for (const route of routes) {
    if (!kept.has(route)) planning.add('withdraw', router, { do: 'remove route', route })
  }
}

function isRight(route: Route, { device }: DesiredRoute, { links }: ActualRouter): boolean {
  return route.type === RTN_UNICAST && route.via === FAR_END_HEX && route.device === links.get(device)?.index
}

function keyOfRoute({ family, table, destination, metric }: Route): string {
  return `${family} ${table} ${destination} ${metric}`
}
