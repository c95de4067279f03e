/** Ours: the rules by which a VPC answers requests for it. */
import { setAcceptance } from '../../operations/vpcs/set-acceptance.ts'
import { showAcceptance } from '../../operations/vpcs/show-acceptance.ts'
import { parseRules } from '../../rules/acceptance.ts'
import { AcceptanceAnswer, SetAcceptanceRequest, spellAcceptance } from '../../wire/acceptance.ts'
import type { App, ServerParts } from '../app.ts'
import { asker, describe } from '../route.ts'
import { vpcIdOf } from './vpcs.ts'

const PATH = '/causeway/v1/vpcs/:vpc_id/acceptance'

export function acceptanceRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    {
      schema: describe('causeway', 'Show the rules by which a VPC answers requests for it', {
        response: { 200: AcceptanceAnswer },
      }),
    },
    async (request) => spellAcceptance(await perform(showAcceptance, asker(request), vpcIdOf(request.params))),
  )
  app.put(
    PATH,
    {
      schema: describe('causeway', 'Set the rules by which a VPC answers requests for it', {
        body: SetAcceptanceRequest,
        response: { 200: AcceptanceAnswer },
      }),
    },
    async (request) => {
      const change = { id: vpcIdOf(request.params), rules: parseRules(request.body.acceptance.rules) }
      return spellAcceptance(await perform(setAcceptance, asker(request), change))
    },
  )
}
