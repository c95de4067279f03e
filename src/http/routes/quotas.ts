/** What a project may have: as its own people read it, and, ours, as an admin reads and sets it. */
import { setQuotas, showOwnQuotas, showQuotas } from '../../operations/people/quotas.ts'
import { type ProjectId, parseProjectId } from '../../rules/ids.ts'
import { identityNotFound } from '../../rules/people.ts'
import { isResource, type Resource, resourceUnknown } from '../../rules/quota.ts'
import { QuotasAnswer, QuotasQuery, SetQuotasRequest, spellQuotas } from '../../wire/quotas.ts'
import type { App, ServerParts } from '../app.ts'
import { given } from '../query.ts'
import { asker, describe } from '../route.ts'

// Not `project_id`: that names the project a caller acts in, and here it is the one that is acted upon.
const PATH = '/causeway/v1/projects/:target_id/quotas'

export function quotaRoutes(app: App, { perform }: ServerParts): void {
  app.get(
    '/v1/:project_id/quotas',
    { schema: describe('quotas', 'List quotas', { querystring: QuotasQuery, response: { 200: QuotasAnswer } }) },
    async (request) => spellQuotas(await perform(showOwnQuotas, asker(request), resourceOf(request.query.type))),
  )
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

function resourceOf(type: string | undefined): Resource | undefined {
  const text = given(type)
  if (text !== undefined && !isResource(text)) throw resourceUnknown()
  return text
}

function targetOf(params: unknown): ProjectId {
  const text = (params as { target_id: string }).target_id
  const id = parseProjectId(text)
  if (id === undefined) throw identityNotFound('project', text)
  return id
}
