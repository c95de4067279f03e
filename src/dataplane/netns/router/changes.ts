/** What is to be done in a router, by phases: whatever is added comes before whatever is removed. */
import type { Block } from '../kernel/blocks.ts'
import type { Link, LinkSettings } from '../kernel/links.ts'
import type { Route, Rule } from '../kernel/routes.ts'
import type { DesiredBridge, DesiredLink, DesiredPort, DesiredRoute, Owner } from './desired.ts'

/**
 * In this order, each in all routers of a batch before the next one begins:
 * - `prepare`: settings that new devices take over.
 * - `clear`: devices of ours that stand in the way of what they ought to be, or have another name.
 * - `build`: bridges and links.
 * - `equip`: what belongs to a device, and the ports. From here on a packet that comes is not lost.
 * - `route`: rules and routes.
 * - `withdraw`: rules and routes that ought not to be: traffic stops here.
 * - `remove`: addresses and devices that ought not to be.
 */
export const PHASES = ['prepare', 'clear', 'build', 'equip', 'route', 'withdraw', 'remove'] as const
export type Phase = (typeof PHASES)[number]

export type Action =
  | { readonly do: 'set sysctl'; readonly name: string; readonly value: string }
  | { readonly do: 'add bridge'; readonly bridge: DesiredBridge }
  | { readonly do: 'add link'; readonly link: DesiredLink }
  | { readonly do: 'attach port'; readonly port: DesiredPort }
  | { readonly do: 'equip port'; readonly port: DesiredPort }
  | { readonly do: 'change device'; readonly device: string; readonly settings: LinkSettings }
  | { readonly do: 'join bridge'; readonly device: string; readonly bridge: string }
  | { readonly do: 'rename device'; readonly link: Link; readonly name: string }
  | { readonly do: 'remove device'; readonly link: Link }
  | { readonly do: 'add address'; readonly device: string; readonly block: Block }
  | { readonly do: 'remove address'; readonly device: string; readonly block: Block }
  | { readonly do: 'set neighbour'; readonly device: string; readonly mac: string }
  | { readonly do: 'add rule'; readonly source: Block; readonly table: number }
  | { readonly do: 'remove rule'; readonly rule: Rule }
  | { readonly do: 'add route'; readonly route: DesiredRoute }
  | { readonly do: 'replace route'; readonly route: DesiredRoute }
  | { readonly do: 'remove route'; readonly route: Route }

export interface Change {
  /** Whose failure it is where it cannot be done. */
  readonly owner: Owner
  /** Where this one has failed it is not tried, and is no failure of its own. */
  readonly needs: Owner | undefined
  readonly action: Action
}

export type Plan = Readonly<Record<Phase, readonly Change[]>>

/** What is planned so far. */
export interface Planning {
  add(phase: Phase, owner: Owner, action: Action, needs?: Owner): void
  fail(owner: Owner, message: string): void
  readonly byAlias: ReadonlyMap<string, Link>
  /** Indexes of the devices that are cleared away, or are down for a moment: what hangs on them goes. */
  readonly gone: Set<number>
}
