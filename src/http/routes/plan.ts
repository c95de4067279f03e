/** Ours: what would a change meet? Answered all at once, and nothing is written. */

import type { Asker, Perform } from '../../operations/perform.ts'
import { planCreatePeering } from '../../operations/plan/plan-create-peering.ts'
import { planAcceptPeering, planDeletePeering } from '../../operations/plan/plan-peering-change.ts'
import { planCreateRoute, planDeleteRoute } from '../../operations/plan/plan-route.ts'
import { planDeleteVpc, planExtendCidrs, planUpdateVpc } from '../../operations/plan/plan-vpc-change.ts'
import type { Plan } from '../../rules/plan.ts'
import { invalidInput } from '../../rules/refusal.ts'
import { parsePrimaryCidr } from '../../rules/vpc.ts'
import { PlanAnswer, PlanRequest, spellPlan } from '../../wire/plan.ts'
import type { Static } from '../../wire/schema.ts'
import type { App, ServerParts } from '../app.ts'
import { asker, describe } from '../route.ts'
import { sidesOf } from './peering-sides.ts'
import { peeringIdOf } from './peerings.ts'
import { newRouteOf, routeIdOf } from './routes.ts'
import { vpcIdOf } from './vpcs.ts'

export function planRoutes(app: App, { perform }: ServerParts): void {
  app.post(
    '/causeway/v1/plan',
    {
      schema: describe('causeway', 'Say everything that a change would meet, and write nothing', {
        body: PlanRequest,
        response: { 200: PlanAnswer },
      }),
    },
    async (request) => spellPlan(await plan(perform, asker(request), request.body)),
  )
}

async function plan(perform: Perform, who: Asker, change: Static<typeof PlanRequest>): Promise<Plan> {
  const given = CHANGES.filter((name) => change[name] !== undefined)
  if (given.length !== 1) throw invalidInput('change', `is required: exactly one of ${CHANGES.join(', ')}`)
  if (change.create_peering) return perform(planCreatePeering, who, sidesOf(change.create_peering))
  if (change.accept_peering) return perform(planAcceptPeering, who, peeringIdOf(change.accept_peering))
  if (change.delete_peering) return perform(planDeletePeering, who, peeringIdOf(change.delete_peering))
  if (change.delete_vpc) return perform(planDeleteVpc, who, vpcIdOf({ vpc_id: change.delete_vpc.id }))
  if (change.create_route) return perform(planCreateRoute, who, newRouteOf(change.create_route))
  if (change.delete_route) return perform(planDeleteRoute, who, routeIdOf(change.delete_route))
  if (change.update_vpc) {
    const { id, cidr } = change.update_vpc
    const unchanged = { name: undefined, description: undefined, dryRun: true }
    const input = { ...unchanged, id: vpcIdOf({ vpc_id: id }), cidr: parsePrimaryCidr(cidr) }
    return perform(planUpdateVpc, who, input)
  }
  const blocks = change.add_extend_cidrs ?? change.remove_extend_cidrs
  if (blocks === undefined) throw new Error('a change in CHANGES that is not planned')
  const verb = change.add_extend_cidrs === undefined ? 'remove' : 'add'
  const input = { id: vpcIdOf({ vpc_id: blocks.id }), verb, cidrs: blocks.extend_cidrs, dryRun: true } as const
  return perform(planExtendCidrs, who, input)
}

const CHANGES = Object.keys(PlanRequest.properties) as (keyof Static<typeof PlanRequest>)[]
