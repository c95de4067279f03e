/** Neutron's own view of VPCs, as far as clients look a router up in it. */
import { listRouters, type RouterFilter } from '../../operations/routers/list-routers.ts'
import { showRouter } from '../../operations/routers/show-router.ts'
import { parseProjectId, parseVpcId, type VpcId } from '../../rules/ids.ts'
import { routerNotFound } from '../../rules/vpc.ts'
import { RouterAnswer, RouterListAnswer, RouterListQuery, spellRouter } from '../../wire/routers.ts'
import { baseOf } from '../address.ts'
import type { App, ServerParts } from '../app.ts'
import { given, IMPOSSIBLE, pageLinks, pageOf, parsed } from '../query.ts'
import { asker, describe } from '../route.ts'

const PATH = '/v2.0/routers'

export function routerRoutes(app: App, { perform, publicUrl }: ServerParts): void {
  app.get(
    PATH,
    {
      schema: describe('routers', 'List VPCs as routers', {
        querystring: RouterListQuery,
        response: { 200: RouterListAnswer },
      }),
    },
    async (request) => {
      const { query } = request
      const page = pageOf(query, parseVpcId)
      const result = await perform(listRouters, asker(request), { filter: filterOf(query), page })
      const links = pageLinks(`${baseOf(request, publicUrl)}${request.url}`, result)
      return { routers: result.items.map(spellRouter), ...(links && { routers_links: links }) }
    },
  )

  app.get<{ Params: { id: string } }>(
    `${PATH}/:id`,
    { schema: describe('routers', 'Show a VPC as a router', { response: { 200: RouterAnswer } }) },
    async (request) => ({ router: spellRouter(await perform(showRouter, asker(request), idOf(request.params))) }),
  )
}

interface Filters {
  readonly id?: string
  readonly name?: string
  readonly status?: string
  readonly tenant_id?: string
  readonly project_id?: string
  readonly admin_state_up?: string
}

/** The filters, or undefined where one can match nothing. */
function filterOf(query: Filters): RouterFilter | undefined {
  const id = parsed(given(query.id), parseVpcId)
  const tenantId = parsed(given(query.tenant_id), parseProjectId)
  const projectId = parsed(given(query.project_id), parseProjectId)
  if (id === IMPOSSIBLE || tenantId === IMPOSSIBLE || projectId === IMPOSSIBLE) return undefined
  if (tenantId !== undefined && projectId !== undefined && tenantId !== projectId) return undefined
  if ((given(query.status) ?? 'ACTIVE') !== 'ACTIVE') return undefined
  if ((given(query.admin_state_up) ?? 'true').toLowerCase() !== 'true') return undefined
  return { id, name: given(query.name), projectId: tenantId ?? projectId }
}

/** A word is *not found*, for tools ask by name first. */
function idOf({ id }: { id: string }): VpcId {
  const vpcId = parseVpcId(id)
  if (vpcId === undefined) throw routerNotFound(id)
  return vpcId
}
