/** Ours: do the routes of both sides lead anywhere, and back? */
import { reportRoutes } from '../../operations/routes/report-routes.ts'
import { RouteReportAnswer, spellRouteReport } from '../../wire/route-report.ts'
import type { App, ServerParts } from '../app.ts'
import { asker, describe } from '../route.ts'
import { peeringIdOf } from './peerings.ts'

export function routeReportRoutes(app: App, { perform }: ServerParts): void {
  app.get<{ Params: { id: string } }>(
    '/causeway/v1/peerings/:id/routes',
    {
      schema: describe('causeway', 'Say what the routes of both sides of a peering come to', {
        response: { 200: RouteReportAnswer },
      }),
    },
    async (request) => {
      const { peering, requester, accepter } = await perform(reportRoutes, asker(request), peeringIdOf(request.params))
      return spellRouteReport(peering, requester, accepter)
    },
  )
}
