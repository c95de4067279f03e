/** Ours: an admin reads and sets what a project may have. */
import { setQuotas, showQuotas } from '../../operations/people/quotas.ts'
import { type ProjectId, parseProjectId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { QuotasAnswer, SetQuotasRequest, spellQuotas } from '../../wire/quotas.ts'
import type { App, ServerParts } from '../app.ts'
import { asker, describe } from '../route.ts'

// Not `project_id`: that names the project a caller acts in, and here it is the one that is acted upon.
const PATH = '/causeway/v1/projects/:target_id/quotas'

export function quotaRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    PATH,
    { schema: describe('causeway', "Show a project's quotas; for an admin", { response: { 200: QuotasAnswer } }) },
    async (request) => spellQuotas(await perform(showQuotas, asker(request), targetOf(request.params))),
  )
  app.put(
    PATH,
    {
      schema: describe('causeway', "Set a project's quotas; for an admin", {
        body: SetQuotasRequest,
        response: { 200: QuotasAnswer },
      }),
    },
    async (request) => {
      const change = { projectId: targetOf(request.params), limits: request.body.quotas }
      return spellQuotas(await perform(setQuotas, asker(request), change))
    },
  )
}

function targetOf(params: unknown): ProjectId {
  const text = (params as { target_id: string }).target_id
  const id = parseProjectId(text)
  if (id === undefined) throw identityNotFound('project', text)
  return id
}
