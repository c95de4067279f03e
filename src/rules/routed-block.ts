/** P8 for the blocks of a VPC: none is taken from under the routes that the other sides of its peerings have to it. */
import { isWithin } from './destination.ts'
import type { VpcId } from './ids.ts'
import type { Route } from './route.ts'

/**
 * Those of a peering's routes that hold the blocks of the VPC at one of its ends: what the other side has pointed
 * there. The VPC's own lead away from it, and automatic ones move along with the blocks.
 */
export function routesHolding(vpcId: VpcId, via: readonly Route[]): readonly Route[] {
  return via.filter((route) => route.vpcId !== vpcId && !route.automatic)
}

/**
 * The first block of which a part that a route leads to would be in no block any more. A block that moves into a
 * larger one takes nothing away, nor does one of which only such parts go that no route leads to.
 */
export function blockTakenFrom(
  routes: readonly Route[],
  before: readonly string[],
  after: readonly string[],
): string | undefined {
  return before.find((block) =>
    routes.some(({ destination }) => {
      const part = commonPart(block, destination)
      // One block is enough to look for: the blocks of a VPC have no addresses in common, and no two make up a third,
      // since a primary one lies in the private ranges and a secondary one never does.
      return part !== undefined && !after.some((other) => isWithin(part, other))
    }),
  )
}

/** Two blocks have in common the whole of the smaller one, or nothing. */
function commonPart(a: string, b: string): string | undefined {
  if (isWithin(a, b)) return a
  return isWithin(b, a) ? b : undefined
}
